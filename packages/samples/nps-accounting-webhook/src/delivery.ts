import type { CallSignal, ExtensionLog } from "@sallyport/nps";
import type { Cancel, Clock, Milliseconds } from "@sallyport/runtime";

/** What is delivered from. */
export interface Queue {
  readonly size: number;
  first(most: number): readonly { readonly id: string; readonly record: unknown }[];
  remove(count: number): Promise<void>;
}

/** The part of `fetch` that is used. */
export type Post = (
  url: string,
  request: {
    readonly method: "POST";
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly signal: CallSignal;
  },
) => Promise<{ readonly ok: boolean; readonly status: number; arrayBuffer(): Promise<unknown> }>;

export interface DeliveryOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** How many records go with one request at most. */
  readonly batch: number;
  readonly timeoutMs: Milliseconds;
  /** The wait after the first failure; it doubles with each further one ... */
  readonly retryMs: Milliseconds;
  /** ... up to this. */
  readonly longestRetryMs: Milliseconds;
  readonly fetch: Post;
  readonly clock: Clock;
  readonly log: Pick<ExtensionLog, "warning" | "information">;
}

/**
 * Carries a queue to an endpoint: the oldest records first, one request at a time, each until it is answered with 2xx. So order is
 * kept, and nothing is ever given up; how much may wait is for the queue to say.
 */
export class Delivery {
  readonly #queue: Queue;
  readonly #options: DeliveryOptions;
  #running: Promise<void> | undefined;
  #failures = 0;
  #isStopped = false;
  #interrupt: Cancel = () => undefined;

  constructor(queue: Queue, options: DeliveryOptions) {
    this.#queue = queue;
    this.#options = options;
  }

  /** There is something to deliver: begins, unless it is under way. */
  wake(): void {
    if (this.#running !== undefined || this.#isStopped) return;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Ends what is under way; what was not delivered stays in the queue. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#interrupt();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#queue.size > 0 && !this.#isStopped) {
      const records = this.#queue.first(this.#options.batch);
      const problem = await this.#send(records);
      if (this.#isStopped) return;
      if (problem === undefined) this.#recovered();
      else await this.#wait(problem);
    }
  }

  /** Why the records were not taken; undefined when they were, and have left the queue. */
  async #send(records: ReturnType<Queue["first"]>): Promise<string | undefined> {
    const { url, headers, timeoutMs, clock, fetch } = this.#options;
    const abort = new AbortController();
    const cancel = clock.after(timeoutMs, () => abort.abort(new Error(`no answer in ${timeoutMs} ms`)));
    this.#interrupt = () => abort.abort(new Error("the server is stopping"));
    try {
      const answer = await fetch(url, {
        method: "POST",
        headers: { "Content-Type": "application/json", ...headers },
        body: JSON.stringify(records),
        signal: abort.signal,
      });
      // Read to its end, so that the connection can be used again.
      await answer.arrayBuffer();
      if (!answer.ok) return `the endpoint answers ${answer.status}`;
      await this.#queue.remove(records.length);
      return undefined;
    } catch (error) {
      return messageOf(error);
    } finally {
      cancel();
    }
  }

  #wait(problem: string): Promise<void> {
    const { retryMs, longestRetryMs, clock, log } = this.#options;
    const delay = Math.min(longestRetryMs, retryMs * 2 ** Math.min(this.#failures, 30));
    // Once, and not for each retry of a night.
    if (this.#failures === 0) log.warning("records wait: they cannot be delivered", { problem });
    this.#failures++;
    return new Promise((resolve) => {
      const cancel = clock.after(delay, resolve);
      this.#interrupt = () => {
        cancel();
        resolve();
      };
    });
  }

  #recovered(): void {
    if (this.#failures > 0) {
      this.#options.log.information("records are delivered again", { failures: this.#failures });
    }
    this.#failures = 0;
  }
}

/** What `fetch` throws says why in its cause. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
