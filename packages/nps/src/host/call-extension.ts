import { isThenable } from "@sallyport/runtime";
import type { HeldAttribute } from "../attribute-list.ts";
import type { RadiusAttributeInput } from "../contract/attribute.ts";
import { ratExtensionState, ratMinimum, ratRejectReasonCode } from "../contract/attribute-types.ts";
import {
  type RadiusAction,
  type RadiusExtensionPoint,
  raAccept,
  raContinue,
  raReject,
  rcAccessAccept,
  rcAccessReject,
  rcAccountingResponse,
} from "../contract/constants.ts";
import type { Out } from "../contract/extension-module.ts";
import type { PipelineContext } from "../pipeline/stage.ts";
import type { NpsRequest } from "../request.ts";
import { type CallCompatibility, isSecondInstance } from "./attribute-array.ts";
import { HostControlBlock } from "./control-block.ts";
import { type CallFailure, thrown } from "./extension-host.ts";
import { heldInput } from "./held-input.ts";
import type { NpsExtension } from "./load-extension.ts";
import { moduleAttributes } from "./module-attributes.ts";
import { RunningCall } from "./running-call.ts";

/** What a call came to. */
export type CallOutcome =
  | { readonly kind: "continue" | "accept" | "reject" }
  /** A third-form module returned NO_ERROR; what it decided stands on the request. */
  | { readonly kind: "returned" }
  | { readonly kind: "failed"; readonly failure: CallFailure }
  /** The module was not called: the request is not one of those it is for. */
  | { readonly kind: "out-of-scope"; readonly refusal: string };

/** Calls a module in its form, and applies what it handed back to the request. */
export function callExtension(
  extension: NpsExtension,
  request: NpsRequest,
  point: RadiusExtensionPoint,
  context: PipelineContext,
): CallOutcome | Promise<CallOutcome> {
  const { extensions: host, challenges, compatibility } = context;
  const call = new RunningCall(host.logOf(extension), compatibility);
  const { module } = extension;
  if (extension.form === 3) {
    const ecb = new HostControlBlock(request, point, call, {
      extension: extension.name,
      challenges,
      ...compatibility,
    });
    const failure = host.run(extension, call, () => module.RadiusExtensionProcess2?.(ecb));
    return then(failure, () => returned);
  }
  const lent = host.lend(moduleAttributes(request, point, compatibility));
  const action: Out<RadiusAction> | null = request.isAccess ? { value: raContinue } : null;
  if (extension.form === 1) {
    const entryPoint = () => module.RadiusExtensionProcess?.(lent.attributes, action, call);
    return then(host.run(extension, call, entryPoint), () => actionOutcome(action), lent.takeBack);
  }
  const outAttributes: Out<readonly RadiusAttributeInput[] | null> = { value: null };
  const entryPoint = () => module.RadiusExtensionProcessEx?.(lent.attributes, outAttributes, action, call);
  const settled = (): CallOutcome => {
    const outcome = actionOutcome(action);
    const failure =
      outcome.kind === "failed"
        ? undefined
        : append(request, outcome, extension, outAttributes.value, compatibility);
    return failure === undefined ? outcome : { kind: "failed", failure };
  };
  return then(host.run(extension, call, entryPoint), settled, lent.takeBack);
}

const returned: CallOutcome = { kind: "returned" };
const continued: CallOutcome = { kind: "continue" };
const accepted: CallOutcome = { kind: "accept" };
const rejected: CallOutcome = { kind: "reject" };

function then(
  failure: CallFailure | undefined | Promise<CallFailure | undefined>,
  outcome: () => CallOutcome,
  ended?: () => void,
): CallOutcome | Promise<CallOutcome> {
  const settled = (known: CallFailure | undefined): CallOutcome => {
    ended?.();
    return known === undefined ? outcome() : { kind: "failed", failure: known };
  };
  return isThenable(failure) ? failure.then(settled) : settled(failure);
}

function failed(message: string): CallOutcome {
  return { kind: "failed", failure: nonsense(message) };
}

function nonsense(message: string): CallFailure {
  return { why: "nonsense", code: undefined, message };
}

/** NPS-21: an untouched action is Continue; NPS-22: one outside the enumeration is a module error. */
function actionOutcome(action: Out<RadiusAction> | null): CallOutcome {
  switch (action?.value) {
    case undefined:
      return action === null ? continued : failed("set the action to undefined");
    case raContinue:
      return continued;
    case raReject:
      return rejected;
    case raAccept:
      return accepted;
    default:
      return failed(
        `set the action to ${String(action?.value)}; raContinue, raReject or raAccept is expected`,
      );
  }
}

/**
 * Copies what a second-form module returned to the answer that belongs to its action (NPS-48, NPS-52), then lets the
 * module free it (NPS-07).
 *
 * @returns why the call counts as failed, or undefined
 */
function append(
  request: NpsRequest,
  outcome: CallOutcome,
  extension: NpsExtension,
  outAttributes: unknown,
  compatibility: CallCompatibility,
): CallFailure | undefined {
  if (outAttributes === null || outAttributes === undefined) return undefined;
  if (!Array.isArray(outAttributes)) return nonsense("returned attributes that are no array");
  const held: HeldAttribute[] = [];
  let unusable: CallFailure | undefined;
  for (const [index, input] of outAttributes.entries()) {
    if (input?.attrType === ratMinimum) break;
    const attribute = heldInput(input, compatibility);
    if (attribute === undefined) {
      unusable = nonsense(`returned an attribute at index ${index} that is no attribute, or too long`);
      break;
    }
    held.push(attribute);
  }
  try {
    extension.module.RadiusExtensionFreeAttributes?.(outAttributes);
  } catch (error) {
    return thrown(error);
  }
  if (unusable === undefined) for (const attribute of held) place(request, outcome, extension, attribute);
  return unusable;
}

function place(
  request: NpsRequest,
  outcome: CallOutcome,
  extension: NpsExtension,
  attribute: HeldAttribute,
): void {
  if (attribute.attrType === ratExtensionState) {
    request.attributes.set(attribute);
    return;
  }
  const list = request.response(answerOf(request, outcome));
  const ignored = (why: string): void =>
    request.trace.step("Response attributes", `ignored: ${why}`, {
      extension: extension.name,
      attribute: attribute.attrType,
    });
  if (attribute.attrType > 255 && attribute.attrType !== ratRejectReasonCode) {
    ignored("internal attributes are not sent");
  } else if (list !== undefined && isSecondInstance(list, attribute)) {
    ignored("the answer has a single instance of this type already");
  } else {
    list?.add(attribute);
  }
}

function answerOf(
  request: NpsRequest,
  outcome: CallOutcome,
): typeof rcAccessAccept | typeof rcAccessReject | typeof rcAccountingResponse {
  if (!request.isAccess) return rcAccountingResponse;
  return outcome.kind === "reject" ? rcAccessReject : rcAccessAccept;
}
