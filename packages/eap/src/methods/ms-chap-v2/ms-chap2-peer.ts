import {
  authenticatorResponse,
  challengeHash,
  challengeResponse,
  constantTimeEqual,
  mppeKeys,
  ntHash,
} from "@sallyport/crypto";
import { NO_ERROR } from "@sallyport/errors/win32";
import { RAS_EAP_FLAG_NON_INTERACTIVE } from "../../contract/constants.ts";
import { mppeKeyAttributes } from "../../contract/mppe-key-attributes.ts";
import type { PppEapBeginInput, PppEapInput, PppEapOutput } from "../../contract/ppp-eap.ts";
import {
  ERROR_AUTHENTICATION_FAILURE,
  ERROR_INTERACTIVE_MODE,
  ERROR_MUTUAL_AUTH_FAILED,
  ERROR_PASSWD_EXPIRED,
  ERROR_PPP_INVALID_PACKET,
} from "../../contract/status-codes.ts";
import type { MethodSide } from "../method-side.ts";
import { dataOffset } from "../requests.ts";
import { done, Responses } from "../responses.ts";
import { askUser, type EapUserQuestion, shownText } from "../user-question.ts";
import { encryptedHash, encryptedPassword, greatestPassword } from "./encrypted-password.ts";
import { decodeMsChap2Request, encodeMsChap2Response, type MsChap2Response } from "./ms-chap2-data.ts";
import {
  decodeMsChap2Failure,
  decodeMsChap2Success,
  type MsChap2FailureMessage,
} from "./ms-chap2-message.ts";
import { eapTypeMsChapV2 } from "./type.ts";

/** What an answer, and the authenticator's proof after it, is made of. */
interface Answer {
  readonly hash: Uint8Array;
  readonly challenge: Uint8Array;
  readonly ntResponse: Uint8Array;
}

type State =
  | { readonly awaits: "challenge" }
  /** What the authenticator thinks of the answer. */
  | { readonly awaits: "verdict"; readonly answer: Answer }
  /** What the user types; `cancelled` is how the session ends without it. */
  | { readonly awaits: "user"; readonly purpose: EapUserQuestion["purpose"]; readonly cancelled: number }
  /** EAP Success. */
  | { readonly awaits: "success"; readonly answer: Answer }
  /** EAP Failure. */
  | { readonly awaits: "failure"; readonly code: number };

/** The peer of [MS-CHAP] section 3.2, in one session. */
export class MsChap2Peer implements MethodSide {
  readonly #responses = new Responses(eapTypeMsChapV2);
  readonly #input: PppEapBeginInput;
  readonly #name: Uint8Array;
  readonly #interactive: boolean;
  #password: string | null;
  #state: State = { awaits: "challenge" };
  #challenge: Uint8Array = new Uint8Array(0);
  #identifier = 0;

  constructor(input: PppEapBeginInput, name: Uint8Array) {
    this.#input = input;
    this.#name = name;
    this.#interactive = (input.flags & RAS_EAP_FLAG_NON_INTERACTIVE) === 0;
    this.#password = input.password;
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
        // Before the authenticator's proof it may come from anybody.
        return this.#state.awaits === "success"
          ? this.#succeed(this.#state.answer, output)
          : ERROR_PPP_INVALID_PACKET;
      case "failure":
        return done(
          output,
          this.#state.awaits === "failure" ? this.#state.code : ERROR_AUTHENTICATION_FAILURE,
        );
      case "none":
        return ERROR_PPP_INVALID_PACKET;
    }
  }

  #withoutPacket(sendPacket: Uint8Array, output: PppEapOutput, input: PppEapInput | null): number {
    const state = this.#state;
    if (input?.dataReceivedFromInteractiveUI === true && state.awaits === "user") {
      const typed = input.dataFromInteractiveUI ?? null;
      const text = typed === null ? undefined : new TextDecoder().decode(typed);
      return this.#typed(text, state.purpose, state.cancelled, sendPacket, output);
    }
    if (input?.successPacketReceived !== true) return NO_ERROR;
    // The network phase alone does not make up for the authenticator's proof (EAP-49).
    return state.awaits === "success"
      ? this.#succeed(state.answer, output)
      : done(output, ERROR_MUTUAL_AUTH_FAILED);
  }

  #request(packet: Uint8Array, data: Uint8Array, sendPacket: Uint8Array, output: PppEapOutput): number {
    const request = decodeMsChap2Request(data);
    const state = this.#state;
    if (request.op === "challenge") {
      if (state.awaits !== "challenge") return ERROR_PPP_INVALID_PACKET;
      this.#responses.take(packet);
      this.#challenge = request.challenge.slice();
      this.#identifier = request.identifier;
      if (this.#password !== null) return this.#respond(this.#password, sendPacket, output);
      const text = `Password of ${this.#input.identity}:`;
      return this.#ask("password", text, ERROR_AUTHENTICATION_FAILURE, output);
    }
    if (state.awaits !== "verdict") return ERROR_PPP_INVALID_PACKET;
    if (request.op === "failure") {
      const failure = decodeMsChap2Failure(request.message);
      this.#responses.take(packet);
      this.#identifier = (request.identifier + 1) & 255;
      return this.#refused(failure, sendPacket, output);
    }
    // RFC 2759 section 8.8; a proof that is malformed is a wrong one.
    if (!isProof(request.message, state.answer)) return done(output, ERROR_MUTUAL_AUTH_FAILED);
    this.#responses.take(packet);
    this.#state = { awaits: "success", answer: state.answer };
    return this.#send({ op: "success" }, sendPacket, output);
  }

  /** [MS-CHAP] section 3.2.5.4. */
  #refused(failure: MsChap2FailureMessage, sendPacket: Uint8Array, output: PppEapOutput): number {
    const { code, retry, challenge, version, message } = failure;
    if (challenge !== undefined) this.#challenge = challenge;
    const reason =
      message === "" ? "The connection is refused." : shownText(new TextEncoder().encode(message));
    if (this.#interactive && retry) {
      return this.#ask("other-password", `${reason}\nPassword of ${this.#input.identity}:`, code, output);
    }
    // Without the challenge, or in an older version, no new password can be sent.
    if (this.#interactive && code === ERROR_PASSWD_EXPIRED && challenge !== undefined && version >= 3) {
      return this.#ask("new-password", `${reason}\nNew password of ${this.#input.identity}:`, code, output);
    }
    return this.#giveUp(code, sendPacket, output);
  }

  #ask(purpose: EapUserQuestion["purpose"], text: string, cancelled: number, output: PppEapOutput): number {
    if (!this.#interactive) return ERROR_INTERACTIVE_MODE;
    this.#state = { awaits: "user", purpose, cancelled };
    return askUser(output, { purpose, text, echo: false });
  }

  #typed(
    text: string | undefined,
    purpose: EapUserQuestion["purpose"],
    cancelled: number,
    sendPacket: Uint8Array,
    output: PppEapOutput,
  ): number {
    if (text === undefined) {
      // The challenge can only be answered or left; a Failure wants to be acknowledged.
      if (purpose === "password") return done(output, cancelled);
      return this.#giveUp(cancelled, sendPacket, output);
    }
    if (purpose !== "new-password") {
      this.#password = text;
      return this.#respond(text, sendPacket, output);
    }
    if (text === "" || text.length > greatestPassword) return this.#giveUp(cancelled, sendPacket, output);
    return this.#change(this.#password ?? "", text, sendPacket, output);
  }

  #respond(password: string, sendPacket: Uint8Array, output: PppEapOutput): number {
    const { peerChallenge, ntResponse } = this.#answer(password);
    const response = { op: "response", identifier: this.#identifier, peerChallenge, ntResponse } as const;
    return this.#send({ ...response, name: this.#name }, sendPacket, output);
  }

  /** RFC 2759 section 7: the answer is made with the new password. */
  #change(oldPassword: string, newPassword: string, sendPacket: Uint8Array, output: PppEapOutput): number {
    const oldHash = ntHash(oldPassword);
    const { peerChallenge, ntResponse } = this.#answer(newPassword);
    this.#password = newPassword;
    const response: MsChap2Response = {
      op: "change-password",
      identifier: this.#identifier,
      encryptedPassword: encryptedPassword(newPassword, oldHash, this.#input.random),
      encryptedHash: encryptedHash(newPassword, oldHash),
      peerChallenge,
      ntResponse,
    };
    return this.#send(response, sendPacket, output);
  }

  #answer(password: string): { peerChallenge: Uint8Array; ntResponse: Uint8Array } {
    const hash = ntHash(password);
    const peerChallenge = this.#input.random(16);
    const challenge = challengeHash(peerChallenge, this.#challenge, this.#name);
    const ntResponse = challengeResponse(challenge, hash);
    this.#state = { awaits: "verdict", answer: { hash, challenge, ntResponse } };
    return { peerChallenge, ntResponse };
  }

  #giveUp(code: number, sendPacket: Uint8Array, output: PppEapOutput): number {
    this.#state = { awaits: "failure", code: code === NO_ERROR ? ERROR_AUTHENTICATION_FAILURE : code };
    return this.#send({ op: "failure" }, sendPacket, output);
  }

  #send(response: MsChap2Response, sendPacket: Uint8Array, output: PppEapOutput): number {
    const length = encodeMsChap2Response(sendPacket.subarray(dataOffset), response);
    return this.#responses.send(sendPacket, length, output);
  }

  /** The peer sends with what the authenticator receives with (EAP-84). */
  #succeed({ hash, ntResponse }: Answer, output: PppEapOutput): number {
    const { send, receive } = mppeKeys(hash, ntResponse);
    return done(output, NO_ERROR, mppeKeyAttributes({ send: receive, receive: send }));
  }
}

const encoder = new TextEncoder();

function isProof(message: Uint8Array, { hash, ntResponse, challenge }: Answer): boolean {
  try {
    const { authenticatorResponse: proof } = decodeMsChap2Success(message);
    const own = authenticatorResponse(hash, ntResponse, challenge);
    return constantTimeEqual(encoder.encode(proof), encoder.encode(own));
  } catch {
    return false;
  }
}
