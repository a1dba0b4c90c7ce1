import { NO_ERROR } from "@sallyport/errors/win32";
import type { Milliseconds } from "@sallyport/runtime";
import { type RasAuthAttribute, replaceAttributes, withoutTerminator } from "../contract/auth-attribute.ts";
import {
  EAPACTION_Authenticate,
  EAPACTION_Done,
  EAPACTION_NoAction,
  EAPACTION_Send,
  EAPACTION_SendAndDone,
  EAPACTION_SendWithTimeout,
  EAPACTION_SendWithTimeoutInteractive,
} from "../contract/constants.ts";
import type { PppEapInput, PppEapOutput } from "../contract/ppp-eap.ts";
import {
  ERROR_AUTH_INTERNAL,
  ERROR_PPP_INVALID_PACKET,
  ERROR_PPP_TIMEOUT,
} from "../contract/status-codes.ts";
import { decodeEapPacket, type EapPacket } from "../wire/packet.ts";
import { EapPacketError } from "../wire/packet-error.ts";
import type { CommonEffect, EapDiagnostic, EapOutcome } from "./effects.ts";
import { lengthIn, packetIn } from "./packet-in.ts";
import { PacketQueue } from "./packet-queue.ts";
import { SessionLimit } from "./session-limit.ts";
import type { CompleteEngineSettings } from "./settings.ts";

/** Why a call of the method is made: decides what its return does to the timer (Table E-9). */
type CallReason = "first" | "expected-packet" | "packet" | "resend" | "input";

const nothing: PppEapInput = Object.freeze({});

/**
 * One session of a method, as both roles have it: the packet loop, its timer and its bounds (EAP-14 to EAP-39, EAP-41
 * to EAP-47, EAP-89, EAP-90). A role says what it does with a packet that arrives, and how it ends.
 */
export abstract class MethodSession<Effect extends { readonly kind: string }> {
  protected readonly settings: CompleteEngineSettings;
  /** Index of the method among those offered; -1 while none was begun. */
  protected method = -1;
  protected begun = false;
  protected over = false;
  /** The call that the host is making; packets and inputs wait meanwhile (EAP-39, EAP-55). */
  protected outstanding: "begin" | "make-message" | "provider" | undefined;
  protected effects: (Effect | CommonEffect)[] = [];
  /** What a success adds to the provider's attributes. */
  protected methodAttributes: readonly RasAuthAttribute[] = noAttributes;
  protected toldIdentity: string | undefined;
  /** The identifier of the packet sent last; -1 before the first. */
  protected lastIdentifier = -1;
  /** When the answer must have come; undefined while no timer runs. */
  protected retransmitAt: Milliseconds | undefined;
  protected retransmissions = 0;
  /** The last packet went out with the interactive action, and nothing replaced it since. */
  protected interactive = false;
  protected waitingForUser = false;
  #expectedIdentifier = -1;
  #callReason: CallReason = "first";
  #rounds = 0;
  #queue: PacketQueue | undefined;
  #inputs: PppEapInput[] | undefined;
  readonly #limit: SessionLimit | undefined;

  constructor(settings: CompleteEngineSettings) {
    this.settings = settings;
    if (settings.retransmission === "engine") this.#limit = new SessionLimit(settings.sessionLimitMs);
  }

  /** Whether the session is over: nothing has an effect any more. */
  get finished(): boolean {
    return this.over;
  }

  /**
   * When {@link MethodSession.expire} is to be called, on the clock of the `now` arguments; undefined for never. May
   * change with every call of the engine.
   */
  get deadline(): Milliseconds | undefined {
    if (this.over) return undefined;
    const limit = this.#limit?.deadline;
    // EAP-23: while a call is outstanding the timer may be stopped by its return, or be due after it.
    const timer = this.outstanding === undefined ? this.retransmitAt : undefined;
    if (limit === undefined || timer === undefined) return limit ?? timer;
    return Math.min(limit, timer);
  }

  /**
   * Takes what arrived from the other side. The octets must stay as they are until the call of the method that they
   * lead to has returned; where a call is outstanding they wait (EAP-39).
   */
  receive(bytes: Uint8Array, now: Milliseconds): readonly (Effect | CommonEffect)[] {
    if (this.over) return noEffects;
    if (this.outstanding !== undefined) {
      this.keep(bytes);
    } else {
      this.#arrived(bytes, now);
    }
    return this.take(now);
  }

  /** The time of {@link MethodSession.deadline} has come. Called too early it does nothing. */
  expire(now: Milliseconds): readonly (Effect | CommonEffect)[] {
    if (this.over) return noEffects;
    if (this.#limit?.isOver(now)) {
      this.diagnose("session-limit", this.settings.sessionLimitMs);
      this.finish(ERROR_PPP_TIMEOUT, "limit");
    } else if (
      this.outstanding === undefined &&
      this.retransmitAt !== undefined &&
      now >= this.retransmitAt
    ) {
      this.retransmitAt = undefined;
      if (!this.interactive && this.retransmissions >= this.settings.maxRetransmits) {
        this.diagnose("no-answer", this.lastIdentifier);
        this.finish(ERROR_PPP_TIMEOUT, "no-answer");
      } else {
        // EAP-28: under the interactive action the count does not grow.
        if (!this.interactive) this.retransmissions += 1;
        this.resend(now);
      }
    }
    return this.take(now);
  }

  /** The method's begin returned, or it has none and the host passes 0. */
  methodBegun(code: number, now: Milliseconds): readonly (Effect | CommonEffect)[] {
    if (this.over || this.outstanding !== "begin") return noEffects;
    this.outstanding = undefined;
    if (code !== NO_ERROR) {
      this.diagnose("method-error", code);
      this.finish(code, "method-error");
    } else {
      this.begun = true;
      this.afterBegin();
      this.#continue(now);
    }
    return this.take(now);
  }

  /**
   * RasEapMakeMessage returned.
   *
   * @param output what it filled in; not looked at unless `code` is 0 (EAP-37, X-25)
   * @param sendPacket the buffer it was given; what is sent is copied
   */
  methodReturned(
    code: number,
    output: PppEapOutput,
    sendPacket: Uint8Array,
    now: Milliseconds,
  ): readonly (Effect | CommonEffect)[] {
    if (this.over || this.outstanding !== "make-message") return noEffects;
    this.outstanding = undefined;
    if (code === ERROR_PPP_INVALID_PACKET) this.#discarded(now);
    else if (code !== NO_ERROR) {
      this.diagnose("method-error", code);
      this.finish(code, "method-error");
    } else {
      this.#accepted(output, sendPacket, now);
    }
    this.#continue(now);
    return this.take(now);
  }

  /** The line is lost, or the host stops (EAP-91). */
  stop(code: number, now: Milliseconds): readonly (Effect | CommonEffect)[] {
    if (this.over) return noEffects;
    this.finish(code, "host");
    return this.take(now);
  }

  /** What a role does with a packet that is one. */
  protected abstract packetArrived(packet: EapPacket, now: Milliseconds): void;
  /** What a role sends again, or has sent again, when no answer came. */
  protected abstract resend(now: Milliseconds): void;
  /** The method was begun. */
  protected abstract afterBegin(): void;
  /** What an output says besides the action. Whether the session goes on. */
  protected abstract besidesAction(output: PppEapOutput): boolean;
  /** EAPACTION_Authenticate. */
  protected abstract authenticate(attributes: readonly RasAuthAttribute[]): void;
  /** Done and SendAndDone, `packet` being what the method wants sent. */
  protected abstract done(result: number, packet: Uint8Array<ArrayBuffer> | undefined): void;
  protected abstract outcome(result: number, endedBy: EapOutcome["endedBy"]): EapOutcome;
  /** The method sent something and the session goes on. */
  protected abstract sent(packet: Uint8Array<ArrayBuffer>): void;

  /** Hands a packet to the method (EAP-15, EAP-21). */
  protected deliver(packet: EapPacket): void {
    this.#call(
      packet.bytes,
      nothing,
      packet.identifier === this.#expectedIdentifier ? "expected-packet" : "packet",
    );
  }

  protected callFirst(): void {
    this.#call(null, nothing, "first");
  }

  protected callResend(): void {
    this.#call(null, nothing, "resend");
  }

  /** Something happened that is no packet; waits while a call is outstanding. */
  protected callWithInput(input: PppEapInput): void {
    if (this.outstanding === undefined) {
      this.#call(null, input, "input");
      return;
    }
    this.#inputs ??= [];
    this.#inputs.push(input);
  }

  protected send(packet: Uint8Array<ArrayBuffer>, retransmitAfter: Milliseconds | "never"): void {
    const { interactive } = this;
    const retransmission = interactive ? 0 : this.retransmissions;
    this.effects.push({ kind: "send", packet, interactive, retransmission, retransmitAfter });
  }

  /** Keeps a packet for when the outstanding call has returned. */
  protected keep(bytes: Uint8Array): void {
    this.#queue ??= new PacketQueue();
    if (!this.#queue.add(bytes)) this.diagnose("packet-queue-full", bytes[1] ?? 0);
  }

  /** Starts the timer for the packet that is sent now. */
  protected startTimer(now: Milliseconds): Milliseconds | "never" {
    const { retransmission, interactiveRetransmit, retransmitMs } = this.settings;
    if (retransmission === "lower-layer" || (this.interactive && interactiveRetransmit === "never")) {
      this.retransmitAt = undefined;
      return "never";
    }
    this.retransmitAt = now + retransmitMs;
    return retransmitMs;
  }

  protected stopTimer(): void {
    this.retransmitAt = undefined;
    this.interactive = false;
    this.retransmissions = 0;
  }

  /** Counts a packet of the other side that led to something; false when it was one too many (EAP-90). */
  protected countRound(): boolean {
    this.#rounds += 1;
    if (this.#rounds <= this.settings.maxRounds) return true;
    this.diagnose("round-limit", this.#rounds);
    this.finish(ERROR_AUTH_INTERNAL, "limit");
    return false;
  }

  protected finish(result: number, endedBy: EapOutcome["endedBy"]): void {
    if (this.over) return;
    this.over = true;
    this.retransmitAt = undefined;
    this.#queue = undefined;
    this.#inputs = undefined;
    this.outstanding = undefined;
    if (this.begun) this.effects.push({ kind: "end" });
    this.begun = false;
    this.effects.push({ kind: "finished", outcome: this.outcome(result, endedBy) });
  }

  protected diagnose(diagnostic: EapDiagnostic, detail: number | string): void {
    this.effects.push({ kind: "diagnostic", diagnostic, detail });
  }

  #call(received: Uint8Array | null, input: PppEapInput, reason: CallReason): void {
    this.#callReason = reason;
    this.outstanding = "make-message";
    this.effects.push({ kind: "make-message", received, input });
  }

  #arrived(bytes: Uint8Array, now: Milliseconds): void {
    let packet: EapPacket;
    try {
      packet = decodeEapPacket(bytes);
    } catch (error) {
      if (!(error instanceof EapPacketError)) throw error;
      this.diagnose("malformed-packet", error.reason);
      return;
    }
    this.packetArrived(packet, now);
  }

  /** EAP-23: nothing changes. A resend that was discarded is due again, else nobody would ever be asked again. */
  #discarded(now: Milliseconds): void {
    this.diagnose("packet-discarded", this.lastIdentifier);
    if (this.#callReason === "resend") this.startTimer(now);
  }

  #accepted(output: PppEapOutput, sendPacket: Uint8Array, now: Milliseconds): void {
    const reason = this.#callReason;
    const fromPacket = reason === "packet" || reason === "expected-packet";
    if (fromPacket && !this.countRound()) return;
    if (reason === "expected-packet") this.stopTimer();
    if (!this.besidesAction(output)) return;
    const { action } = output;
    switch (action) {
      case EAPACTION_NoAction:
        return;
      case EAPACTION_Authenticate:
        this.stopTimer();
        this.authenticate(withoutTerminator(output.userAttributes ?? noAttributes));
        return;
      case EAPACTION_Done:
        this.#keepAttributes(output);
        this.done(output.authResultCode, undefined);
        return;
      case EAPACTION_SendAndDone:
      case EAPACTION_Send:
      case EAPACTION_SendWithTimeout:
      case EAPACTION_SendWithTimeoutInteractive:
        this.#sendFor(output, sendPacket, now);
        return;
      default:
        this.diagnose("bad-action", String(action));
        this.finish(ERROR_AUTH_INTERNAL, "method-error");
    }
  }

  #sendFor(output: PppEapOutput, sendPacket: Uint8Array, now: Milliseconds): void {
    const { action } = output;
    const packet = packetIn(sendPacket);
    if (packet === undefined) {
      this.diagnose("bad-send-packet", (sendPacket[0] ?? 0) * 0x10000 + lengthIn(sendPacket));
      this.finish(ERROR_AUTH_INTERNAL, "method-error");
      return;
    }
    if (action === EAPACTION_SendAndDone || action === EAPACTION_Send) this.#keepAttributes(output);
    if (action === EAPACTION_SendAndDone) {
      this.stopTimer();
      this.done(output.authResultCode, packet);
      return;
    }
    const identifier = packet[1] ?? 0;
    // EAP-30: a resend keeps its identifier and counts; another identifier is another request.
    if (identifier !== this.lastIdentifier) this.retransmissions = 0;
    this.lastIdentifier = identifier;
    this.#expectedIdentifier = output.idExpected ?? identifier;
    this.sent(packet);
    if (action === EAPACTION_Send) {
      this.retransmitAt = undefined;
      this.interactive = false;
      this.send(packet, "never");
      return;
    }
    this.interactive = action === EAPACTION_SendWithTimeoutInteractive;
    this.send(packet, this.startTimer(now));
  }

  #keepAttributes(output: PppEapOutput): void {
    if (output.authResultCode === NO_ERROR && output.userAttributes !== null) {
      this.methodAttributes = replaceAttributes(
        this.methodAttributes,
        withoutTerminator(output.userAttributes),
      );
    }
  }

  /** What waited for the call that returned. */
  #continue(now: Milliseconds): void {
    while (!this.over && this.outstanding === undefined) {
      const input = this.#inputs?.shift();
      if (input !== undefined) {
        this.#call(null, input, "input");
        return;
      }
      const bytes = this.#queue?.next();
      if (bytes === undefined) {
        this.#queue = undefined;
        this.#inputs = undefined;
        return;
      }
      this.#arrived(bytes, now);
    }
  }

  /** What the event led to; to be called at the end of each. */
  protected take(now: Milliseconds): readonly (Effect | CommonEffect)[] {
    const limit = this.#limit;
    if (limit !== undefined) {
      if (this.interactive || this.waitingForUser) limit.pause(now);
      else limit.run(now);
    }
    const { effects } = this;
    if (effects.length === 0) return noEffects;
    this.effects = [];
    return effects;
  }
}

export const noAttributes: readonly RasAuthAttribute[] = [];
const noEffects: readonly never[] = [];
