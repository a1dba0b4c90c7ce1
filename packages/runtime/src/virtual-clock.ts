import { type Cancel, type Clock, type Milliseconds, timerDelay } from "./clock.ts";

/** A clock that stands still until a test moves it. */
export interface VirtualClock extends Clock {
  /**
   * Moves time forward by `by` milliseconds and runs every timer that falls due, earliest first and those of the same
   * instant in the order they were registered; timers that such a timer registers run too when they fall due within
   * the same move. While a timer runs, the clock shows its due time. Promises settle only after this call: see
   * {@link VirtualClock.advanceAsync}.
   *
   * What a timer throws comes out of this call; time then stands at that timer, and the others are still pending.
   *
   * @throws {RangeError} when `by` is negative or not finite
   * @throws {Error} when the clock is being advanced already, as from within a timer
   */
  advance(by: Milliseconds): void;
  /**
   * Like {@link VirtualClock.advance}, but before the first timer, between timers and after the last one every promise
   * that can settle without a timer or input and output does so.
   */
  advanceAsync(by: Milliseconds): Promise<void>;
  /** The number of timers that have not run and were not called off. */
  readonly pending: number;
}

interface Timer {
  readonly due: Milliseconds;
  readonly fn: () => void;
}

/**
 * Makes a clock for tests. `now` is where its wall clock starts (milliseconds since the Unix epoch, 0 by default); its
 * monotonic clock starts at 0.
 *
 * @example
 * ```ts
 * import { createVirtualClock } from "@sallyport/runtime";
 *
 * const clock = createVirtualClock({ now: Date.UTC(2026, 0, 1) });
 * clock.after(2_000, () => console.log(new Date(clock.now()).toISOString()));
 * clock.advance(5_000); // 2026-01-01T00:00:02.000Z
 * ```
 */
export function createVirtualClock(options: { readonly now?: Milliseconds } = {}): VirtualClock {
  const start = options.now ?? 0;
  if (!Number.isFinite(start))
    throw new RangeError(`now must be a finite number of milliseconds, not ${start}`);
  /** Sorted by due time; of those due together, the one registered first stands first. */
  const timers: Timer[] = [];
  let elapsed: Milliseconds = 0;
  let advancing = false;

  function after(delay: Milliseconds, fn: () => void): Cancel {
    const timer = { due: elapsed + timerDelay(delay), fn };
    timers.splice(
      firstIndex(timers, ({ due }) => due > timer.due),
      0,
      timer,
    );
    return () => {
      const index = timers.indexOf(
        timer,
        firstIndex(timers, ({ due }) => due >= timer.due),
      );
      if (index >= 0) timers.splice(index, 1);
    };
  }

  /** Runs the next timer due until `target`; false when there is none. */
  function runNext(target: Milliseconds): boolean {
    const [next] = timers;
    if (next === undefined || next.due > target) return false;
    timers.shift();
    elapsed = next.due;
    next.fn();
    return true;
  }

  function begin(by: Milliseconds): Milliseconds {
    if (!Number.isFinite(by) || by < 0) {
      throw new RangeError(`by must be a finite number of milliseconds, at least 0, not ${by}`);
    }
    if (advancing) throw new Error("the clock is being advanced already");
    advancing = true;
    return elapsed + by;
  }

  return {
    now: () => start + elapsed,
    monotonic: () => elapsed,
    after,
    advance(by) {
      const target = begin(by);
      try {
        while (runNext(target));
        elapsed = target;
      } finally {
        advancing = false;
      }
    },
    async advanceAsync(by) {
      const target = begin(by);
      try {
        do await settle();
        while (runNext(target));
        elapsed = target;
      } finally {
        advancing = false;
      }
    },
    get pending() {
      return timers.length;
    },
  };
}

/** A macrotask comes only after every microtask that is ready, however long the chain. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}

/** The first of sorted timers that is `beyond`; many thousands of links have one each. */
function firstIndex(timers: readonly Timer[], beyond: (timer: Timer) => boolean): number {
  let low = 0;
  let high = timers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const timer = timers[middle];
    if (timer !== undefined && beyond(timer)) high = middle;
    else low = middle + 1;
  }
  return low;
}
