import type { RasAuthAttribute } from "../contract/auth-attribute.ts";
import { EAPACTION_SendWithTimeoutInteractive } from "../contract/constants.ts";
import type { PppEapBeginInput, PppEapOutput, RasEapStatus } from "../contract/ppp-eap.ts";
import {
  ERROR_AUTH_INTERNAL,
  ERROR_AUTHENTICATION_FAILURE,
  ERROR_PPP_INVALID_PACKET,
} from "../contract/status-codes.ts";
import type { MethodSide } from "./method-side.ts";
import { dataOffset, Requests } from "./requests.ts";
import { whenKnown } from "./when-known.ts";

/** What became of what a user typed. */
export type DialogVerdict =
  /** The user is who they say; `attributes` go to the host with the result. */
  | { readonly kind: "accepted"; readonly attributes?: readonly RasAuthAttribute[] | undefined }
  /** `code` is one of raserror.h: 691, or what stands in the way (EAP-44). */
  | { readonly kind: "refused"; readonly code: number }
  /** One more question. */
  | { readonly kind: "challenge"; readonly message: string };

/** What a method adds to {@link DialogAuthenticator}. */
export interface Dialog {
  /** The first question. */
  open(): string | PromiseLike<string>;
  /** Takes an answer, at least one octet; it is valid during the call only. */
  answer(typed: Uint8Array): DialogVerdict | PromiseLike<DialogVerdict>;
}

/** Further questions than these nobody is asked: then the session ends with 645. */
const mostQuestions = 16;
const encoder = new TextEncoder();

/** Text to and fro with a user, who has all the time in the world (EAP-29). */
export class DialogAuthenticator implements MethodSide {
  readonly #requests: Requests;
  readonly #identity: string;
  readonly #dialog: Dialog;
  #questions = 0;

  constructor(type: number, input: PppEapBeginInput, dialog: Dialog) {
    this.#requests = new Requests(type, input);
    this.#identity = input.identity;
    this.#dialog = dialog;
  }

  makeMessage(
    received: Uint8Array | null,
    sendPacket: Uint8Array<ArrayBuffer>,
    output: PppEapOutput,
  ): RasEapStatus {
    if (received !== null) return this.#receive(received, sendPacket, output);
    if (this.#requests.begun) return this.#requests.again(sendPacket, output);
    return whenKnown(this.#dialog.open(), (text) => this.#ask(text, sendPacket, output));
  }

  #receive(packet: Uint8Array, sendPacket: Uint8Array, output: PppEapOutput): RasEapStatus {
    const data = this.#requests.answer(packet);
    if (data === undefined) return ERROR_PPP_INVALID_PACKET;
    if (data.length === 0) return this.#requests.fail(sendPacket, output, ERROR_AUTHENTICATION_FAILURE);
    return whenKnown(this.#dialog.answer(data), (verdict) => {
      switch (verdict.kind) {
        case "accepted":
          return this.#requests.succeed(sendPacket, output, this.#identity, verdict.attributes);
        case "challenge":
          return this.#ask(verdict.message, sendPacket, output);
        case "refused":
          return this.#requests.fail(sendPacket, output, verdict.code || ERROR_AUTHENTICATION_FAILURE);
      }
    });
  }

  #ask(text: string, sendPacket: Uint8Array, output: PppEapOutput): number {
    const data = encoder.encode(text);
    this.#questions += 1;
    if (
      this.#questions > mostQuestions ||
      data.length === 0 ||
      dataOffset + data.length > sendPacket.length
    ) {
      return this.#requests.begun
        ? this.#requests.fail(sendPacket, output, ERROR_AUTH_INTERNAL)
        : ERROR_AUTH_INTERNAL;
    }
    sendPacket.set(data, dataOffset);
    return this.#requests.send(sendPacket, data.length, EAPACTION_SendWithTimeoutInteractive, output);
  }
}
