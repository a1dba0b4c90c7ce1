import { describe, expect, it, onTestFinished } from "vitest";
import { distributionOf } from "../src/dialogs/distribution.ts";
import { complaintsOf, type DialogResults, dialogsText, runDialogs } from "../src/dialogs/run-dialogs.ts";
import { Scope } from "../src/scope.ts";

describe("open dialogs", () => {
  it("a small run: every caller gets prompt and verdict, and the figures are of their kind", async () => {
    const scope = new Scope(new AbortController().signal);
    onTestFinished(() => scope.close());
    const results = await runDialogs(scope, 100, () => {});
    expect(results).toMatchObject({ count: 100, lost: 0 });
    expect(results.verdicts.max).toBeGreaterThan(0);
    expect(Number.isFinite(results.bytesPerDialog)).toBe(true);
    expect(dialogsText(results)).toContain("0 callers without a verdict");
  }, 60_000);

  it("a distribution", () => {
    const times = Array.from({ length: 200 }, (_, index) => 200 - index);
    expect(distributionOf(times)).toEqual({ p50: 100, p99: 198, max: 200 });
    expect(distributionOf([7])).toEqual({ p50: 7, p99: 7, max: 7 });
    expect(() => distributionOf([])).toThrow(RangeError);
  });

  it("too much memory, or somebody without a verdict, does not count", () => {
    const results = { count: 10, bytesPerSocket: 5_000, bytesPerDialog: 25_000, lost: 0 } as DialogResults;
    expect(complaintsOf(results)).toEqual([]);
    expect(complaintsOf({ ...results, bytesPerDialog: 25_001 })).toHaveLength(1);
    expect(complaintsOf({ ...results, lost: 1 })).toEqual([
      "1 of 10 callers got no verdict within ten seconds",
    ]);
  });
});
