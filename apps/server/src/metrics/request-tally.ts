import type { RequestTrace } from "@sallyport/nps";
import type { HistogramState, Sample } from "./exposition.ts";

/** How many combinations of client, answer and reason are counted by name; further clients are counted together. */
const mostSeries = 2_000;
/** The client under which the others are counted. */
const otherClients = "(other)";

/** Upper limits of the buckets in seconds: from what a synchronous request takes to what a module may take. */
const limits = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];

/** Finished requests, counted by client, answer and reason, and by how long they took. */
export class RequestTally {
  /** By client, then by answer code and reason in one number. */
  readonly #counts = new Map<string, Map<number, { count: number }>>();
  readonly #durations = new Float64Array(limits.length + 1);
  #durationSum = 0;
  #series = 0;

  add(trace: RequestTrace): void {
    const { end } = trace;
    if (end === undefined) return;
    const code = end.answer?.code ?? 0;
    this.#count(trace.received.client.name, code * reasons + Math.min(end.reason, reasons - 1));
    const seconds = end.duration / 1_000;
    this.#durationSum += seconds;
    let bucket = 0;
    while (bucket < limits.length && seconds > (limits[bucket] as number)) bucket++;
    this.#durations[bucket] = (this.#durations[bucket] as number) + 1;
  }

  samples(): Sample[] {
    return [...this.#counts].flatMap(([client, byOutcome]) =>
      [...byOutcome].map(([outcome, { count }]) => ({
        labels: {
          client,
          answer: answers[Math.floor(outcome / reasons)] ?? "other",
          reason: String(outcome % reasons),
        },
        value: count,
      })),
    );
  }

  durations(): HistogramState {
    return { limits, counts: this.#durations, sum: this.#durationSum };
  }

  #count(client: string, outcome: number): void {
    const known = this.#counts.get(client)?.get(outcome);
    if (known !== undefined) known.count++;
    else if (this.#series < mostSeries || client === otherClients) this.#open(client, outcome);
    else this.#count(otherClients, outcome);
  }

  #open(client: string, outcome: number): void {
    let byOutcome = this.#counts.get(client);
    if (byOutcome === undefined) {
      byOutcome = new Map();
      this.#counts.set(client, byOutcome);
    }
    byOutcome.set(outcome, { count: 1 });
    this.#series++;
  }
}

/** More than any reason code is. */
const reasons = 1_024;

const answers: Readonly<Record<number, string>> = {
  0: "none",
  2: "accept",
  3: "reject",
  5: "accounting",
  11: "challenge",
};
