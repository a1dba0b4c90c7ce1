import type { Clock } from "@sallyport/runtime";
import { PppDeframer } from "../framing/deframer.ts";
import { encodeFrame, type FrameFormat } from "../framing/framer.ts";
import { describePacket } from "../trace/describe-packet.ts";
import { protocolPap } from "../wire/protocols.ts";
import { type PppCounters, zeroCounters } from "./link-counters.ts";
import type { PppLinkEvents } from "./link-options.ts";
import type { Tell } from "./tell.ts";

/** Both directions of a link's line as frames, counted and traced. */
export class FrameLine {
  readonly counters: PppCounters = zeroCounters();
  /** How frames are written from now on. */
  format: FrameFormat = {};
  readonly #clock: Clock;
  readonly #events: PppLinkEvents;
  readonly #tell: Tell;
  readonly #deframer: PppDeframer;
  /** At work, or not started yet. */
  #busy = true;
  #waiting: Uint8Array[] = [];
  #waitingOctets = 0;
  #full = false;

  constructor(options: {
    readonly clock: Clock;
    readonly events: PppLinkEvents;
    readonly tell: Tell;
    readonly maxPacket: number;
    readonly onFrame: (protocol: number, packet: Uint8Array) => void;
  }) {
    const { clock, events, tell, maxPacket, onFrame } = options;
    this.#clock = clock;
    this.#events = events;
    this.#tell = tell;
    this.#deframer = new PppDeframer({
      counters: this.counters,
      maxPacket,
      onFrame: (protocol, packet) => {
        if (events.trace !== undefined) this.#trace("received", describePacket(protocol, packet));
        onFrame(protocol, packet);
        // The buffer serves other links next.
        if (protocol === protocolPap) packet.fill(0);
      },
    });
  }

  /** Which control characters the other side escapes. */
  set receivingCharacterMap(map: number) {
    this.#deframer.characterMap = map;
  }

  /** Octets that come before the start, or while the link is at work, as over a line without delay, wait. */
  receive(octets: Uint8Array): void {
    if (!this.#busy) this.atomically(() => this.#deframer.receive(octets));
    else if (this.#waitingOctets + octets.length <= mostWaiting) {
      this.#waiting.push(new Uint8Array(octets));
      this.#waitingOctets += octets.length;
    } else this.counters.dropped += 1;
  }

  /** The link is open: what came before, because the other side was quicker, is read after this work. */
  start(work: () => void): void {
    this.#busy = false;
    this.atomically(work);
  }

  /** Does something whole before what it leads to comes back over the line. */
  atomically(work: () => void): void {
    if (this.#busy) {
      work();
      return;
    }
    this.#busy = true;
    try {
      work();
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        this.#waitingOctets -= next.length;
        this.#deframer.receive(next);
      }
    } finally {
      this.#busy = false;
    }
  }

  /** A clock whose timers do their work whole. */
  get clock(): Clock {
    const clock = this.#clock;
    return {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      after: (delay, work) => clock.after(delay, () => this.atomically(work)),
    };
  }

  /** Sends a packet in a frame; false when the line is full and it was dropped. */
  send(protocol: number, packet: Uint8Array): boolean {
    if (this.#full) {
      this.counters.dropped += 1;
      return false;
    }
    const { counters } = this;
    if (this.#events.trace !== undefined) this.#trace("sent", describePacket(protocol, packet));
    const frame = encodeFrame(protocol, packet, this.format);
    counters.framesSent += 1;
    counters.octetsSent += frame.length;
    if (this.#tell("send", () => this.#events.send(frame)) === false) this.#full = true;
    return true;
  }

  drained(): void {
    this.#full = false;
  }

  note(text: string): void {
    if (this.#events.trace !== undefined) this.#trace("note", text);
  }

  /** The line is gone: what has begun is forgotten. */
  close(): void {
    this.#waiting = [];
    this.#waitingOctets = 0;
    this.#deframer.reset();
  }

  #trace(kind: "sent" | "received" | "note", text: string): void {
    this.#tell("trace", () => this.#events.trace?.({ at: this.#clock.monotonic(), kind, text }));
  }
}

/** Pieces that would make more octets than this wait are dropped. */
const mostWaiting = 65_536;
