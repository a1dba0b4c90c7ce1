import type { Clock, Milliseconds } from "@sallyport/runtime";

const first: Milliseconds = 100;
const longest: Milliseconds = 30_000;
/** A worker that has lived so long is as good as new: its next end begins the back-off anew. */
const stable: Milliseconds = 60_000;

/** How long to wait before a worker is started again: twice as long after every end, up to half a minute. */
export class RestartBackOff {
  readonly #clock: Clock;
  #delay: Milliseconds = first;
  #beganAt: Milliseconds = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The worker serves. */
  began(): void {
    this.#beganAt = this.#clock.monotonic();
  }

  /** The worker has ended, or did not start: the delay before the next start. */
  next(): Milliseconds {
    if (this.#clock.monotonic() - this.#beganAt >= stable) this.#delay = first;
    this.#beganAt = Number.POSITIVE_INFINITY;
    const delay = this.#delay;
    this.#delay = Math.min(longest, 2 * delay);
    return delay;
  }
}
