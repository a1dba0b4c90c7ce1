import type { Cancel, Clock, Milliseconds } from "@sallyport/runtime";

/** A server that is asked again and again. */
export interface MonitoredServer {
  readonly name: string;
  /** Asks it once, and rejects when no answer came that can be trusted: `() => client.statusServer()`. */
  ask(): Promise<unknown>;
}

/** How long an answer took, in milliseconds; or why there was none. */
export type Sample = { readonly took: Milliseconds } | { readonly lost: string };

/** What is known of a server. */
export interface ServerReport {
  readonly name: string;
  /** The last samples, the newest at the end. */
  readonly samples: readonly Sample[];
  /** `"up"` after an answer, `"down"` after three questions without one; `"unknown"` before and in between. */
  readonly state: "up" | "down" | "unknown";
  /** Answers of the last samples, 0 to 1. */
  readonly availability: number;
  /** Of the answers, in milliseconds; undefined where there is none. */
  readonly median: Milliseconds | undefined;
  readonly slowest: Milliseconds | undefined;
}

export interface MonitorOptions {
  readonly servers: readonly MonitoredServer[];
  readonly clock: Clock;
  /** Between two questions to a server, 5 seconds by default. A question that is still open is not asked again. */
  readonly interval?: Milliseconds;
  /** How many samples of each server are kept, 60 by default. */
  readonly keep?: number;
  /** Called after every sample. */
  readonly onChange?: (reports: readonly ServerReport[]) => void;
}

/** So many questions without an answer make a server "down": one packet may get lost. */
const lossesUntilDown = 3;

/** Asks servers at their interval, and remembers the last answers. */
export class Monitor {
  readonly #options: Required<Pick<MonitorOptions, "interval" | "keep">> & MonitorOptions;
  readonly #samples: readonly Sample[][];
  readonly #asking = new Set<number>();
  #cancel: Cancel | undefined;

  constructor(options: MonitorOptions) {
    this.#options = { interval: 5_000, keep: 60, ...options };
    this.#samples = options.servers.map(() => []);
  }

  /** Asks at once, and then at every interval until `stop`. */
  start(): void {
    void this.once();
    this.#cancel = this.#options.clock.after(this.#options.interval, () => this.start());
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Asks every server once; resolves when all have answered, or not. */
  async once(): Promise<readonly ServerReport[]> {
    await Promise.all(this.#options.servers.map((server, index) => this.#ask(server, index)));
    return this.reports();
  }

  reports(): readonly ServerReport[] {
    return this.#options.servers.map(({ name }, index) => report(name, this.#samples[index] ?? []));
  }

  async #ask(server: MonitoredServer, index: number): Promise<void> {
    if (this.#asking.has(index)) return;
    this.#asking.add(index);
    const { clock, keep, onChange } = this.#options;
    const asked = clock.monotonic();
    let sample: Sample;
    try {
      await server.ask();
      sample = { took: clock.monotonic() - asked };
    } catch (error) {
      sample = { lost: error instanceof Error ? error.message : String(error) };
    }
    this.#asking.delete(index);
    const samples = this.#samples[index] ?? [];
    samples.push(sample);
    if (samples.length > keep) samples.shift();
    onChange?.(this.reports());
  }
}

function report(name: string, samples: readonly Sample[]): ServerReport {
  const answers = samples.flatMap((sample) => ("took" in sample ? [sample.took] : [])).sort((a, b) => a - b);
  const last = samples.slice(-lossesUntilDown);
  const isDown = last.length === lossesUntilDown && last.every((sample) => "lost" in sample);
  const newest = samples.at(-1);
  return {
    name,
    samples: [...samples],
    state: isDown ? "down" : newest !== undefined && "took" in newest ? "up" : "unknown",
    availability: samples.length === 0 ? 0 : answers.length / samples.length,
    median: answers[Math.floor(answers.length / 2)],
    slowest: answers.at(-1),
  };
}
