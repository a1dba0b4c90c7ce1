import {
  authenticatorResponse,
  challengeHash,
  challengeResponse,
  constantTimeEqual,
  md5,
  mppeKeys,
  ntHash,
  Secret,
} from "@sallyport/crypto";
import { ERROR_AUTHENTICATION_FAILURE, ERROR_PPP_TIMEOUT } from "@sallyport/errors/ras";
import { ERROR_MUTUAL_AUTH_FAILED } from "@sallyport/errors/win32";
import {
  chapChallenge,
  chapFailure,
  chapResponse,
  chapSuccess,
  decodeChapValue,
  encodeChapValue,
} from "../wire/authentication-packets.ts";
import { decodeControlPacket, encodeControlPacket } from "../wire/control-packet.ts";
import { encodeMsChap2Response, parseMsChap2Message } from "../wire/ms-chap2.ts";
import { protocolChap } from "../wire/protocols.ts";
import type { AuthenticationOptions } from "./authentication-options.ts";
import type { Authentication, AuthenticationOutcome, PppGrant } from "./credentials.ts";
import { Retransmission } from "./retransmission.ts";
import { textOctets, textOf } from "./text.ts";

export interface ChapPeerOptions extends AuthenticationOptions {
  readonly algorithm: "CHAP" | "MS-CHAPv2";
  readonly userName: string;
  readonly password: Secret;
}

/** What the authenticator must prove, and the keys that come with it (RFC 2759 section 8.7, RFC 3079 section 3.3). */
interface Expectation {
  readonly proof: string;
  readonly keys: NonNullable<PppGrant["keys"]>;
}

/** The side of CHAP that answers (RFC 1994; RFC 2759). With MS-CHAPv2 the other side must prove itself, too. */
export class ChapPeer implements Authentication {
  readonly protocol: number = protocolChap;
  readonly #options: ChapPeerOptions;
  readonly #retransmission: Retransmission;
  /** The last challenge, and what it was answered with. */
  #answered:
    | { readonly identifier: number; readonly challenge: Uint8Array; readonly response: Uint8Array }
    | undefined;
  #expectation: Expectation | undefined;
  #state: "idle" | "waiting" | "accepted" | "over" = "idle";

  constructor(options: ChapPeerOptions) {
    this.#options = options;
    this.#retransmission = new Retransmission(options.clock, options.retransmission);
  }

  /** The other side speaks first. */
  start(): void {
    this.#retransmission.wait(() => this.#refused(ERROR_PPP_TIMEOUT, "no challenge came"));
  }

  receive(bytes: Uint8Array): void {
    const { code, identifier, data } = decodeControlPacket(bytes);
    if (this.#state === "over") return;
    if (code === chapChallenge) this.#respond(identifier, decodeChapValue(data).value);
    else if (this.#state !== "waiting" || identifier !== this.#answered?.identifier) {
      this.#options.discarded(`code ${code}, identifier ${identifier}`);
    } else if (code === chapSuccess) this.#succeeded(textOf(data));
    else if (code === chapFailure) this.#failed(textOf(data));
    else this.#options.discarded(`code ${code}`);
  }

  stop(): void {
    this.#state = "over";
    this.#retransmission.stop();
  }

  #respond(identifier: number, challenge: Uint8Array): void {
    const { userName, algorithm, password, send } = this.#options;
    const last = this.#answered;
    if (last?.identifier === identifier && constantTimeEqual(last.challenge, challenge)) {
      // Another answer would need another proof, and the other side may have the first one already.
      send(last.response);
      return;
    }
    const name = textOctets(userName);
    let value: Uint8Array;
    if (algorithm === "CHAP") value = md5(Uint8Array.of(identifier), password.reveal(), challenge);
    else if (challenge.length === 16) value = this.#msChap2Response(challenge, name);
    else {
      this.#options.discarded(`a challenge of ${challenge.length} octets`);
      return;
    }
    this.#state = "waiting";
    const data = encodeChapValue({ value, name });
    const response = encodeControlPacket({ code: chapResponse, identifier, data });
    this.#answered = { identifier, challenge: new Uint8Array(challenge), response };
    this.#retransmission.start(
      () => send(response),
      () => this.#refused(ERROR_PPP_TIMEOUT, "no answer came"),
    );
  }

  #msChap2Response(authenticatorChallenge: Uint8Array, name: Uint8Array): Uint8Array {
    const hash = ntHash(textOf(this.#options.password.reveal()));
    const peerChallenge = this.#options.random(16);
    const challenge = challengeHash(peerChallenge, authenticatorChallenge, name);
    const ntResponse = challengeResponse(challenge, hash);
    // RFC 3079: as the authenticator uses them; what it sends with, this side receives with.
    const { send, receive } = mppeKeys(hash, ntResponse);
    this.#expectation = {
      proof: authenticatorResponse(hash, ntResponse, challenge),
      keys: { send: new Secret(receive), receive: new Secret(send) },
    };
    return encodeMsChap2Response({ peerChallenge, ntResponse, flags: 0 });
  }

  #succeeded(message: string): void {
    const expected = this.#expectation;
    if (this.#options.algorithm === "MS-CHAPv2") {
      const proof = parseMsChap2Message(message).authenticatorResponse ?? "";
      if (expected === undefined || !constantTimeEqual(textOctets(proof), textOctets(expected.proof))) {
        this.#refused(ERROR_MUTUAL_AUTH_FAILED, "the other side does not know the password");
        return;
      }
    }
    this.#retransmission.stop();
    this.#state = "accepted";
    const grant: PppGrant = expected === undefined ? {} : { keys: expected.keys };
    this.#options.done({ kind: "accepted", userName: this.#options.userName, grant });
  }

  #failed(message: string): void {
    const { code = ERROR_AUTHENTICATION_FAILURE, text } =
      this.#options.algorithm === "CHAP" ? { text: message } : parseMsChap2Message(message);
    this.#refused(code, text === "" ? "refused by the other side" : `refused by the other side: ${text}`);
  }

  #refused(code: number, reason: string): void {
    this.stop();
    const outcome: AuthenticationOutcome = {
      kind: "refused",
      userName: this.#options.userName,
      code,
      reason,
    };
    this.#options.done(outcome);
  }
}
