import type { Milliseconds } from "@sallyport/runtime";
import type { EapSide } from "./side.ts";

/** One thing that happened in a session. */
export type EapTranscriptEntry = EapPacketEntry | EapCallEntry | EapReturnEntry | EapEventEntry;

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
  /** When the first of it arrives. */
  readonly arrives: "now" | "later" | "never";
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
  /** Whether something else happened before it returned: there is an entry for that, too. */
  readonly returnedLater: boolean;
  readonly text: string;
}

/** A call returned, after something else had happened. */
export interface EapReturnEntry {
  readonly kind: "return";
  readonly at: Milliseconds;
  readonly side: EapSide;
  readonly call: string;
  readonly returned: string;
  readonly text: string;
}

/** Something else: the provider, the user, the end. */
export interface EapEventEntry {
  readonly kind: "event";
  readonly at: Milliseconds;
  readonly side: EapSide;
  readonly text: string;
}

/** Packets, calls and events of a session whose sides never stop at one moment would fill the memory; nobody reads as many. */
export const mostEntries = 100_000;

/** Writes down what happens in a session, in order; beyond {@link mostEntries} nothing any more. */
export class EapTranscript {
  readonly entries: EapTranscriptEntry[] = [];
  readonly #now: () => Milliseconds;
  readonly #start: Milliseconds;

  constructor(now: () => Milliseconds) {
    this.#now = now;
    this.#start = now();
  }

  packet(
    to: EapSide,
    packet: string,
    bytes: Uint8Array,
    notes: readonly string[],
    arrives: EapPacketEntry["arrives"],
  ): void {
    const remark = notes.length === 0 ? "" : ` (${notes.join(", ")})`;
    const text = `to the ${to}: ${packet}${remark}`;
    this.#add({ kind: "packet", at: this.#at(), to, packet, bytes, notes, arrives, text });
  }

  /** Notes a call at its beginning; the function returned takes what it came to. */
  call(side: EapSide, call: string): (returned: string) => void {
    const at = this.#at();
    const index = this.entries.length;
    const text = `${side}: ${call}`;
    const entry = { kind: "call", at, side, call } as const;
    this.#add({ ...entry, returned: undefined, returnedLater: false, text });
    return (words) => {
      const now = this.#at();
      const returned = now > at ? `${words} (after ${now - at} ms)` : words;
      const returnedLater = now > at || index < this.entries.length - 1;
      const whole = `${text} -> ${returned}`;
      if (index >= mostEntries) return;
      this.entries[index] = { ...entry, returned, returnedLater, text: returnedLater ? text : whole };
      if (returnedLater) this.#add({ kind: "return", at: now, side, call, returned, text: whole });
    };
  }

  event(side: EapSide, what: string): void {
    this.#add({ kind: "event", at: this.#at(), side, text: `${side}: ${what}` });
  }

  #add(entry: EapTranscriptEntry): void {
    if (this.entries.length < mostEntries) this.entries.push(entry);
  }

  #at(): Milliseconds {
    return this.#now() - this.#start;
  }
}
