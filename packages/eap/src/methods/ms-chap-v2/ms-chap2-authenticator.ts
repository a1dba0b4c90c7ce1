import { NO_ERROR } from "@sallyport/errors/win32";
import {
  EAPACTION_SendWithTimeout,
  EAPACTION_SendWithTimeoutInteractive,
  type PppEapAction,
} from "../../contract/constants.ts";
import { mppeKeyAttributes } from "../../contract/mppe-key-attributes.ts";
import type { PppEapBeginInput, PppEapOutput, RasEapStatus } from "../../contract/ppp-eap.ts";
import {
  ERROR_AUTHENTICATION_FAILURE,
  ERROR_PASSWD_EXPIRED,
  ERROR_PPP_INVALID_PACKET,
  eapStatusText,
} from "../../contract/status-codes.ts";
import type { MethodSide } from "../method-side.ts";
import { dataOffset, Requests } from "../requests.ts";
import { whenKnown } from "../when-known.ts";
import type {
  MsChap2Accounts,
  MsChap2Admission,
  MsChap2LogonAnswer,
  MsChap2Verdict,
} from "./ms-chap2-accounts.ts";
import { decodeMsChap2Response, encodeMsChap2Request, type MsChap2Response } from "./ms-chap2-data.ts";
import { encodeMsChap2Failure, encodeMsChap2Success } from "./ms-chap2-message.ts";
import { eapTypeMsChapV2 } from "./type.ts";

export interface MsChap2AuthenticatorSettings {
  readonly accounts: MsChap2Accounts;
  readonly name: Uint8Array;
  readonly retries: number;
}

type State =
  /** A response is awaited, to the challenge or, after a Failure with R=1, to the one in there. */
  | { readonly awaits: "response"; readonly code: number }
  /** A new password is awaited. */
  | { readonly awaits: "change" }
  /** The peer is to acknowledge that the authenticator knows the password, too. */
  | { readonly awaits: "success"; readonly admission: MsChap2Admission }
  /** The peer is to acknowledge that it is refused. */
  | { readonly awaits: "failure"; readonly code: number };

/** The server of [MS-CHAP] section 3.3, in one session. */
export class MsChap2Authenticator implements MethodSide {
  readonly #requests: Requests;
  readonly #input: PppEapBeginInput;
  readonly #settings: MsChap2AuthenticatorSettings;
  #state: State = { awaits: "response", code: ERROR_AUTHENTICATION_FAILURE };
  #challenge: Uint8Array = noOctets;
  /** MS-CHAPv2-ID of the challenge. */
  #identifier = 0;
  #answers = 0;
  #userName: Uint8Array = noOctets;

  constructor(input: PppEapBeginInput, settings: MsChap2AuthenticatorSettings) {
    this.#requests = new Requests(eapTypeMsChapV2, input);
    this.#input = input;
    this.#settings = settings;
  }

  makeMessage(
    received: Uint8Array | null,
    sendPacket: Uint8Array<ArrayBuffer>,
    output: PppEapOutput,
  ): RasEapStatus {
    if (received !== null) {
      const data = this.#requests.answer(received);
      if (data === undefined) return ERROR_PPP_INVALID_PACKET;
      return this.#receive(decodeMsChap2Response(data), sendPacket, output);
    }
    if (this.#requests.begun) return this.#requests.again(sendPacket, output);
    this.#challenge = this.#input.random(16);
    this.#identifier = this.#requests.nextIdentifier;
    const length = encodeMsChap2Request(sendPacket.subarray(dataOffset), {
      op: "challenge",
      identifier: this.#identifier,
      challenge: this.#challenge,
      name: this.#settings.name,
    });
    return this.#requests.send(sendPacket, length, EAPACTION_SendWithTimeout, output);
  }

  #receive(response: MsChap2Response, sendPacket: Uint8Array, output: PppEapOutput): RasEapStatus {
    const state = this.#state;
    if (response.op === "failure") {
      // Right in answer to a Failure; in answer to a Success it says that the authenticator's proof was wrong. The
      // challenge itself cannot be refused so.
      if (state.awaits === "response" && this.#answers === 0) return ERROR_PPP_INVALID_PACKET;
      return this.#requests.fail(sendPacket, output, failureOf(state));
    }
    if (response.op === "success") {
      if (state.awaits !== "success") return ERROR_PPP_INVALID_PACKET;
      const { keys, attributes = [] } = state.admission;
      const pair = { send: keys.send.reveal(), receive: keys.receive.reveal() };
      return this.#requests.succeed(sendPacket, output, this.#input.identity, [
        ...attributes,
        ...mppeKeyAttributes(pair),
      ]);
    }
    if (!this.#expects(response.identifier)) return ERROR_PPP_INVALID_PACKET;
    if (response.op === "response") {
      if (state.awaits !== "response") return ERROR_PPP_INVALID_PACKET;
      this.#userName = response.name.slice();
      return whenKnown(this.#settings.accounts.verify({ ...this.#answered(), ...response }), (verdict) =>
        this.#judge(verdict, sendPacket, output),
      );
    }
    const { accounts } = this.#settings;
    if (state.awaits !== "change" || accounts.changePassword === undefined) return ERROR_PPP_INVALID_PACKET;
    return whenKnown(accounts.changePassword({ ...this.#answered(), ...response }), (verdict) =>
      this.#judge(verdict, sendPacket, output),
    );
  }

  #answered(): Pick<
    MsChap2LogonAnswer,
    "identity" | "userName" | "authenticatorChallenge" | "suppliedPassword"
  > {
    const { identity } = this.#input;
    const suppliedPassword = this.#input.suppliedPassword?.();
    return {
      identity,
      userName: this.#userName,
      authenticatorChallenge: this.#challenge,
      ...(suppliedPassword !== undefined && { suppliedPassword }),
    };
  }

  /** The identifier of the challenge; after a Failure, that or the one after it (RFC 2759 section 7): peers differ. */
  #expects(identifier: number): boolean {
    if (identifier === this.#identifier) return true;
    return this.#answers > 0 && identifier === ((this.#identifier + 1) & 255);
  }

  #judge(verdict: MsChap2Verdict, sendPacket: Uint8Array, output: PppEapOutput): number {
    this.#answers += 1;
    if (verdict.kind !== "refused") {
      this.#state = { awaits: "success", admission: verdict };
      const { authenticatorResponse } = verdict;
      const message = encodeMsChap2Success({ authenticatorResponse, message: "Welcome" });
      return this.#send("success", message, EAPACTION_SendWithTimeout, sendPacket, output);
    }
    const code = verdict.code === NO_ERROR ? ERROR_AUTHENTICATION_FAILURE : verdict.code;
    const changing = this.#state.awaits === "change";
    const retry =
      !changing && code === ERROR_AUTHENTICATION_FAILURE && this.#answers <= this.#settings.retries;
    const change =
      !changing && code === ERROR_PASSWD_EXPIRED && this.#settings.accounts.changePassword !== undefined;
    if (retry) this.#state = { awaits: "response", code };
    else this.#state = change ? { awaits: "change" } : { awaits: "failure", code };

    this.#challenge = this.#input.random(16);
    const message = encodeMsChap2Failure({
      code,
      retry,
      challenge: this.#challenge,
      version: 3,
      message: shortMessage(verdict.message ?? eapStatusText(code)),
    });
    const action = retry || change ? EAPACTION_SendWithTimeoutInteractive : EAPACTION_SendWithTimeout;
    return this.#send("failure", message, action, sendPacket, output);
  }

  #send(
    op: "success" | "failure",
    message: Uint8Array,
    action: PppEapAction,
    sendPacket: Uint8Array,
    output: PppEapOutput,
  ): number {
    // Success and Failure belong to the challenge, and have its MS-CHAPv2-ID.
    const request = { op, identifier: this.#identifier, message };
    const length = encodeMsChap2Request(sendPacket.subarray(dataOffset), request);
    return this.#requests.send(sendPacket, length, action, output);
  }
}

const noOctets: Uint8Array = new Uint8Array(0);

/** The result of a session that the peer ends: why it was refused last. */
function failureOf(state: State): number {
  switch (state.awaits) {
    case "change":
      return ERROR_PASSWD_EXPIRED;
    case "success":
      return ERROR_AUTHENTICATION_FAILURE;
    case "response":
    case "failure":
      return state.code;
  }
}

/** With the fields in front of it, it has to fit into the smallest packet of EAP. */
function shortMessage(message: string): string {
  return message.slice(0, 256);
}
