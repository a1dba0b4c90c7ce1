import type { Secret } from "@sallyport/crypto";
import { ERROR_AUTHENTICATION_FAILURE, ERROR_PPP_TIMEOUT } from "@sallyport/errors/ras";
import {
  decodePapMessage,
  encodePapRequest,
  papAuthenticateAck,
  papAuthenticateNak,
  papAuthenticateRequest,
} from "../wire/authentication-packets.ts";
import { decodeControlPacket, encodeControlPacket } from "../wire/control-packet.ts";
import { protocolPap } from "../wire/protocols.ts";
import type { AuthenticationOptions } from "./authentication-options.ts";
import type { Authentication, AuthenticationOutcome } from "./credentials.ts";
import { Retransmission } from "./retransmission.ts";
import { textOctets, textOf } from "./text.ts";

/** The side of PAP that sends the password (RFC 1334 section 2). */
export class PapPeer implements Authentication {
  readonly protocol: number = protocolPap;
  readonly #options: AuthenticationOptions;
  readonly #userName: string;
  readonly #password: Secret;
  readonly #retransmission: Retransmission;
  #identifier = 0;
  #over = false;

  constructor(options: AuthenticationOptions, userName: string, password: Secret) {
    this.#options = options;
    this.#userName = userName;
    this.#password = password;
    this.#retransmission = new Retransmission(options.clock, options.retransmission);
  }

  start(): void {
    const data = encodePapRequest({
      peerId: textOctets(this.#userName, 255),
      password: this.#password.reveal().subarray(0, 255),
    });
    this.#retransmission.start(
      () => {
        this.#identifier = (this.#identifier + 1) & 255;
        const { send } = this.#options;
        send(encodeControlPacket({ code: papAuthenticateRequest, identifier: this.#identifier, data }));
      },
      () =>
        this.#done({ kind: "refused", ...this.#who(), code: ERROR_PPP_TIMEOUT, reason: "no answer came" }),
    );
  }

  receive(bytes: Uint8Array): void {
    const { code, identifier, data } = decodeControlPacket(bytes);
    const isReply = code === papAuthenticateAck || code === papAuthenticateNak;
    if (this.#over || !isReply || identifier !== this.#identifier) {
      this.#options.discarded(`code ${code}, identifier ${identifier}`);
      return;
    }
    const message = textOf(decodePapMessage(data));
    if (code === papAuthenticateAck) this.#done({ kind: "accepted", ...this.#who(), grant: {} });
    else {
      const reason = message === "" ? "refused by the other side" : `refused by the other side: ${message}`;
      this.#done({ kind: "refused", ...this.#who(), code: ERROR_AUTHENTICATION_FAILURE, reason });
    }
  }

  stop(): void {
    this.#over = true;
    this.#retransmission.stop();
  }

  #who(): { readonly userName: string } {
    return { userName: this.#userName };
  }

  #done(outcome: AuthenticationOutcome): void {
    this.stop();
    this.#options.done(outcome);
  }
}
