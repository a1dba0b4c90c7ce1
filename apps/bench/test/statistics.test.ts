import { describe, expect, it } from "vitest";
import { flatnessOf } from "../src/soak.ts";
import { median, ratio, spread } from "../src/statistics.ts";

describe("median", () => {
  it("is the middle one of an odd number, whatever their order", () => {
    expect(median([30, 4, 200])).toBe(30);
  });

  it("is the mean of the two middle ones of an even number", () => {
    expect(median([10, 1, 4, 2])).toBe(3);
  });

  it("leaves its argument as it was", () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });

  it("refuses to invent one", () => {
    expect(() => median([])).toThrow(RangeError);
  });
});

describe("spread and ratio", () => {
  it("tells the middle and both ends", () => {
    expect(spread([5, 1, 3])).toEqual({ median: 3, min: 1, max: 5 });
  });

  it("divides round by round, so that a slow round of both changes nothing", () => {
    expect(ratio([10, 100, 20], [20, 200, 40])).toEqual({ median: 0.5, min: 0.5, max: 0.5 });
  });

  it("refuses rounds that have no counterpart", () => {
    expect(() => ratio([1, 2], [1])).toThrow(RangeError);
  });
});

describe("flatnessOf", () => {
  const repeated = (...values: readonly number[]): number[] =>
    values.flatMap((value) => [value, value, value]);

  it("forgives what the warm-up does", () => {
    expect(flatnessOf(repeated(60, 150, 152))).toEqual({ flat: true, middle: 150, last: 152, allowance: 64 });
  });

  it("forgives five per cent of a large process", () => {
    expect(flatnessOf(repeated(1_300, 1_400, 1_469)).flat).toBe(true);
    expect(flatnessOf(repeated(1_300, 1_400, 1_471)).flat).toBe(false);
  });

  it("forgives one step of the young generation", () => {
    expect(flatnessOf(repeated(180, 200, 263)).flat).toBe(true);
    expect(flatnessOf(repeated(180, 200, 265)).flat).toBe(false);
  });

  it("sees a steady leak", () => {
    const leaking = Array.from({ length: 60 }, (_, index) => 100 + 4 * index);
    expect(flatnessOf(leaking)).toMatchObject({ flat: false, middle: 218, last: 298 });
  });

  it("is not misled by one high sample", () => {
    expect(flatnessOf([90, 90, 90, 100, 100, 100, 100, 300, 100]).flat).toBe(true);
  });

  it("refuses to judge by too few samples", () => {
    expect(() => flatnessOf([1, 2, 3])).toThrow(RangeError);
  });
});
