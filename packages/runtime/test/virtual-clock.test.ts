import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createVirtualClock } from "../src/index.ts";

describe("virtual clock", () => {
  it("stands still until it is moved, from the given start", () => {
    const clock = createVirtualClock({ now: 1_000 });
    expect([clock.now(), clock.monotonic()]).toEqual([1_000, 0]);
    clock.advance(250);
    expect([clock.now(), clock.monotonic()]).toEqual([1_250, 250]);
    expect(createVirtualClock().now()).toBe(0);
  });

  it("runs a timer at its due time, not a moment earlier, and once", () => {
    const clock = createVirtualClock({ now: 5_000 });
    const seen: number[] = [];
    clock.after(100, () => seen.push(clock.now(), clock.monotonic()));
    clock.advance(99.9);
    expect(seen).toEqual([]);
    expect(clock.pending).toBe(1);
    clock.advance(1_000);
    clock.advance(1_000);
    expect(seen).toEqual([5_100, 100]);
    expect(clock.pending).toBe(0);
  });

  it("never runs a timer within after(), not even one without delay or with a negative one", () => {
    const clock = createVirtualClock();
    const seen: string[] = [];
    clock.after(0, () => seen.push("zero"));
    clock.after(-5, () => seen.push("negative"));
    expect(seen).toEqual([]);
    clock.advance(0);
    expect(seen).toEqual(["zero", "negative"]);
    expect(clock.now()).toBe(0);
  });

  it("runs in the same move a timer that another one registered, at its own due time", () => {
    const clock = createVirtualClock();
    const seen: [string, number][] = [];
    clock.after(10, () => {
      seen.push(["first", clock.now()]);
      clock.after(0, () => seen.push(["at once", clock.now()]));
      clock.after(5, () => seen.push(["later", clock.now()]));
      clock.after(11, () => seen.push(["beyond", clock.now()]));
    });
    clock.after(10, () => seen.push(["second", clock.now()]));
    clock.advance(20);
    expect(seen).toEqual([
      ["first", 10],
      ["second", 10],
      ["at once", 10],
      ["later", 15],
    ]);
    expect(clock.pending).toBe(1);
  });

  it("calls a timer off, also from another timer of the same instant; twice or too late does nothing", () => {
    const clock = createVirtualClock();
    const seen: string[] = [];
    const cancelOther = { now: () => {} };
    const cancelFirst = clock.after(1, () => {
      seen.push("first");
      cancelOther.now();
    });
    cancelOther.now = clock.after(1, () => seen.push("other"));
    const cancelLast = clock.after(2, () => seen.push("last"));
    cancelLast();
    cancelLast();
    clock.advance(5);
    cancelFirst();
    expect(seen).toEqual(["first"]);
    expect(clock.pending).toBe(0);
  });

  it("lets out what a timer throws and can go on from there", () => {
    const clock = createVirtualClock();
    const seen: string[] = [];
    clock.after(3, () => {
      throw new Error("from the timer");
    });
    clock.after(4, () => seen.push("next"));
    expect(() => clock.advance(10)).toThrow("from the timer");
    expect([clock.now(), clock.pending]).toEqual([3, 1]);
    clock.advance(7);
    expect([seen, clock.now()]).toEqual([["next"], 10]);
  });

  it("refuses to be moved from within a timer, backwards, or by no number; and delays that are none", async () => {
    const clock = createVirtualClock();
    clock.after(1, () => clock.advance(1));
    expect(() => clock.advance(1)).toThrow("being advanced already");
    expect(() => clock.advance(-1)).toThrow(RangeError);
    await expect(clock.advanceAsync(Number.NaN)).rejects.toThrow(RangeError);
    expect(() => clock.after(Number.POSITIVE_INFINITY, () => {})).toThrow("delay");
    expect(() => createVirtualClock({ now: Number.NaN })).toThrow("now");
    expect(clock.pending).toBe(0);
  });

  it("runs timers by due time, and those due together in the order of registration", () => {
    const delays = fc.array(fc.record({ delay: fc.nat(20), cancelled: fc.boolean() }), { maxLength: 60 });
    fc.assert(
      fc.property(delays, fc.array(fc.nat(7), { minLength: 1, maxLength: 10 }), (plan, moves) => {
        const clock = createVirtualClock();
        const seen: { index: number; at: number }[] = [];
        plan.forEach(({ delay, cancelled }, index) => {
          const cancel = clock.after(delay, () => seen.push({ index, at: clock.now() }));
          if (cancelled) cancel();
        });
        for (const move of moves) clock.advance(move);
        const expected = plan
          .map(({ delay, cancelled }, index) => ({ index, at: delay, cancelled }))
          .filter(({ at, cancelled }) => !cancelled && at <= clock.now())
          .sort((a, b) => a.at - b.at || a.index - b.index)
          .map(({ index, at }) => ({ index, at }));
        expect(seen).toEqual(expected);
        expect(clock.pending).toBe(plan.filter(({ cancelled }) => !cancelled).length - seen.length);
      }),
    );
  });

  it("shows the same timers at the same times however the way is cut into moves", () => {
    const moves = fc.array(fc.nat(9), { maxLength: 12 });
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 6 }), moves, (periods, cuts) => {
        const whole = cuts.reduce((sum, move) => sum + move, 0);
        expect(ticks(periods, cuts)).toEqual(ticks(periods, [whole]));
      }),
    );
  });
});

/** What periodic timers show: each registers itself again when it runs. */
function ticks(periods: readonly number[], moves: readonly number[]): string[] {
  const clock = createVirtualClock();
  const seen: string[] = [];
  periods.forEach((period, index) => {
    const tick = () => {
      seen.push(`${index} at ${clock.now()}`);
      clock.after(period, tick);
    };
    clock.after(period, tick);
  });
  for (const move of moves) clock.advance(move);
  return seen;
}

describe("advanceAsync", () => {
  it("lets promises settle before, between and after the timers", async () => {
    const clock = createVirtualClock();
    const seen: [string, number][] = [];
    const sleep = (delay: number) => new Promise<void>((resolve) => void clock.after(delay, resolve));
    async function work(): Promise<void> {
      await Promise.resolve();
      seen.push(["begun", clock.now()]);
      await sleep(10);
      for (let chain = 0; chain < 100; chain += 1) await Promise.resolve();
      seen.push(["slept", clock.now()]);
      await sleep(10);
      seen.push(["slept again", clock.now()]);
    }
    const done = work();
    clock.after(15, () => seen.push(["between", clock.now()]));
    await clock.advanceAsync(20);
    expect(seen).toEqual([
      ["begun", 0],
      ["slept", 10],
      ["between", 15],
      ["slept again", 20],
    ]);
    await done;
    expect([clock.now(), clock.pending]).toEqual([20, 0]);
  });

  it("rejects with what a timer throws", async () => {
    const clock = createVirtualClock();
    clock.after(1, () => {
      throw new Error("from the timer");
    });
    await expect(clock.advanceAsync(2)).rejects.toThrow("from the timer");
    await clock.advanceAsync(2);
    expect(clock.now()).toBe(3);
  });

  it("refuses a second move at the same time", async () => {
    const clock = createVirtualClock();
    const first = clock.advanceAsync(5);
    expect(() => clock.advance(1)).toThrow("being advanced already");
    await first;
    expect(clock.now()).toBe(5);
  });
});
