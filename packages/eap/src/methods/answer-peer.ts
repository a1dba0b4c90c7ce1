import { NO_ERROR } from "@sallyport/errors/win32";
import { RAS_EAP_FLAG_NON_INTERACTIVE } from "../contract/constants.ts";
import type { PppEapBeginInput, PppEapInput, PppEapOutput } from "../contract/ppp-eap.ts";
import {
  ERROR_AUTHENTICATION_FAILURE,
  ERROR_INTERACTIVE_MODE,
  ERROR_PPP_INVALID_PACKET,
} from "../contract/status-codes.ts";
import type { MethodSide } from "./method-side.ts";
import { dataOffset } from "./requests.ts";
import { done, Responses } from "./responses.ts";
import { askUser, type EapUserQuestion } from "./user-question.ts";

/** What a method adds to {@link AnswerPeer}. */
export interface AnswerStep {
  /**
   * Takes the data of a request, which are valid during the call only.
   *
   * @returns what to answer with, or what to ask the user for
   * @throws {MethodPacketError} when the packet is to be discarded
   */
  read(data: Uint8Array): Uint8Array | EapUserQuestion;
  /** Writes the data of the response made of this; undefined when there is no room for them. */
  write(answer: Uint8Array, identifier: number, target: Uint8Array): number | undefined;
}

/** The peer of a method in which each request has its answer, and the authenticator proves nothing. */
export class AnswerPeer implements MethodSide {
  readonly #responses: Responses;
  readonly #interactive: boolean;
  readonly #step: AnswerStep;
  #asking = false;

  constructor(type: number, input: PppEapBeginInput, step: AnswerStep) {
    this.#responses = new Responses(type);
    this.#interactive = (input.flags & RAS_EAP_FLAG_NON_INTERACTIVE) === 0;
    this.#step = step;
  }

  makeMessage(
    received: Uint8Array | null,
    sendPacket: Uint8Array<ArrayBuffer>,
    output: PppEapOutput,
    input: PppEapInput | null,
  ): number {
    if (received === null) return this.#withoutPacket(sendPacket, output, input);
    const event = this.#responses.read(received, sendPacket, output);
    switch (event.kind) {
      case "request":
        return this.#request(received, event.data, sendPacket, output);
      case "duplicate":
        return event.answered ? NO_ERROR : ERROR_PPP_INVALID_PACKET;
      case "success":
        return this.#responses.answered ? done(output, NO_ERROR) : ERROR_PPP_INVALID_PACKET;
      case "failure":
        return done(output, ERROR_AUTHENTICATION_FAILURE);
      case "none":
        return ERROR_PPP_INVALID_PACKET;
    }
  }

  #request(packet: Uint8Array, data: Uint8Array, sendPacket: Uint8Array, output: PppEapOutput): number {
    const answer = this.#step.read(data);
    this.#responses.take(packet);
    this.#asking = !(answer instanceof Uint8Array);
    if (answer instanceof Uint8Array) return this.#answer(answer, sendPacket, output);
    return this.#interactive ? askUser(output, answer) : ERROR_INTERACTIVE_MODE;
  }

  #withoutPacket(sendPacket: Uint8Array, output: PppEapOutput, input: PppEapInput | null): number {
    if (input?.dataReceivedFromInteractiveUI === true && this.#asking) {
      this.#asking = false;
      const typed = input.dataFromInteractiveUI ?? null;
      // The user left the dialog without an answer (EAP-66).
      if (typed === null) return done(output, ERROR_AUTHENTICATION_FAILURE);
      return this.#answer(typed, sendPacket, output);
    }
    if (input?.successPacketReceived !== true) return NO_ERROR;
    return done(output, this.#responses.answered ? NO_ERROR : ERROR_AUTHENTICATION_FAILURE);
  }

  #answer(answer: Uint8Array, sendPacket: Uint8Array, output: PppEapOutput): number {
    const length = this.#step.write(answer, this.#responses.identifier, sendPacket.subarray(dataOffset));
    if (length === undefined) return done(output, ERROR_AUTHENTICATION_FAILURE);
    return this.#responses.send(sendPacket, length, output);
  }
}
