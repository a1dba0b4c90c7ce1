import { expect, it } from "vitest";
import { runSspiBenchmark, sspiText } from "../src/sspi/sspi-benchmark.ts";

it("measures what the machine of SSPI costs, and that it leaves nothing behind", {
  timeout: 30_000,
}, async () => {
  const lines: string[] = [];
  const size = { rounds: 2, steps: 2_000, contexts: 1_000, cycles: 20_000 };
  const results = await runSspiBenchmark(size, (line) => lines.push(line));
  expect(lines).toHaveLength(4);
  expect(results.isMemoryKept).toBe(true);
  expect(results.contextsMB).toBeGreaterThan(0.1);
  expect(results.queued.min).toBeGreaterThan(results.direct.min);
  expect(results.promises.map(({ text }) => text)).toEqual([
    "the machine costs less than 3 us a call",
    "1000 contexts in progress take less than 60 MB",
    "20000 cycles of create, queue and free leave less than 1 MiB behind",
  ]);
  expect(sspiText(results)).toMatch(/await context\.step\(token\) +\d+\.\d\d us/);
});
