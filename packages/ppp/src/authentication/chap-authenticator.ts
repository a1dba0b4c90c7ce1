import { msChap2Error } from "@sallyport/accounts";
import { ERROR_AUTHENTICATION_FAILURE, ERROR_PPP_TIMEOUT } from "@sallyport/errors/ras";
import type { Cancel, Milliseconds } from "@sallyport/runtime";
import {
  type ChapValue,
  chapChallenge,
  chapFailure,
  chapResponse,
  chapSuccess,
  decodeChapValue,
  encodeChapValue,
} from "../wire/authentication-packets.ts";
import { decodeControlPacket, encodeControlPacket } from "../wire/control-packet.ts";
import { decodeMsChap2Response } from "../wire/ms-chap2.ts";
import { PppPacketError } from "../wire/packet-error.ts";
import { protocolChap } from "../wire/protocols.ts";
import type { AuthenticatorOptions } from "./authentication-options.ts";
import type { Authentication, PppCredentials, PppVerdict } from "./credentials.ts";
import { Retransmission } from "./retransmission.ts";
import { textOctets, textOf } from "./text.ts";

export interface ChapAuthenticatorOptions extends AuthenticatorOptions {
  readonly algorithm: "CHAP" | "MS-CHAPv2";
  /** After how long the other side is asked again (RFC 1994 section 2). Default: never. */
  readonly rechallengeMs?: Milliseconds | undefined;
}

/** The side of CHAP that asks (RFC 1994; RFC 2759). Repeated responses get the reply that the first one got. */
export class ChapAuthenticator implements Authentication {
  readonly protocol: number = protocolChap;
  readonly #options: ChapAuthenticatorOptions;
  readonly #retransmission: Retransmission;
  #state: "idle" | "waiting" | "verifying" | "answered" | "over" = "idle";
  #identifier: number;
  #challenge: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #userName = "";
  /** A later challenge must be answered by the same user. */
  #accepted = false;
  #reply: { readonly code: number; readonly data: Uint8Array } | undefined;
  #cancelRechallenge: Cancel | undefined;

  constructor(options: ChapAuthenticatorOptions) {
    this.#options = options;
    this.#retransmission = new Retransmission(options.clock, options.retransmission);
    this.#identifier = options.random(1)[0] ?? 0;
  }

  start(): void {
    if (this.#state === "idle") this.#ask();
  }

  receive(bytes: Uint8Array): void {
    const packet = decodeControlPacket(bytes);
    if (packet.code !== chapResponse || packet.identifier !== this.#identifier) {
      this.#options.discarded(`code ${packet.code}, identifier ${packet.identifier}`);
      return;
    }
    if (this.#state === "answered") this.#answer();
    if (this.#state !== "waiting") return;
    const response = decodeChapValue(packet.data);
    const userName = textOf(response.name);
    this.#state = "verifying";
    this.#retransmission.stop();
    if (this.#accepted && userName !== this.#userName) {
      this.concluded({ kind: "refused", code: ERROR_AUTHENTICATION_FAILURE });
      return;
    }
    this.#userName = userName;
    const credentials = this.#credentials(response);
    if (credentials === undefined) this.concluded({ kind: "refused", code: ERROR_AUTHENTICATION_FAILURE });
    else this.#options.verify(credentials);
  }

  concluded(verdict: PppVerdict): void {
    if (this.#state !== "verifying") return;
    this.#state = "answered";
    const accepted = verdict.kind === "accepted";
    const first = !this.#accepted;
    this.#reply = { code: accepted ? chapSuccess : chapFailure, data: textOctets(this.#message(verdict)) };
    this.#answer();
    const userName = this.#userName;
    if (!accepted) {
      this.#options.done({
        kind: "refused",
        userName,
        code: verdict.code,
        reason: "refused by the provider",
      });
      return;
    }
    this.#accepted = true;
    const { rechallengeMs, clock } = this.#options;
    if (rechallengeMs !== undefined) this.#cancelRechallenge = clock.after(rechallengeMs, () => this.#ask());
    if (first) this.#options.done({ kind: "accepted", userName, grant: verdict });
  }

  stop(): void {
    this.#state = "over";
    this.#retransmission.stop();
    this.#cancelRechallenge?.();
    this.#cancelRechallenge = undefined;
  }

  #ask(): void {
    this.#state = "waiting";
    this.#identifier = (this.#identifier + 1) & 255;
    this.#challenge = this.#options.random(16);
    const data = encodeChapValue({ value: this.#challenge, name: this.#options.name });
    const packet = encodeControlPacket({ code: chapChallenge, identifier: this.#identifier, data });
    this.#retransmission.start(
      () => this.#options.send(packet),
      () => {
        this.#state = "over";
        const userName = this.#userName;
        this.#options.done({
          kind: "refused",
          userName,
          code: ERROR_PPP_TIMEOUT,
          reason: "no response came",
        });
      },
    );
  }

  #answer(): void {
    if (this.#reply === undefined) return;
    this.#options.send(encodeControlPacket({ ...this.#reply, identifier: this.#identifier }));
  }

  /** Undefined where the response is none of MS-CHAPv2. */
  #credentials({ value, name }: ChapValue): PppCredentials | undefined {
    const identifier = this.#identifier;
    const userName = this.#userName;
    if (this.#options.algorithm === "CHAP") {
      return {
        protocol: "CHAP",
        userName,
        identifier,
        challenge: this.#challenge.slice(),
        response: new Uint8Array(value),
      };
    }
    try {
      const { peerChallenge, ntResponse, flags } = decodeMsChap2Response(value);
      return {
        protocol: "MS-CHAPv2",
        userName,
        userNameOctets: new Uint8Array(name),
        identifier,
        authenticatorChallenge: this.#challenge.slice(),
        peerChallenge: new Uint8Array(peerChallenge),
        ntResponse: new Uint8Array(ntResponse),
        flags,
      };
    } catch (error) {
      if (!(error instanceof PppPacketError)) throw error;
      this.#options.discarded(error.message);
      return undefined;
    }
  }

  #message(verdict: PppVerdict): string {
    const { message } = verdict;
    if (this.#options.algorithm === "CHAP") return message ?? "";
    if (verdict.kind === "refused") {
      return msChap2Error({ code: verdict.code, challenge: this.#challenge, message });
    }
    return `${verdict.authenticatorResponse ?? ""} M=${message ?? ""}`;
  }
}
