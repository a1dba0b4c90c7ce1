import type { Clock, Milliseconds } from "@sallyport/runtime";
import { type EapDelivery, type EapFault, EapFaults } from "./eap-fault.ts";
import { type EapTranscript, mostEntries } from "./eap-transcript.ts";
import { packetWords } from "./packet-words.ts";
import type { EapSide } from "./side.ts";

/** What takes packets at one end of a line. */
type EapReceiver = (packet: Uint8Array) => void;

/** What a line is made of. */
export interface EapLineOptions {
  readonly clock: Clock;
  readonly transcript: EapTranscript;
  readonly faults: readonly EapFault[];
  /** How long a packet takes. */
  readonly latencyMs: Milliseconds;
  readonly receivers: Readonly<Record<EapSide, EapReceiver>>;
}

/** Carries packets between the two sides, and does to them what the faults say. */
export class EapLine {
  readonly #options: EapLineOptions;
  readonly #faults: EapFaults;
  readonly #held: Record<EapSide, EapDelivery[]> = { peer: [], authenticator: [] };
  #underway = 0;

  constructor(options: EapLineOptions) {
    this.#options = options;
    this.#faults = new EapFaults(options.faults);
  }

  /** How many packets have not arrived yet; those that are held back do not count. */
  get underway(): number {
    return this.#underway;
  }

  /** A side sends a packet. */
  transmit(to: EapSide, packet: Uint8Array, notes: readonly string[] = []): void {
    const bytes = new Uint8Array(packet);
    const { arriving, names } = this.#faults.befall(to, bytes);
    const now = arriving.filter(({ held }) => !held);
    const first = now.some(({ delay }) => delay === 0) ? "now" : "later";
    const words = packetWords(bytes);
    const altered = arriving
      .flatMap((delivery) => packetWords(delivery.bytes))
      .find((other) => other !== words);
    if (altered !== undefined) names.push(`arrives as ${altered}`);
    this.#options.transcript.packet(
      to,
      words,
      bytes,
      [...notes, ...names],
      arriving.length === 0 ? "never" : first,
    );
    for (const delivery of now) this.#deliver(to, delivery, delivery.delay > 0);
    const released = this.#held[to];
    if (now.length > 0) this.#held[to] = [];
    this.#held[to].push(...arriving.filter(({ held }) => held));
    if (now.length > 0) for (const delivery of released) this.#deliver(to, delivery, true);
  }

  /** Somebody else sends a packet; no fault befalls it. */
  inject(to: EapSide, packet: Uint8Array): void {
    const bytes = new Uint8Array(packet);
    this.#options.transcript.packet(to, packetWords(bytes), bytes, ["injected"], "now");
    this.#deliver(to, { bytes, delay: 0, held: false }, false);
  }

  #deliver(to: EapSide, { bytes, delay }: EapDelivery, late: boolean): void {
    const { clock, transcript, latencyMs, receivers } = this.#options;
    this.#underway += 1;
    clock.after(latencyMs + delay, () => {
      this.#underway -= 1;
      if (transcript.entries.length >= mostEntries) {
        throw new Error(`the two sides do not stop: ${mostEntries} packets, calls and events in one session`);
      }
      if (late) transcript.packet(to, packetWords(bytes), bytes, ["arrives"], "now");
      receivers[to](new Uint8Array(bytes));
    });
  }
}
