import { describe, expect, it } from "vitest";
import { type GrowthPoint, type GrowthResults, runGrowth } from "../src/growth.ts";
import { growthChart } from "../src/report/growth-chart.ts";
import { growthPromises, growthText } from "../src/report/growth-table.ts";
import { spread } from "../src/statistics.ts";
import { resultsWith } from "./fixtures.ts";

const point = (curve: GrowthPoint["curve"], size: number, ratio: number): GrowthPoint => ({
  curve,
  size,
  cpu: spread([5 * ratio]),
  ratio: spread([ratio]),
});
const results = (points: readonly GrowthPoint[]): GrowthResults => ({
  startedAt: "2026-11-21T00:00:00.000Z",
  rounds: 1,
  requests: 10,
  environment: resultsWith().environment,
  points,
});

describe("growth", () => {
  it("promises are about the last point of a curve", () => {
    const points = [
      point("clients", 10, 1),
      point("clients", 100, 2),
      point("clients", 10_000, 1.3),
      point("group", 1, 1),
      point("group", 100, 1.31),
    ];
    expect(growthPromises({ points }).map(({ kept, text }) => `${kept} ${text}`)).toEqual([
      "true promise for RADIUS clients: at 10000 at most 1.30 times the first: kept",
      "false promise for policies on a group: at 100 at most 1.30 times the first: missed",
    ]);
  });

  it("the table has a row for each point, in both forms", () => {
    const text = results([point("clients", 10, 1), point("clients", 100, 1.1)]);
    expect(growthText(text, "text")).toMatch(/RADIUS clients +100 +5\.5 \[5\.5\.\.5\.5\] +1\.10/);
    expect(growthText(text, "markdown")).toContain(
      "| RADIUS clients | 100 | 5.5 [5.5..5.5] | 1.10 [1.10..1.10] |",
    );
  });

  it("the picture has a line for each curve", () => {
    const svg = growthChart(
      results([
        point("clients", 10, 1),
        point("clients", 100, 1.2),
        point("group", 1, 1),
        point("group", 100, 1.1),
      ]),
    );
    expect(svg.match(/<polyline/g)).toHaveLength(7);
    expect(svg).toContain("1.3, the promise");
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  it("every point is measured with requests that were accepted", async () => {
    const { points } = await runGrowth({ rounds: 1, requests: 20, onProgress: () => {} });
    expect(points.filter(({ curve }) => curve === "clients").map(({ size }) => size)).toEqual([
      10, 100, 1_000, 10_000,
    ]);
    expect(points.filter(({ curve }) => curve === "attribute").at(-1)?.size).toBe(100);
    expect(points.every(({ cpu }) => cpu.median >= 0)).toBe(true);
  }, 120_000);
});
