/** A duration or a point in time, in milliseconds. May be fractional. */
export type Milliseconds = number;

/** Calls a timer off. Calling it again, or after the timer ran, does nothing. */
export type Cancel = () => void;

/** What an engine may know of time. The host passes one in; engines never ask the system. */
export interface Clock {
  /** The wall clock: milliseconds since the Unix epoch. It may jump, in both directions. */
  now(): Milliseconds;
  /** Milliseconds since an unspecified start, fractional, never going back: for durations only. */
  monotonic(): Milliseconds;
  /**
   * Runs `fn` once after `delay` milliseconds, never within this call.
   *
   * @param delay any finite number; a negative one counts as 0
   * @throws {RangeError} when `delay` is not finite
   */
  after(delay: Milliseconds, fn: () => void): Cancel;
}

/** Refuses delays that no timer can keep; a negative one becomes 0. */
export function timerDelay(delay: Milliseconds): Milliseconds {
  if (!Number.isFinite(delay))
    throw new RangeError(`delay must be a finite number of milliseconds, not ${delay}`);
  return Math.max(0, delay);
}
