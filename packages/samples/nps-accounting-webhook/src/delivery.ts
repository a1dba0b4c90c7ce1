import type { CallSignal, ExtensionLog } from "@sallyport/nps";
import type { Cancel, Clock, Milliseconds } from "@sallyport/runtime";

/** What is delivered from. */
export interface Queue {
  /** Records in their order; empty when there is nothing to do. */
  first(most: number): readonly unknown[];
  remove(count: number): void;
}

/** The part of `fetch` that is used. */
export type Post = (
  url: string,
  request: { method: "POST"; headers: Readonly<Record<string, string>>; body: string; signal: CallSignal },
) => Promise<{ readonly ok: boolean; readonly status: number; arrayBuffer(): Promise<unknown> }>;

export interface DeliveryOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: Post;
  readonly clock: Clock;
  readonly log: Pick<ExtensionLog, "warning" | "information">;
}

/** Records that go with one request at most. */
const batch = 100;
/** How long an answer may take. */
const patience: Milliseconds = 10_000;
/** The wait after the first failure, which doubles with each further one up to the other. */
const firstRetry: Milliseconds = 1_000;
const longestRetry: Milliseconds = 60_000;

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
    if (this.#isStopped) return;
    this.#running ??= this.#run().finally(() => {
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
    const { log } = this.#options;
    for (;;) {
      const records = this.#queue.first(batch);
      if (records.length === 0) return;
      const problem = await this.#send(records);
      if (this.#isStopped) return;
      if (problem === undefined) {
        if (this.#failures > 0) log.information("records are delivered again", { failures: this.#failures });
        this.#failures = 0;
      } else {
        // Once, and not for each retry of a night.
        if (this.#failures === 0) log.warning("records wait: they cannot be delivered", { problem });
        await this.#wait(Math.min(longestRetry, firstRetry * 2 ** Math.min(this.#failures++, 30)));
      }
      if (this.#isStopped) return;
    }
  }

  /** Why the records were not taken; undefined when they were, and have left the queue. */
  async #send(records: readonly unknown[]): Promise<string | undefined> {
    const { url, headers: own, clock, fetch } = this.#options;
    const abort = new AbortController();
    const cancel = clock.after(patience, () => abort.abort(new Error(`no answer in ${patience} ms`)));
    this.#interrupt = () => abort.abort(new Error("the server is stopping"));
    try {
      const headers = { "Content-Type": "application/json", ...own };
      const body = JSON.stringify(records);
      const answer = await fetch(url, { method: "POST", headers, body, signal: abort.signal });
      // Read to its end, so that the connection can be used again.
      await answer.arrayBuffer();
      if (!answer.ok) return `the endpoint answers ${answer.status}`;
      this.#queue.remove(records.length);
      return undefined;
    } catch (error) {
      // What fetch throws says why in its cause.
      const { cause = error } = Object(error) as { readonly cause?: unknown };
      return cause instanceof Error ? cause.message : String(cause);
    } finally {
      cancel();
    }
  }

  #wait(delay: Milliseconds): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(delay, resolve);
      this.#interrupt = () => {
        cancel();
        resolve();
      };
    });
  }
}
