import { expect, it } from "vitest";
import { pppText, runPppBenchmark } from "../src/ppp/ppp-benchmark.ts";

it("measures frames beside a plain copy, and what an idle link takes", { timeout: 30_000 }, async () => {
  const lines: string[] = [];
  const results = await runPppBenchmark({ rounds: 2, frames: 2_000, links: 200 }, (line) => lines.push(line));
  expect(lines).toHaveLength(3);
  expect(results.isMemoryKept).toBe(true);
  expect(results.linkKB).toBeGreaterThan(0.5);
  expect(results.writeToCopy.median).toBeGreaterThan(1);
  expect(results.promises.map(({ text }) => text)).toEqual([
    "frames are written at 200 MB/s or faster",
    "frames are read at 200 MB/s or faster",
    "an idle link takes less than 15 KB",
  ]);
  expect(pppText(results)).toMatch(/a frame read +\d+ MB\/s/);
});
