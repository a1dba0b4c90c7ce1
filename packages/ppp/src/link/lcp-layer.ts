import type { Clock } from "@sallyport/runtime";
import { defaultCharacterMap } from "../framing/character-map.ts";
import { NegotiationAutomaton } from "../negotiation/automaton.ts";
import { LcpPolicy, type LcpWishes } from "../negotiation/lcp-policy.ts";
import type { NegotiationFailure } from "../negotiation/negotiation-policy.ts";
import {
  type ControlPacket,
  codeCodeReject,
  codeDiscardRequest,
  codeEchoReply,
  codeEchoRequest,
  codeIdentification,
  codeProtocolReject,
  codeTimeRemaining,
  controlHeaderLength,
  encodeControlPacket,
} from "../wire/control-packet.ts";
import { numberOf, octets16, octets32 } from "../wire/options.ts";
import { protocolLcp } from "../wire/protocols.ts";
import { EchoMonitor } from "./echo-monitor.ts";
import type { FrameLine } from "./frame-line.ts";
import type { CompleteLinkSettings } from "./link-settings.ts";
import { RateLimit } from "./rate-limit.ts";

export interface LcpLayerOptions {
  readonly clock: Clock;
  readonly settings: CompleteLinkSettings;
  readonly wishes: LcpWishes;
  readonly line: FrameLine;
  readonly up: () => void;
  readonly down: () => void;
  readonly finished: () => void;
  readonly failed: (failure: NegotiationFailure) => void;
  readonly discarded: (reason: string) => void;
  /** The other side knows nothing of a protocol. */
  readonly protocolRejected: (protocol: number) => void;
  /** Nobody answers Echo-Requests. */
  readonly lost: () => void;
}

/** LCP of a link: its negotiation, and what it does beside that (RFC 1661 sections 5.7 to 5.9). */
export class LcpLayer {
  readonly policy: LcpPolicy;
  readonly automaton: NegotiationAutomaton;
  readonly #options: LcpLayerOptions;
  readonly #monitor: EchoMonitor;
  readonly #rejects: RateLimit;
  #rejectIdentifier = 0;

  constructor(options: LcpLayerOptions) {
    this.#options = options;
    const { clock, settings, line } = options;
    this.policy = new LcpPolicy(options.wishes);
    this.#rejects = new RateLimit(clock, { perSecond: 4, burst: 8 });
    this.#monitor = new EchoMonitor({
      clock,
      intervalMs: settings.echoIntervalMs,
      failures: settings.echoFailures,
      send: (identifier) =>
        this.#send({ code: codeEchoRequest, identifier, data: octets32(this.policy.magic) }),
      lost: options.lost,
    });
    this.automaton = new NegotiationAutomaton({
      policy: this.policy,
      settings: settings.negotiation,
      clock,
      maxData: () => this.maxData,
      send: (packet) => this.#send(packet),
      layer: {
        up: () => {
          line.format = this.policy.format;
          line.receivingCharacterMap = this.policy.ownCharacterMap;
          this.#monitor.start();
          options.up();
        },
        down: () => {
          line.format = {};
          line.receivingCharacterMap = defaultCharacterMap;
          this.#monitor.stop();
          options.down();
        },
        finished: options.finished,
        failed: options.failed,
        discarded: options.discarded,
        otherCodes,
        other: (packet) => this.#other(packet),
      },
    });
  }

  get isOpen(): boolean {
    return this.automaton.state === "Opened";
  }

  /** The most data of a control packet to the other side. */
  get maxData(): number {
    return this.policy.peerMru - controlHeaderLength;
  }

  /** Something came from the other side. */
  heard(): void {
    this.#monitor.heard();
  }

  /** Answers a packet of a protocol that is not known here, not more often than is useful (RFC 1661 section 5.7). */
  rejectProtocol(protocol: number, packet: Uint8Array): void {
    const data = new Uint8Array(Math.min(2 + packet.length, this.maxData));
    data.set(octets16(protocol));
    data.set(packet.subarray(0, data.length - 2), 2);
    this.#rejectIdentifier = (this.#rejectIdentifier + 1) & 255;
    this.#send({ code: codeProtocolReject, identifier: this.#rejectIdentifier, data });
  }

  #send(packet: ControlPacket): void {
    const isReject = packet.code === codeProtocolReject || packet.code === codeCodeReject;
    if (isReject && !this.#rejects.take()) {
      this.#options.line.counters.dropped += 1;
      return;
    }
    this.#options.line.send(protocolLcp, encodeControlPacket(packet));
  }

  #other({ code, identifier, data }: ControlPacket): void {
    if (code === codeEchoRequest) this.#answerEcho(identifier, data);
    else if (code === codeProtocolReject && data.length >= 2) {
      this.#options.protocolRejected(numberOf(data.subarray(0, 2)));
    }
  }

  /** The data come back with our magic number in the place of theirs (RFC 1661 section 5.8). */
  #answerEcho(identifier: number, data: Uint8Array): void {
    if (data.length < 4) {
      this.#options.discarded("an Echo-Request without magic number");
      return;
    }
    const reply = data.slice(0, this.maxData);
    reply.set(octets32(this.policy.magic));
    this.#send({ code: codeEchoReply, identifier, data: reply });
  }
}

/** Windows tells its version in an Identification (RFC 1570 section 2): read in the trace, and not answered. */
const otherCodes: ReadonlySet<number> = new Set([
  codeProtocolReject,
  codeEchoRequest,
  codeEchoReply,
  codeDiscardRequest,
  codeIdentification,
  codeTimeRemaining,
]);
