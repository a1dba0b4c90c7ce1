import { constantTimeEqual } from "@sallyport/crypto";
import { NO_ERROR } from "@sallyport/errors/win32";
import { EAPACTION_NoAction, EAPACTION_Send } from "../contract/constants.ts";
import type { RasEapModule } from "../contract/eap-module.ts";
import type { Out, PppEapInfo, PppEapOutput } from "../contract/ppp-eap.ts";
import { EAPCODE_Request } from "../wire/codes.ts";

/** What the wrapper keeps for a session besides the method's own. */
interface Work {
  readonly own: unknown;
  request: Uint8Array | undefined;
  response: Uint8Array | undefined;
}

/**
 * Wraps a peer's method so that a byte-identical duplicate of the last request is answered with the same response,
 * without the method (EAP-34; RFC 3748 section 4.1 asks for it). Windows leaves this to each method.
 *
 * @example
 * ```ts
 * import { answerDuplicates } from "@sallyport/eap";
 * import * as tokenCard from "./token-card.ts";
 *
 * export default answerDuplicates(tokenCard);
 * ```
 */
export function answerDuplicates<Module extends RasEapModule>(module: Module): Module {
  return { ...module, RasEapGetInfo: (type: number, info: PppEapInfo) => wrappedInfo(module, type, info) };
}

function wrappedInfo(module: RasEapModule, type: number, info: PppEapInfo<Work>): number {
  const own: PppEapInfo = { ...info, begin: null, end: null, makeMessage: null, initialize: null };
  const status = module.RasEapGetInfo(type, own);
  const { begin, end, makeMessage } = own;
  info.initialize = own.initialize;
  if (status !== NO_ERROR || makeMessage === null) return status;
  info.begin = (workBuffer, input) => {
    const inner: Out<unknown> = { value: null };
    const begun = begin?.(inner, input) ?? NO_ERROR;
    const keep = (code: number): number => {
      workBuffer.value = { own: inner.value, request: undefined, response: undefined };
      return code;
    };
    return typeof begun === "number" ? keep(begun) : begun.then(keep);
  };
  info.end = (work) => (begin === null ? NO_ERROR : (end?.(work.own) ?? NO_ERROR));
  info.makeMessage = (work, received, sendPacket, output, input) => {
    const { request: last, response } = work;
    if (
      received !== null &&
      last !== undefined &&
      response !== undefined &&
      constantTimeEqual(received, last)
    ) {
      sendPacket.set(response);
      output.action = EAPACTION_Send;
      return NO_ERROR;
    }
    const request = received?.[0] === EAPCODE_Request ? new Uint8Array(received) : undefined;
    const made = makeMessage(work.own, received, sendPacket, output, input);
    const note = (code: number): number => {
      if (code === NO_ERROR) noteAnswer(work, request, sendPacket, output);
      return code;
    };
    return typeof made === "number" ? note(made) : made.then(note);
  };
  return status;
}

/** A request that was accepted replaces the one before; what is sent later without one, as after a dialog, answers it. */
function noteAnswer(
  work: Work,
  request: Uint8Array | undefined,
  sendPacket: Uint8Array,
  output: PppEapOutput,
): void {
  if (request !== undefined) {
    work.request = request;
    work.response = undefined;
  }
  if (output.action === EAPACTION_NoAction) return;
  if (output.action >= EAPACTION_Send) {
    work.response = sendPacket.slice(0, ((sendPacket[2] ?? 0) << 8) | (sendPacket[3] ?? 0));
  }
}
