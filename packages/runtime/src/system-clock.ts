import { type Clock, type Milliseconds, timerDelay } from "./clock.ts";

/** The longest delay `setTimeout` keeps (2^31 - 1 ms, 24.8 days); it runs longer ones at once. */
const longestTimeout = 0x7fffffff;

/**
 * The clock of the computer. Its timers keep the process alive until they ran or were called off, and may be as long
 * as wanted. A delay is rounded up to whole milliseconds.
 *
 * @example
 * ```ts
 * import { systemClock } from "@sallyport/runtime";
 *
 * const cancel = systemClock.after(30_000, () => console.log("no answer within 30 seconds"));
 * cancel();
 * ```
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delay, fn) {
    let remaining = Math.ceil(timerDelay(delay));
    let timeout: ReturnType<typeof setTimeout>;
    const arm = (): void => {
      const part: Milliseconds = Math.min(remaining, longestTimeout);
      remaining -= part;
      timeout = setTimeout(remaining > 0 ? arm : fn, part);
    };
    arm();
    return () => clearTimeout(timeout);
  },
};
