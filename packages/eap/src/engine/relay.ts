import { NO_ERROR } from "@sallyport/errors/win32";
import type { Milliseconds, Random } from "@sallyport/runtime";
import type { RasAuthAttribute } from "../contract/auth-attribute.ts";
import { ERROR_INVALID_RADIUS_RESPONSE, ERROR_PPP_TIMEOUT } from "../contract/status-codes.ts";
import { EAPCODE_Failure, EAPCODE_Request, EAPCODE_Response, EAPCODE_Success } from "../wire/codes.ts";
import { eapTypeIdentity } from "../wire/eap-type.ts";
import { decodeEapPacket, type EapPacket, encodeEapPacket, encodeEapResult } from "../wire/packet.ts";
import { EapPacketError } from "../wire/packet-error.ts";
import { strictUtf8Text } from "../wire/text.ts";
import type { DiagnosticEffect, SendEffect } from "./effects.ts";
import { SessionLimit } from "./session-limit.ts";
import type { CompleteEngineSettings } from "./settings.ts";

/** What a relay wants done. */
export type RelayEffect =
  | SendEffect
  | DiagnosticEffect
  /** Give the peer's packet to the authentication server, then call `serverAnswered`. */
  | { readonly kind: "forward"; readonly packet: Uint8Array; readonly identity: string }
  | { readonly kind: "finished"; readonly outcome: RelayOutcome };

/** What the authentication server said to a packet. */
export type RelayAnswer =
  | {
      readonly kind: "challenge";
      readonly packet: Uint8Array;
      /** How long the peer's user may take: Session-Timeout of a challenge (RFC 3579 section 2.3). */
      readonly waitMs?: Milliseconds;
    }
  | {
      readonly kind: "accept";
      /** A Success is made where the server sent none. */
      readonly packet: Uint8Array | null;
      /** Authorizations, and the session keys. */
      readonly attributes: readonly RasAuthAttribute[];
    }
  | { readonly kind: "reject"; readonly packet: Uint8Array | null; readonly result: number }
  /** The server discarded the packet, or does not answer. */
  | { readonly kind: "silence" };

/** How a relayed session ended. */
export interface RelayOutcome {
  /** 0 is success. */
  readonly result: number;
  readonly identity: string;
  readonly attributes: readonly RasAuthAttribute[];
}

/** What a relay is made of. It needs no methods: it looks at no packet further than its identifier. */
export interface RelaySession {
  readonly settings: CompleteEngineSettings;
  readonly random: Random;
}

/**
 * The access server between a peer and an authentication server that has the methods (EAP-13, RFC 3748 section 2.3):
 * asks for the identity, passes packets on unread, sends requests again, and takes result and keys from the server.
 *
 * @example
 * ```ts
 * import { completeEngineSettings, EapRelay } from "@sallyport/eap";
 * import { systemRandom } from "@sallyport/runtime";
 *
 * const relay = new EapRelay({ settings: completeEngineSettings(), random: systemRandom });
 * relay.start(0); // one effect: send the identity request
 * ```
 */
export class EapRelay {
  readonly #session: RelaySession;
  readonly #limit: SessionLimit;
  #effects: RelayEffect[] = [];
  #identity = "";
  /** The request that the peer has to answer; undefined before the start. */
  #request: Uint8Array<ArrayBuffer> | undefined;
  #waitMs: Milliseconds;
  #resendAt: Milliseconds | undefined;
  #resends = 0;
  #atServer = false;
  #over = false;

  constructor(session: RelaySession) {
    this.#session = session;
    this.#limit = new SessionLimit(session.settings.sessionLimitMs);
    this.#waitMs = session.settings.retransmitMs;
  }

  get finished(): boolean {
    return this.#over;
  }

  /** When {@link EapRelay.expire} is to be called; undefined for never. */
  get deadline(): Milliseconds | undefined {
    if (this.#over) return undefined;
    const limit = this.#limit.deadline;
    if (limit === undefined || this.#resendAt === undefined) return limit ?? this.#resendAt;
    return Math.min(limit, this.#resendAt);
  }

  /** The lower layer is ready: asks for the identity. */
  start(now: Milliseconds): readonly RelayEffect[] {
    if (this.#over || this.#request !== undefined) return [];
    this.#limit.run(now);
    const identifier = this.#session.random(1)[0] ?? 0;
    this.#ask(encodeEapPacket({ code: EAPCODE_Request, identifier, type: eapTypeIdentity }), now);
    return this.#take();
  }

  /** A packet of the peer. Only the answer to the last request goes to the server. */
  receive(bytes: Uint8Array, now: Milliseconds): readonly RelayEffect[] {
    if (this.#over) return [];
    const packet = this.#decoded(bytes);
    if (packet === undefined) return this.#take();
    const expected = this.#request?.[1];
    if (this.#atServer || packet.code !== EAPCODE_Response || packet.identifier !== expected) {
      this.#diagnose("unexpected-packet", packet.identifier);
      return this.#take();
    }
    this.#limit.run(now);
    this.#resendAt = undefined;
    this.#resends = 0;
    this.#atServer = true;
    if (packet.type === eapTypeIdentity) this.#identity = strictUtf8Text(packet.bytes, 5) ?? "";
    this.#effects.push({ kind: "forward", packet: packet.bytes, identity: this.#identity });
    return this.#take();
  }

  /** The authentication server answered `forward`. */
  serverAnswered(answer: RelayAnswer, now: Milliseconds): readonly RelayEffect[] {
    if (this.#over || !this.#atServer) return [];
    this.#atServer = false;
    switch (answer.kind) {
      case "silence":
        // The peer's answer was lost on its way: the request stands, and will be sent again.
        this.#resendAt = now + this.#waitMs;
        break;
      case "challenge":
        this.#challenged(answer.packet, answer.waitMs, now);
        break;
      case "accept":
        this.#end(answer.packet, EAPCODE_Success, NO_ERROR, answer.attributes);
        break;
      default:
        this.#end(answer.packet, EAPCODE_Failure, answer.result, []);
    }
    return this.#take();
  }

  /** The time of {@link EapRelay.deadline} has come. Called too early it does nothing. */
  expire(now: Milliseconds): readonly RelayEffect[] {
    if (this.#over) return [];
    const { maxRetransmits, sessionLimitMs } = this.#session.settings;
    if (this.#limit.isOver(now)) {
      this.#diagnose("session-limit", sessionLimitMs);
      this.#finish(ERROR_PPP_TIMEOUT, []);
    } else if (this.#resendAt !== undefined && now >= this.#resendAt && this.#request !== undefined) {
      if (this.#resends >= maxRetransmits) {
        this.#diagnose("no-answer", this.#request[1] ?? 0);
        this.#finish(ERROR_PPP_TIMEOUT, []);
      } else {
        this.#resends += 1;
        this.#send(now);
      }
    }
    return this.#take();
  }

  /** The line is lost, or the host stops. */
  stop(code: number): readonly RelayEffect[] {
    if (!this.#over) this.#finish(code, []);
    return this.#take();
  }

  #challenged(bytes: Uint8Array, waitMs: Milliseconds | undefined, now: Milliseconds): void {
    const packet = this.#decoded(bytes);
    if (packet?.code !== EAPCODE_Request) {
      this.#finish(ERROR_INVALID_RADIUS_RESPONSE, []);
      return;
    }
    // EAP-89: the time that the server grants the user does not count.
    if (waitMs !== undefined && waitMs > this.#session.settings.retransmitMs) this.#limit.pause(now);
    this.#waitMs = waitMs ?? this.#session.settings.retransmitMs;
    this.#ask(new Uint8Array(packet.bytes), now);
  }

  #ask(request: Uint8Array<ArrayBuffer>, now: Milliseconds): void {
    this.#request = request;
    this.#resends = 0;
    this.#send(now);
  }

  #send(now: Milliseconds): void {
    const packet = this.#request;
    if (packet === undefined) return;
    this.#resendAt = now + this.#waitMs;
    this.#effects.push({
      kind: "send",
      packet: new Uint8Array(packet),
      interactive: this.#waitMs > this.#session.settings.retransmitMs,
      retransmission: this.#resends,
      retransmitAfter: this.#waitMs,
    });
  }

  #end(
    bytes: Uint8Array | null,
    code: typeof EAPCODE_Success | typeof EAPCODE_Failure,
    result: number,
    attributes: readonly RasAuthAttribute[],
  ): void {
    const given = bytes === null ? undefined : this.#decoded(bytes);
    // A verdict and a packet that contradict each other: the verdict counts (RFC 3579 section 2.6.3).
    const packet =
      given?.code === code ? new Uint8Array(given.bytes) : encodeEapResult(code, this.#request?.[1] ?? 0);
    this.#effects.push({
      kind: "send",
      packet,
      interactive: false,
      retransmission: 0,
      retransmitAfter: "never",
    });
    this.#finish(result, attributes);
  }

  #decoded(bytes: Uint8Array): EapPacket | undefined {
    try {
      return decodeEapPacket(bytes);
    } catch (error) {
      if (!(error instanceof EapPacketError)) throw error;
      this.#diagnose("malformed-packet", error.reason);
      return undefined;
    }
  }

  #diagnose(diagnostic: DiagnosticEffect["diagnostic"], detail: number | string): void {
    this.#effects.push({ kind: "diagnostic", diagnostic, detail });
  }

  #finish(result: number, attributes: readonly RasAuthAttribute[]): void {
    this.#over = true;
    this.#resendAt = undefined;
    const outcome: RelayOutcome = { result, identity: this.#identity, attributes };
    this.#effects.push({ kind: "finished", outcome });
  }

  #take(): readonly RelayEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }
}
