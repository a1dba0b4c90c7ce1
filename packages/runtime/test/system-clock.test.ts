import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../src/index.ts";

describe("system clock", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_700_000_000_000 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("tells the wall clock and a monotonic time", () => {
    const begin = systemClock.monotonic();
    vi.advanceTimersByTime(1_500);
    expect(systemClock.now()).toBe(1_700_000_001_500);
    expect(systemClock.monotonic() - begin).toBeCloseTo(1_500);
  });

  it("rounds a delay up, so that a timer is never early", () => {
    const fn = vi.fn();
    systemClock.after(10.2, fn);
    vi.advanceTimersByTime(10);
    expect(fn).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fn).toHaveBeenCalledOnce();
  });

  it("keeps delays that setTimeout does not (90 days)", () => {
    const day = 86_400_000;
    const fn = vi.fn();
    systemClock.after(90 * day, fn);
    vi.advanceTimersByTime(90 * day - 1);
    expect(fn).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fn).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("calls a timer off, a long one in any of its parts", () => {
    const fn = vi.fn();
    systemClock.after(5, fn)();
    const cancel = systemClock.after(0x7fffffff * 2, fn);
    vi.advanceTimersByTime(0x7fffffff + 1);
    cancel();
    cancel();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(0x7fffffff * 2);
    expect(fn).not.toHaveBeenCalled();
  });

  it("runs a negative delay next and refuses one that is no number", () => {
    const fn = vi.fn();
    systemClock.after(-100, fn);
    expect(fn).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fn).toHaveBeenCalledOnce();
    expect(() => systemClock.after(Number.NaN, fn)).toThrow(RangeError);
    expect(() => systemClock.after(Number.POSITIVE_INFINITY, fn)).toThrow("delay");
  });
});
