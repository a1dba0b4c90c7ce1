import { Secret } from "@sallyport/crypto";
import { ERROR_PPP_TIMEOUT } from "@sallyport/errors/ras";
import {
  decodePapRequest,
  encodePapMessage,
  papAuthenticateAck,
  papAuthenticateNak,
  papAuthenticateRequest,
} from "../wire/authentication-packets.ts";
import { decodeControlPacket, encodeControlPacket } from "../wire/control-packet.ts";
import { protocolPap } from "../wire/protocols.ts";
import type { AuthenticatorOptions } from "./authentication-options.ts";
import type { Authentication, PppVerdict } from "./credentials.ts";
import { Retransmission } from "./retransmission.ts";
import { textOctets, textOf } from "./text.ts";

/** The side of PAP that asks for the password (RFC 1334 section 2). Answers repeated requests as it did the first. */
export class PapAuthenticator implements Authentication {
  readonly protocol: number = protocolPap;
  readonly #options: AuthenticatorOptions;
  readonly #retransmission: Retransmission;
  #state: "idle" | "waiting" | "verifying" | "over" = "idle";
  #userName = "";
  #identifier = 0;
  /** The reply, for requests that come again. */
  #reply: { readonly code: number; readonly data: Uint8Array } | undefined;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
    this.#retransmission = new Retransmission(options.clock, options.retransmission);
  }

  start(): void {
    if (this.#state !== "idle") return;
    this.#state = "waiting";
    this.#retransmission.wait(() => this.#refuse(ERROR_PPP_TIMEOUT, "no request came"));
  }

  receive(bytes: Uint8Array): void {
    const packet = decodeControlPacket(bytes);
    if (packet.code !== papAuthenticateRequest) {
      this.#options.discarded(`code ${packet.code}`);
      return;
    }
    const { peerId, password } = decodePapRequest(packet.data);
    this.#identifier = packet.identifier;
    if (this.#state === "over") this.#answer();
    if (this.#state !== "waiting") return;
    this.#state = "verifying";
    this.#retransmission.stop();
    this.#userName = textOf(peerId);
    this.#options.verify({ protocol: "PAP", userName: this.#userName, password: new Secret(password) });
  }

  concluded(verdict: PppVerdict): void {
    if (this.#state !== "verifying") return;
    this.#state = "over";
    const accepted = verdict.kind === "accepted";
    this.#reply = {
      code: accepted ? papAuthenticateAck : papAuthenticateNak,
      data: encodePapMessage(textOctets(verdict.message ?? "", 255)),
    };
    this.#answer();
    const userName = this.#userName;
    if (accepted) this.#options.done({ kind: "accepted", userName, grant: verdict });
    else
      this.#options.done({
        kind: "refused",
        userName,
        code: verdict.code,
        reason: "refused by the provider",
      });
  }

  stop(): void {
    this.#state = "over";
    this.#retransmission.stop();
  }

  #answer(): void {
    if (this.#reply === undefined) return;
    this.#options.send(encodeControlPacket({ ...this.#reply, identifier: this.#identifier }));
  }

  #refuse(code: number, reason: string): void {
    this.#state = "over";
    this.#options.done({ kind: "refused", userName: this.#userName, code, reason });
  }
}
