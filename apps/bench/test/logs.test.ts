import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LogReader, LogSummary } from "@sallyport/nps";
import { describe, expect, it } from "vitest";
import { fileKinds, writeLogFile } from "../src/logs/log-file.ts";
import { measureReading } from "../src/logs/measure.ts";
import { tableOf } from "../src/logs/program.ts";
import { inScope } from "../src/scope.ts";

describe("bench:logs", () => {
  it.each(fileKinds)(
    "the generated file (%s) is a month of logins without a single mistake",
    async (kind) => {
      await inScope(async (scope) => {
        const file = join(scope.temporaryFolder(), "a.log");
        const lines = writeLogFile(file, kind, 2e6);
        const reader = new LogReader();
        const summary = new LogSummary();
        const batches = [reader.read(readFileSync(file)), reader.end()];
        for (const { rows, mistakeCount } of batches) {
          expect(mistakeCount).toBe(0);
          for (const row of rows) summary.add(row);
        }
        const figures = summary.figures();
        expect(figures.rows).toBe(lines);
        expect(figures.rejects / (figures.accepts + figures.rejects)).toBeCloseTo(0.1, 1);
        expect(figures.reasons.map(({ code }) => code).sort()).toEqual([16, 48, 65, 66]);
        expect(figures.from).toBeLessThan(Date.UTC(2026, 9, 1, 0, 1));
        expect(figures.to).toBeGreaterThan(Date.UTC(2026, 9, 30));
        return 0;
      });
    },
  );

  it("measures the command in a process of its own and removes the file", async () => {
    let folder = "";
    await inScope(async (scope) => {
      const measured = await measureReading(scope, "mixed", 3);
      folder = scope.temporaryFolder();
      expect(measured.megabytes).toBeGreaterThanOrEqual(3);
      expect(measured.peakMebibytes).toBeGreaterThan(30);
      expect(measured.megabytesPerCpuSecond).toBeGreaterThan(0);
      expect(tableOf([measured, { ...measured, peakMebibytes: measured.peakMebibytes * 2 }])).toContain(
        "memory grows",
      );
      return 0;
    });
    expect(existsSync(folder)).toBe(false);
  });

  it("a disk without room is told before anything is written", async () => {
    const measured = inScope(async (scope) => (await measureReading(scope, "dts", 1e9)).rows);
    await expect(measured).rejects.toThrow("has no room");
  });
});
