import { type Clock, type Milliseconds, systemClock } from "@sallyport/runtime";

const longestTimeout = 0x7fffffff;

/** The clock of the computer, with timers that do not keep the process alive (SSPI-55). */
export const backgroundClock: Clock = {
  now: systemClock.now,
  monotonic: systemClock.monotonic,
  after(delay: Milliseconds, fn: () => void) {
    const timer = setTimeout(fn, Math.min(Math.ceil(delay), longestTimeout));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
