import { ERROR_PPP_CP_REJECTED, ERROR_PPP_NOT_CONVERGING } from "@sallyport/errors/ras";
import type { Cancel, Clock } from "@sallyport/runtime";
import {
  type ControlPacket,
  codeCodeReject,
  codeConfigureAck,
  codeConfigureNak,
  codeConfigureReject,
  codeConfigureRequest,
  codeTerminateAck,
  codeTerminateRequest,
  encodeControlPacket,
} from "../wire/control-packet.ts";
import { type ConfigurationOption, decodeOptions, encodeOptions } from "../wire/options.ts";
import { PppPacketError } from "../wire/packet-error.ts";
import {
  type AutomatonAction,
  type AutomatonEvent,
  type AutomatonState,
  automatonStates,
  automatonTable,
} from "./automaton-table.ts";
import type { Judgement, NegotiationFailure, NegotiationPolicy } from "./negotiation-policy.ts";
import type { CompleteNegotiationSettings } from "./negotiation-settings.ts";

export interface AutomatonOptions {
  readonly policy: NegotiationPolicy;
  readonly settings: CompleteNegotiationSettings;
  readonly clock: Clock;
  /** Transmits a packet of this protocol. */
  readonly send: (packet: ControlPacket) => void;
  readonly layer: AutomatonLayer;
  /** The most data that a packet to the other side may have. */
  readonly maxData?: () => number;
}

/** Whom the automaton tells what it has come to (RFC 1661 section 4.4). */
interface AutomatonLayer {
  /** This-Layer-Up: both sides agree. */
  up(): void;
  /** This-Layer-Down: they do not any more. */
  down(): void;
  /** This-Layer-Started: the layer below is needed. */
  started?(): void;
  /** This-Layer-Finished: the layer below is not needed any more. */
  finished(): void;
  /** The two sides cannot agree. Comes before `finished`. */
  failed(failure: NegotiationFailure): void;
  /** A packet was left out: it answers no question of ours, or is none. */
  discarded?(reason: string): void;
  /** The codes above 7 that the protocol has: any other one is rejected. */
  readonly otherCodes?: ReadonlySet<number>;
  /** A packet with one of them came, and the layer is open. */
  other?(packet: ControlPacket): void;
}

/**
 * The automaton by which LCP, IPCP and every other control protocol of PPP negotiates its options (RFC 1661 section 4).
 * Sans-IO: packets come in and go out, and the restart timer runs on the clock that it was given.
 */
export class NegotiationAutomaton {
  readonly #options: AutomatonOptions;
  #state: AutomatonState = "Initial";
  #restartCounter = 0;
  #cancelTimer: Cancel | undefined;
  /** Of the last Configure-Request, and what it asked for. */
  #requestIdentifier = 0;
  #requested: Uint8Array<ArrayBuffer> = nothing;
  #naksSent = 0;
  #refusalsSent = 0;
  #refusalsReceived = 0;
  #renegotiations = 0;
  /** What the packet that is being handled needs for an answer. */
  #received: ControlPacket | undefined;
  #receivedOptions: readonly ConfigurationOption[] = noOptions;
  #judgement: Judgement | undefined;

  constructor(options: AutomatonOptions) {
    this.#options = options;
  }

  get state(): AutomatonState {
    return this.#state;
  }

  /** The layer below is up. */
  up(): void {
    this.#event("Up");
  }

  /** The layer below is down. */
  down(): void {
    this.#event("Down");
  }

  open(): void {
    this.#event("Open");
  }

  close(): void {
    this.#event("Close");
  }

  /** The other side knows nothing of this protocol: a Protocol-Reject names it. */
  protocolRejected(): void {
    this.#options.layer.failed({ code: ERROR_PPP_CP_REJECTED, reason: "the protocol was rejected" });
    this.#event("RXJ-");
  }

  receive(packet: ControlPacket): void {
    this.#received = packet;
    try {
      this.#packet(packet);
    } catch (error) {
      if (!(error instanceof PppPacketError)) throw error;
      this.#discard(error.message);
    } finally {
      // They view what belongs to others by now.
      this.#received = undefined;
      this.#receivedOptions = noOptions;
      this.#judgement = undefined;
    }
  }

  #packet(packet: ControlPacket): void {
    switch (packet.code) {
      case codeConfigureRequest:
        this.#configureRequest(packet);
        break;
      case codeConfigureAck:
        if (!this.#answersRequest(packet)) break;
        // RFC 1661 section 5.2: an Ack for other options than those asked for is no Ack.
        if (!this.#isClosed && !sameOctets(packet.data, this.#requested))
          this.#discard("an Ack for something else");
        else {
          if (this.#isNegotiating) this.#options.policy.acknowledged();
          this.#event("RCA");
        }
        break;
      case codeConfigureNak:
      case codeConfigureReject:
        if (this.#answersRequest(packet)) this.#refused(packet);
        break;
      case codeTerminateRequest:
        this.#event("RTR");
        break;
      case codeTerminateAck:
        this.#event("RTA");
        break;
      case codeCodeReject:
        this.#codeRejected(packet);
        break;
      default:
        this.#event(this.#options.layer.otherCodes?.has(packet.code) === true ? "RXR" : "RUC");
    }
  }

  #configureRequest(packet: ControlPacket): void {
    const options = decodeOptions(packet.data);
    if (this.#state === "Opened") {
      this.#renegotiations += 1;
      if (this.#renegotiations > this.#options.settings.maxRenegotiations) {
        this.#fail("the other side negotiates again and again");
        return;
      }
    }
    const insist = this.#naksSent < this.#options.settings.maxFailure;
    this.#receivedOptions = options;
    // What was agreed on before does not count when the other side begins anew.
    if (this.#state === "Opened" || this.#state === "Stopped") this.#options.policy.restart();
    this.#judgement = this.#options.policy.judge(options, { insist });
    this.#event(this.#judgement.kind === "ack" ? "RCR+" : "RCR-");
    if (this.#refusalsSent > this.#options.settings.maxRounds) this.#fail("the two sides do not agree");
  }

  #refused(packet: ControlPacket): void {
    const options = decodeOptions(packet.data);
    if (this.#isNegotiating) {
      const { policy, settings } = this.#options;
      this.#refusalsReceived += 1;
      if (this.#refusalsReceived > settings.maxRounds) {
        this.#fail("the other side refuses again and again");
        return;
      }
      const failure = packet.code === codeConfigureNak ? policy.naked(options) : policy.rejected(options);
      if (failure !== undefined) {
        this.#options.layer.failed(failure);
        this.#event("Close");
        return;
      }
    }
    this.#event("RCN");
  }

  /** RFC 1661 section 5.6: without the codes up to 7 there is no negotiation. */
  #codeRejected(packet: ControlPacket): void {
    const code = packet.data[0] ?? 0;
    if (code < codeConfigureRequest || code > codeCodeReject) {
      this.#event("RXJ+");
      return;
    }
    this.#options.layer.failed({ code: ERROR_PPP_CP_REJECTED, reason: `the code ${code} was rejected` });
    this.#event("RXJ-");
  }

  #answersRequest(packet: ControlPacket): boolean {
    if (this.#isClosed || (packet.identifier === this.#requestIdentifier && this.#requested !== nothing))
      return true;
    this.#discard("an answer to another request");
    return false;
  }

  get #isNegotiating(): boolean {
    return this.#state === "Req-Sent" || this.#state === "Ack-Rcvd" || this.#state === "Ack-Sent";
  }

  get #isClosed(): boolean {
    return this.#state === "Closed" || this.#state === "Stopped";
  }

  #fail(reason: string): void {
    this.#options.layer.failed({ code: ERROR_PPP_NOT_CONVERGING, reason });
    this.#event("Close");
  }

  #discard(reason: string): void {
    this.#options.layer.discarded?.(reason);
  }

  #event(event: AutomatonEvent): void {
    const transition = automatonTable[event][automatonStates.indexOf(this.#state)];
    if (transition === undefined) {
      this.#discard(`${event} in ${this.#state}`);
      return;
    }
    const { actions, next } = transition;
    const negotiatesAnew =
      (actions.includes("scr") && !this.#isNegotiating) || event === "Down" || event === "Close";
    if (negotiatesAnew) this.#beginAnew(event);
    // The state first: what an action leads to, another event among it, must find it.
    this.#state = next;
    for (const action of actions) {
      this.#perform(action, next);
      if (this.#state !== next) return;
    }
    if (!hasTimer.has(next)) this.#stopTimer();
  }

  #beginAnew(event: AutomatonEvent): void {
    this.#naksSent = 0;
    this.#refusalsSent = 0;
    this.#refusalsReceived = 0;
    if (event !== "RCR+" && event !== "RCR-") this.#options.policy.restart();
  }

  #perform(action: AutomatonAction, next: AutomatonState): void {
    const { layer, settings, policy } = this.#options;
    switch (action) {
      case "tlu":
        layer.up();
        break;
      case "tld":
        layer.down();
        break;
      case "tls":
        layer.started?.();
        break;
      case "tlf":
        layer.finished();
        break;
      case "irc":
        this.#restartCounter =
          next === "Closing" || next === "Stopping" ? settings.maxTerminate : settings.maxConfigure;
        break;
      case "zrc":
        this.#restartCounter = 0;
        this.#startTimer();
        break;
      case "scr":
        this.#configure();
        break;
      case "sca":
        policy.adopt(this.#receivedOptions);
        this.#answer(codeConfigureAck, this.#received?.data ?? nothing);
        break;
      case "scn":
        this.#refuse();
        break;
      case "str":
        this.#countDown();
        this.#send({ code: codeTerminateRequest, identifier: this.#nextIdentifier(), data: nothing });
        break;
      case "sta":
        this.#answer(codeTerminateAck, nothing);
        break;
      case "scj":
        this.#rejectCode();
        break;
      case "ser":
        if (this.#received !== undefined) layer.other?.(this.#received);
        break;
    }
  }

  #configure(): void {
    this.#countDown();
    this.#requested = encodeOptions(this.#options.policy.request());
    this.#requestIdentifier = this.#nextIdentifier();
    this.#send({ code: codeConfigureRequest, identifier: this.#requestIdentifier, data: this.#requested });
  }

  #refuse(): void {
    const judgement = this.#judgement;
    if (judgement === undefined || judgement.kind === "ack") return;
    this.#refusalsSent += 1;
    if (judgement.kind === "nak") this.#naksSent += 1;
    const code = judgement.kind === "nak" ? codeConfigureNak : codeConfigureReject;
    this.#answer(code, encodeOptions(judgement.options));
  }

  /** RFC 1661 section 5.6: what is returned is cut to what the other side can receive. */
  #rejectCode(): void {
    if (this.#received === undefined) return;
    const rejected = encodeControlPacket(this.#received);
    const most = this.#options.maxData?.() ?? 1496;
    this.#send({
      code: codeCodeReject,
      identifier: this.#nextIdentifier(),
      data: rejected.subarray(0, most),
    });
  }

  #answer(code: number, data: Uint8Array): void {
    this.#send({ code, identifier: this.#received?.identifier ?? this.#nextIdentifier(), data });
  }

  #send(packet: ControlPacket): void {
    this.#options.send(packet);
  }

  #lastIdentifier = 0;
  #nextIdentifier(): number {
    this.#lastIdentifier = (this.#lastIdentifier + 1) & 255;
    return this.#lastIdentifier;
  }

  #countDown(): void {
    this.#restartCounter -= 1;
    this.#startTimer();
  }

  #startTimer(): void {
    this.#stopTimer();
    this.#cancelTimer = this.#options.clock.after(this.#options.settings.restartMs, () => {
      this.#cancelTimer = undefined;
      this.#event(this.#restartCounter > 0 ? "TO+" : "TO-");
    });
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }
}

/** The states in which the restart timer runs (RFC 1661 section 4.2). */
const hasTimer: ReadonlySet<AutomatonState> = new Set([
  "Closing",
  "Stopping",
  "Req-Sent",
  "Ack-Rcvd",
  "Ack-Sent",
]);
const nothing: Uint8Array<ArrayBuffer> = new Uint8Array(0);
const noOptions: readonly ConfigurationOption[] = [];

function sameOctets(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((octet, index) => octet === other[index]);
}
