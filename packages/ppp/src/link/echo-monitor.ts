import type { Cancel, Clock, Milliseconds } from "@sallyport/runtime";

export interface EchoMonitorOptions {
  readonly clock: Clock;
  /** 0 for never. */
  readonly intervalMs: Milliseconds;
  readonly failures: number;
  /** Sends an Echo-Request with this identifier. */
  readonly send: (identifier: number) => void;
  readonly lost: () => void;
}

/** Finds out that the other side is gone: Echo-Requests that nobody answers (RFC 1661 section 5.8). */
export class EchoMonitor {
  readonly #options: EchoMonitorOptions;
  #cancel: Cancel | undefined;
  #identifier = 0;
  #unanswered = 0;

  constructor(options: EchoMonitorOptions) {
    this.#options = options;
  }

  start(): void {
    this.stop();
    const { clock, intervalMs } = this.#options;
    if (intervalMs > 0) this.#cancel = clock.after(intervalMs, () => this.#due());
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#unanswered = 0;
  }

  /** Something came from the other side: it is there. */
  heard(): void {
    this.#unanswered = 0;
  }

  #due(): void {
    const { clock, intervalMs, failures, send, lost } = this.#options;
    this.#cancel = undefined;
    if (this.#unanswered >= failures) {
      lost();
      return;
    }
    this.#unanswered += 1;
    this.#identifier = (this.#identifier + 1) & 255;
    this.#cancel = clock.after(intervalMs, () => this.#due());
    send(this.#identifier);
  }
}
