import { WindowsError } from "@sallyport/errors";
import { ERROR_BAD_CONFIGURATION, NO_ERROR } from "@sallyport/errors/win32";
import { isThenable } from "@sallyport/runtime";
import { ratRejectReasonCode, ratState } from "../contract/attribute-types.ts";
import {
  type RadiusExtensionPoint,
  rcAccessAccept,
  rcAccessChallenge,
  rcAccessReject,
  rcAccessRequest,
  rcDiscard,
  rdtInteger,
  rdtString,
  repAuthentication,
  repAuthorization,
} from "../contract/constants.ts";
import type {
  ExtensionEnvironment,
  NpsExtensionModule,
  RadiusExtensionControlBlock,
} from "../contract/extension-module.ts";
import { type Decision, rejectReasons } from "./decisions.ts";
import {
  dispositionOf,
  ExtensionRequest,
  type FoundDisposition,
  NamedAttributes,
} from "./extension-request.ts";

/** A decision, or nothing: then the request goes on as if the extension were not there. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nowhere decides nothing, too
export type Decided = Decision | undefined | void;

/** The answer as an authorization function may edit it. */
export interface ExtensionResponse extends NamedAttributes {
  /** What the request comes to unless the extension decides otherwise. */
  readonly disposition: FoundDisposition;
}

/** One function a point instead of three forms and two lists. A function that throws discards the request (NPS-27). */
export interface NpsExtensionDefinition {
  /** Before the server listens. What it throws prevents the start, with its message. */
  initialize?(environment: ExtensionEnvironment): void | PromiseLike<void>;
  /** When the server has stopped. */
  terminate?(): void | PromiseLike<void>;
  /** Access-Requests, before the password is checked; in the list `authentication`. */
  authentication?(request: ExtensionRequest): Decided | PromiseLike<Decided>;
  /** Access-Requests whose answer is known; in the list `authorization`. Accept is not possible here (NPS-41). */
  authorization?(request: ExtensionRequest, response: ExtensionResponse): Decided | PromiseLike<Decided>;
  /** Accounting-Requests, before they are recorded; in either list. Only {@link discard} is possible. */
  accounting?(request: ExtensionRequest): Decided | PromiseLike<Decided>;
}

/**
 * Makes an extension of plain functions. It is written against the contract of `RadiusExtensionProcess2`, so that the host
 * knows one contract only; a module exports the result as its default.
 *
 * @example
 * ```ts
 * import { defineNpsExtension, reject } from "@sallyport/nps";
 *
 * export default defineNpsExtension({
 *   authentication(request) {
 *     if (request.get("NAS-Port-Type") === "Virtual") return reject({ message: "No VPN today." });
 *   },
 *   authorization(_request, response) {
 *     if (response.disposition === "accept") response.set({ "Filter-Id": "staff" });
 *   },
 * });
 * ```
 */
export function defineNpsExtension(definition: NpsExtensionDefinition): NpsExtensionModule {
  return {
    points: pointsOf(definition),
    RadiusExtensionInit(environment) {
      const begun = definition.initialize?.(environment);
      return isThenable(begun) ? begun.then(() => NO_ERROR) : NO_ERROR;
    },
    RadiusExtensionTerm: () => definition.terminate?.(),
    RadiusExtensionProcess2(ecb) {
      const decided = decide(definition, ecb);
      const carryOut = (decision: Decided): number => apply(decision, ecb);
      return isThenable(decided) ? decided.then(carryOut) : carryOut(decided);
    },
  };
}

function pointsOf(definition: NpsExtensionDefinition): readonly RadiusExtensionPoint[] {
  const points: RadiusExtensionPoint[] = [];
  if (definition.authentication !== undefined) points.push(repAuthentication);
  if (definition.authorization !== undefined) points.push(repAuthorization);
  return points;
}

function decide(
  definition: NpsExtensionDefinition,
  ecb: RadiusExtensionControlBlock,
): Decided | PromiseLike<Decided> {
  if (ecb.requestType !== rcAccessRequest) return definition.accounting?.(new ExtensionRequest(ecb));
  if (ecb.point === repAuthentication) return definition.authentication?.(new ExtensionRequest(ecb));
  const { responseType } = ecb;
  const array = responseType === 0 ? null : ecb.getResponse(responseType);
  if (definition.authorization === undefined || array === null) return undefined;
  const response = Object.assign(new NamedAttributes(array), { disposition: dispositionOf(responseType) });
  return definition.authorization(new ExtensionRequest(ecb), response);
}

function apply(decision: Decided, ecb: RadiusExtensionControlBlock): number {
  if (decision === undefined) return NO_ERROR;
  switch (decision.kind) {
    case "accept":
      responseOf(ecb, rcAccessAccept).add(decision.attributes);
      return set(ecb, rcAccessAccept);
    case "reject":
      responseOf(ecb, rcAccessReject).add(decision.attributes);
      if (decision.reason !== undefined) {
        const value = rejectReasons[decision.reason];
        ecb.getResponse(rcAccessReject)?.add({ attrType: ratRejectReasonCode, dataType: rdtInteger, value });
      }
      return set(ecb, rcAccessReject);
    case "challenge":
      responseOf(ecb, rcAccessChallenge).add(decision.attributes);
      ecb
        .getResponse(rcAccessChallenge)
        ?.add({ attrType: ratState, dataType: rdtString, value: ecb.issueState(decision.data) });
      return set(ecb, rcAccessChallenge);
    case "discard":
      return set(ecb, rcDiscard);
  }
}

function responseOf(
  ecb: RadiusExtensionControlBlock,
  type: typeof rcAccessAccept | typeof rcAccessReject | typeof rcAccessChallenge,
): NamedAttributes {
  const array = ecb.getResponse(type);
  if (array === null) throw misplaced("an Accounting-Request can only be discarded");
  return new NamedAttributes(array);
}

function set(
  ecb: RadiusExtensionControlBlock,
  type: Parameters<RadiusExtensionControlBlock["setResponseType"]>[0],
): number {
  const status = ecb.setResponseType(type);
  if (status !== NO_ERROR) throw misplaced("accept() is possible in authentication() only");
  return NO_ERROR;
}

function misplaced(message: string): WindowsError {
  return new WindowsError(ERROR_BAD_CONFIGURATION, { space: "win32", message });
}
