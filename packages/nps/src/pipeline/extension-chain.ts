import { isThenable } from "@sallyport/runtime";
import { withAccount } from "../account-lookup.ts";
import {
  type RadiusExtensionPoint,
  rcAccessAccept,
  rcAccessChallenge,
  rcAccessReject,
  rcAccountingResponse,
  rcDiscard,
  rcUnknown,
  repAuthentication,
} from "../contract/constants.ts";
import { type CallOutcome, callExtension } from "../host/call-extension.ts";
import type { NpsExtension } from "../host/load-extension.ts";
import { Reason } from "../reason.ts";
import type { NpsRequest } from "../request.ts";
import { answerNow, type Disposition, discard, next, type PipelineContext } from "./stage.ts";

/** One of the two extension points, with the name under which it appears in traces. */
export interface ExtensionPoint {
  readonly point: RadiusExtensionPoint;
  readonly stage: "Authentication extensions" | "Authorization extensions";
}

/**
 * Offers a request to the modules of one point, in list order (NPS-02, NPS-20, NPS-43). It waits only for modules
 * that returned a promise.
 */
export function extensionChain(
  at: ExtensionPoint,
  request: NpsRequest,
  context: PipelineContext,
  from = 0,
): Disposition | PromiseLike<Disposition> {
  const list =
    at.point === repAuthentication ? context.extensions.authentication : context.extensions.authorization;
  for (let index = from; index < list.length; index++) {
    const extension = list[index] as NpsExtension;
    const skipped = reasonToSkip(extension, at.point, request);
    if (skipped !== undefined) {
      request.trace.step(at.stage, skipped, { extension: extension.name });
      continue;
    }
    const outcome = callInScope(extension, at, request, context);
    if (isThenable(outcome)) {
      return outcome.then((settled) => {
        const end = apply(settled, extension, at, request, context);
        return end ?? extensionChain(at, request, context, index + 1);
      });
    }
    const end = apply(outcome, extension, at, request, context);
    if (end !== undefined) return end;
  }
  return next;
}

/** Calls a module whose scope the request is in; what a scope asks of the account is looked up first. */
function callInScope(
  extension: NpsExtension,
  at: ExtensionPoint,
  request: NpsRequest,
  context: PipelineContext,
): CallOutcome | PromiseLike<CallOutcome> {
  const { scope } = extension;
  const call = (): CallOutcome | PromiseLike<CallOutcome> => {
    const refusal = scope?.refusal(request);
    if (refusal !== undefined) return { kind: "out-of-scope", refusal };
    return callExtension(extension, request, at.point, context);
  };
  return scope?.needsAccount && request.account === undefined ? withAccount(request, context, call) : call();
}

/** First and second forms are called while nothing is decided, and later only for what will be accepted. */
function reasonToSkip(
  extension: NpsExtension,
  point: RadiusExtensionPoint,
  request: NpsRequest,
): string | undefined {
  if (extension.form === 3 || !request.isAccess) return undefined;
  if (point === repAuthentication) {
    return request.responseType === 0 ? undefined : "skipped: already decided"; // NPS-17, NPS-56
  }
  return request.responseType === rcAccessAccept ? undefined : "skipped: not an Access-Accept"; // NPS-46
}

/** What follows from a call (Table N-9). A disposition ends the chain; undefined goes on to the next module. */
function apply(
  outcome: CallOutcome,
  extension: NpsExtension,
  at: ExtensionPoint,
  request: NpsRequest,
  context: PipelineContext,
): Disposition | undefined {
  const detail = { extension: extension.name, form: extension.form };
  switch (outcome.kind) {
    case "out-of-scope":
      request.trace.step(at.stage, `skipped: out of scope: ${outcome.refusal}`, {
        extension: extension.name,
      });
      return undefined;
    case "failed": {
      const { failure } = outcome;
      request.trace.step(at.stage, failure.message, { ...detail, code: failure.code });
      const rejects = failure.why === "crash" && extension.onCrash === "reject" && request.isAccess;
      context.report.extensionFailed(request, extension, failure, rejects ? "rejected" : "discarded"); // NPS-27 to NPS-31
      if (rejects) {
        request.reject(Reason.ExtensionFailed);
        return answerNow;
      }
      return discard(Reason.ExtensionFailed);
    }
    case "returned":
      request.trace.step(at.stage, "returned", {
        ...detail,
        responseType: responseTypeWord(request.responseType),
      });
      return request.responseType === rcDiscard ? discard(Reason.ExtensionDiscarded) : undefined; // NPS-67
    case "continue":
      request.trace.step(at.stage, "Continue", detail);
      return undefined;
    case "reject":
      request.trace.step(at.stage, "Reject", detail);
      request.decide(rcAccessReject, extension.form, Reason.ExtensionRejected);
      return context.compatibility.process2AfterReject ? undefined : next;
    case "accept":
      if (at.point === repAuthentication) {
        request.trace.step(at.stage, "Accept", detail);
        request.decide(rcAccessAccept, extension.form);
      } else {
        request.trace.step(at.stage, "Accept is not allowed here; treated as Continue", detail);
        context.report.acceptNotAllowed(request, extension); // NPS-41, X-13
      }
      return undefined;
  }
}

/** The response type that a module of the third form left, in a word. */
function responseTypeWord(responseType: number): string {
  return responseTypeWords.get(responseType) ?? String(responseType);
}

const responseTypeWords: ReadonlyMap<number, string> = new Map([
  [rcUnknown, "undecided"],
  [rcAccessAccept, "Accept"],
  [rcAccessReject, "Reject"],
  [rcAccessChallenge, "Challenge"],
  [rcAccountingResponse, "Accounting-Response"],
  [rcDiscard, "discard"],
]);
