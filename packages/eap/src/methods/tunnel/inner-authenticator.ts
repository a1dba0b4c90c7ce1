import { RAS_EAP_FLAG_HOSTED_IN_PEAP } from "../../contract/constants.ts";
import type { PppEapBeginInput } from "../../contract/ppp-eap.ts";
import type { EapOutcome } from "../../engine/effects.ts";
import { EapAuthenticatorHost } from "../../host/authenticator-host.ts";
import { EAPCODE_Request } from "../../wire/codes.ts";
import type { InnerMethods } from "./inner-methods.ts";
import { suppliedPasswordFor } from "./supplied-password.ts";

/** What an inner conversation came to by one packet of the peer. */
export type InnerProgress =
  | { readonly kind: "request"; readonly packet: Uint8Array<ArrayBuffer>; readonly interactive: boolean }
  /** Success or failure: the final packet is the tunnel's business. */
  | { readonly kind: "finished"; readonly outcome: EapOutcome }
  /** The packet was discarded. */
  | { readonly kind: "nothing" };

/** The least that EAP asks of a lower layer (RFC 3748 section 3.1). */
export const leastInnerPacket = 1020;

/**
 * An EAP conversation inside a tunnel, in the role of the authenticator: an ordinary host, whose lower layer is the
 * tunnel. The outer host asks for resends, so this one has no timers.
 */
export class InnerAuthenticator {
  readonly #host: EapAuthenticatorHost;
  #sent: { readonly packet: Uint8Array<ArrayBuffer>; readonly interactive: boolean } | undefined;
  #outcome: EapOutcome | undefined;
  #identifier: number | undefined;
  /** Who the peer says to be inside of the tunnel. */
  #identity = "";

  /** @param maxPacketSize the longest inner packet */
  constructor(input: PppEapBeginInput, inner: InnerMethods, maxPacketSize: number) {
    const { provider } = inner;
    this.#host = new EapAuthenticatorHost({
      methods: inner.usable("authenticator"),
      clock: input.clock,
      random: input.random,
      log: inner.log,
      flags: input.flags | RAS_EAP_FLAG_HOSTED_IN_PEAP,
      isVpn: input.isVpn,
      connectionId: input.connectionId,
      maxPacketSize: Math.max(maxPacketSize, leastInnerPacket),
      userAttributes: input.userAttributes,
      settings: { retransmission: "lower-layer", maxRounds: inner.maxRounds },
      ...(provider !== undefined && { provider }),
      accountName: (identity) => {
        this.#identity = identity;
        return identity;
      },
      suppliedPassword: () => suppliedPasswordFor(input, this.#identity),
      events: {
        send: (packet, { interactive }) => {
          if (packet[0] !== EAPCODE_Request) return;
          this.#identifier = packet[1] ?? 0;
          this.#sent = { packet, interactive };
        },
        finished: (outcome) => {
          this.#outcome = outcome;
        },
      },
    });
  }

  /** The identifier of the request that is to be answered; undefined before the first. PEAP leaves it out. */
  get identifier(): number | undefined {
    return this.#identifier;
  }

  /** Takes a packet of the peer: its identity first. The method's first request has the identifier after that one's. */
  receive(packet: Uint8Array): InnerProgress | PromiseLike<InnerProgress> {
    return this.#progress(this.#host.receive(packet));
  }

  /** The tunnel is gone: the method's end is called, unless it was. */
  stop(): void {
    if (this.#outcome === undefined) void this.#host.stop();
  }

  #progress(running: Promise<void> | undefined): InnerProgress | PromiseLike<InnerProgress> {
    return running === undefined ? this.#taken() : running.then(() => this.#taken());
  }

  #taken(): InnerProgress {
    const sent = this.#sent;
    this.#sent = undefined;
    if (this.#outcome !== undefined) return { kind: "finished", outcome: this.#outcome };
    return sent === undefined ? { kind: "nothing" } : { kind: "request", ...sent };
  }
}
