import type { Milliseconds } from "@sallyport/runtime";
import type { EapSide } from "./side.ts";

/** One thing that happened in a session. */
export type EapTranscriptEntry = EapPacketEntry | EapCallEntry | EapEventEntry;

/** A packet was sent, or arrived at another time than it was sent. */
export interface EapPacketEntry {
  readonly kind: "packet";
  /** Since the session began. */
  readonly at: Milliseconds;
  readonly to: EapSide;
  /** "Request 7 MD5-Challenge". */
  readonly packet: string;
  /** The octets, as they were sent or arrived. */
  readonly bytes: Uint8Array;
  /** What is remarkable: "dropped", "resend 2", "arrives late". */
  readonly notes: readonly string[];
  /** Whether nothing of it arrived at that moment. */
  readonly lost: boolean;
  /** The whole entry as one line. */
  readonly text: string;
}

/** A module's entry point was called. */
export interface EapCallEntry {
  readonly kind: "call";
  readonly at: Milliseconds;
  readonly side: EapSide;
  /** "RasEapMakeMessage(Response 7 MD5-Challenge)". */
  readonly call: string;
  /** "SendAndDone 0"; undefined while the call is outstanding. */
  readonly returned: string | undefined;
  readonly text: string;
}

/** Something else: the provider, the user, the end. */
export interface EapEventEntry {
  readonly kind: "event";
  readonly at: Milliseconds;
  readonly side: EapSide;
  readonly text: string;
}

/** Writes down what happens in a session, in order. */
export class EapTranscript {
  readonly entries: EapTranscriptEntry[] = [];
  readonly #now: () => Milliseconds;
  readonly #start: Milliseconds;

  constructor(now: () => Milliseconds) {
    this.#now = now;
    this.#start = now();
  }

  packet(to: EapSide, packet: string, bytes: Uint8Array, notes: readonly string[], lost: boolean): void {
    const remark = notes.length === 0 ? "" : ` (${notes.join(", ")})`;
    const text = `to the ${to}: ${packet}${remark}`;
    this.entries.push({ kind: "packet", at: this.#at(), to, packet, bytes, notes, lost, text });
  }

  /** Notes a call at its beginning; the function returned takes what it came to. */
  call(side: EapSide, call: string): (returned: string) => void {
    const at = this.#at();
    const index = this.entries.length;
    const text = `${side}: ${call}`;
    this.entries.push({
      kind: "call",
      at,
      side,
      call,
      returned: undefined,
      text: `${text} -> (still running)`,
    });
    return (words) => {
      const took = this.#at() - at;
      const returned = took > 0 ? `${words} (after ${took} ms)` : words;
      this.entries[index] = { kind: "call", at, side, call, returned, text: `${text} -> ${returned}` };
    };
  }

  event(side: EapSide, what: string): void {
    this.entries.push({ kind: "event", at: this.#at(), side, text: `${side}: ${what}` });
  }

  #at(): Milliseconds {
    return this.#now() - this.#start;
  }
}
