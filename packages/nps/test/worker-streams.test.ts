import { inspect } from "node:util";
import { createVirtualClock } from "@sallyport/runtime";
import { describe, expect, it } from "vitest";
import { HeldAttribute } from "../src/index.ts";
import { OutputLines } from "../src/node/output-lines.ts";
import { WorkerLog } from "../src/node/worker-log.ts";
import type { PlainLogEntry } from "../src/node/worker-messages.ts";

describe("what a module in a worker prints", () => {
  function lines() {
    const clock = createVirtualClock();
    const written: string[] = [];
    return { clock, written, output: new OutputLines(clock, (line) => written.push(line)) };
  }

  it("becomes lines, wherever it was cut", () => {
    const { written, output } = lines();
    for (const text of ["one\ntw", "o\n", "\n", "thr", "ee", "\nunfinished"]) output.add(text);
    expect(written).toEqual(["one", "two", "three"]);
  });

  it("a flood is cut to a hundred lines in a second, and the rest is counted", () => {
    const { clock, written, output } = lines();
    output.add("again\n".repeat(350));
    expect(written).toHaveLength(100);
    clock.advance(1_000);
    output.add("later\n");
    expect(written.slice(100)).toEqual(["250 lines that it printed were left out", "later"]);
  });

  it("a line without an end takes no more than 4096 characters of memory", () => {
    const { written, output } = lines();
    for (let count = 0; count < 100; count++) output.add("x".repeat(10_000));
    output.add("\n");
    expect(written.map((line) => line.length)).toEqual([4_096]);
  });
});

describe("what a module in a worker logs", () => {
  function log() {
    const clock = createVirtualClock();
    const posted: PlainLogEntry[] = [];
    return { clock, posted, log: new WorkerLog(clock, (entry) => posted.push(structuredClone(entry))) };
  }

  it("NPS-88 what hides itself from JSON stays hidden; what JSON cannot show does not break the log", () => {
    const { posted, log: own } = log();
    const circular: Record<string, unknown> = {};
    circular["self"] = circular;
    const password = HeldAttribute.ofText(2, "hunter2").forModule({ littleEndianAddresses: false });
    own.of(7).warning("fields", {
      password,
      circular,
      call: () => 0,
      big: 1n,
      long: "x".repeat(20_000),
      error: new RangeError("told"),
    });
    expect(inspect(posted, { depth: 9 })).not.toContain("hunter2");
    expect(posted).toMatchObject([{ id: 7, severity: "warning", message: "fields", dropped: 0 }]);
    expect(Object.fromEntries(posted[0]?.fields ?? [])).toMatchObject({
      password: { json: expect.stringContaining('"***"') },
      circular: { json: '"something that cannot be shown"' },
      big: { json: '"something that cannot be shown"' },
      long: { json: '"JSON of 20002 characters, too long to be shown"' },
      error: { name: "RangeError", message: "told" },
    });
    expect(posted[0]?.fields.map(([name]) => name)).not.toContain("call");
  });

  it("a flood is cut to a thousand events in a second; the next one tells how many were left out", () => {
    const { clock, posted, log: own } = log();
    for (let count = 0; count < 3_000; count++) own.of(0).debug("again");
    expect(posted).toHaveLength(1_000);
    clock.advance(1_000);
    own.of(0).error(`long ${"x".repeat(10_000)}`);
    expect(posted.at(-1)).toMatchObject({ dropped: 2_000, severity: "error" });
    expect(posted.at(-1)?.message.length).toBeLessThan(8_200);
  });
});
