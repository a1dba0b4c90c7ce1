import { once } from "node:events";
import { createMemoryLog, createVirtualClock, type LogEvent, type VirtualClock } from "@sallyport/runtime";
import { afterEach, describe, expect, it, vi } from "vitest";
import { NpsEvent, npsExtension, traceNarrative } from "../src/index.ts";
import {
  type IsolatedExtension,
  type IsolatedExtensionOptions,
  loadIsolatedExtension,
} from "../src/node/index.ts";
import { createHarness, type Harness, type HarnessOptions } from "./harness.ts";

// Workers start in a good moment of their own.
vi.setConfig({ testTimeout: 60_000 });

const extensions: IsolatedExtension[] = [];
afterEach(async () => {
  for (const extension of extensions.splice(0)) await extension.close();
});

/** A log that can be waited for. */
function observedLog() {
  const log = createMemoryLog();
  const written = new EventTarget();
  return {
    ...log,
    get events() {
      return log.events;
    },
    write(event: LogEvent) {
      log.write(event);
      written.dispatchEvent(new Event("written"));
    },
    async until(text: string, times = 1) {
      const found = () => log.events.filter(({ message }) => message.includes(text)).length >= times;
      while (!found()) await once(written, "written");
    },
  };
}

async function isolatedHarness(
  options: Partial<IsolatedExtensionOptions> = {},
  harnessOptions: HarnessOptions = {},
): Promise<{ harness: Harness; clock: VirtualClock; log: ReturnType<typeof observedLog> }> {
  const clock = createVirtualClock();
  const log = observedLog();
  const extension = await loadIsolatedExtension(new URL("./modules/faults.mjs", import.meta.url).href, {
    name: "faulty",
    clock,
    log,
    ...options,
  });
  extensions.push(extension);
  const harness = createHarness({
    clock,
    log,
    moduleTimeoutMs: 2_000,
    authentication: [extension],
    accounts: [{ name: "alice", password: "wonderland" }],
    ...harnessOptions,
  });
  await harness.nps.start();
  return { harness, clock, log };
}

const healthy = (harness: Harness) => harness.access({ "User-Name": "alice" });

/** What ends the worker, and the words that tell why. */
const deadly: readonly (readonly [string, RegExp])[] = [
  ["exit", /it ended with exit code 3/],
  ["memory", /it needed more than 64 MB of memory/],
  ["large-memory", /it needed more than 64 MB of memory/],
  ["buffers", /it needed more than 64 MB of memory/],
  ["uncaught", /it threw what nobody caught: nobody catches this/],
  ["flood", /it flooded its host with messages/],
];

describe("a worker", () => {
  it("NPS-82 a throw or a rejection in a worker is an error return, and costs nothing else", async () => {
    const { harness, log } = await isolatedHarness();
    const [before] = (await healthy(harness)).attributes.slice(-1);
    for (const fault of ["throw", "reject"]) {
      expect(await harness.access({ "User-Name": fault })).toMatchObject({ answer: "silence", reason: 10 });
      expect(log.events.at(-1)).toMatchObject({
        id: NpsEvent.RequestDiscarded,
        message: expect.stringContaining("extension faulty failed: boom"),
        fields: { why: "exception" },
      });
    }
    expect((await healthy(harness)).attributes.at(-1)).toBe(before);
    expect(harness.records).toHaveLength(4);
  });

  it.each(deadly)("NPS-82 %s costs the calls in flight and a restart, nothing else", async (fault, words) => {
    const { harness, clock, log } = await isolatedHarness({ memoryLimitMb: 64 });
    const first = (await healthy(harness)).attributes.at(-1);
    const innocent = harness.access({ "User-Name": "silent" });
    const guilty = harness.access({ "User-Name": fault });
    expect(await guilty).toMatchObject({ answer: "silence", reason: 10 });
    expect(await innocent).toMatchObject({ answer: "silence", reason: 10 });
    const ended = log.events.find(({ id }) => id === NpsEvent.ProcessingError);
    expect(ended?.message).toMatch(words);
    expect(ended).toMatchObject({
      severity: "error",
      fields: { extension: "faulty", callsFailed: 2, restartInMs: 100 },
    });
    expect(log.events.at(-1)).toMatchObject({ id: NpsEvent.RequestDiscarded, fields: { why: "crash" } });
    // Until the worker is back its requests are discarded at once.
    expect(await healthy(harness)).toMatchObject({ answer: "silence", reason: 10 });
    clock.advance(100);
    await log.until("its worker was started again");
    const again = await healthy(harness);
    expect(again.answer).toBe("accept");
    expect(again.attributes.at(-1)).not.toBe(first);
  });

  it.each(["loop", "async-loop"])(
    "NPS-82, NPS-83 an endless %s is found by the time-out: the worker is replaced",
    async (fault) => {
      const { harness, clock, log } = await isolatedHarness();
      const hanging = harness.access({ "User-Name": fault });
      await log.until("looping");
      await clock.advanceAsync(2_000);
      expect(await hanging).toMatchObject({ answer: "silence", reason: 10 });
      const behind = harness.access({ "User-Name": "alice" });
      await clock.advanceAsync(1_000);
      expect(await behind).toMatchObject({ answer: "silence", reason: 10 });
      expect(log.events.some(({ message }) => message.includes("does not listen any more"))).toBe(true);
      await clock.advanceAsync(100);
      await log.until("its worker was started again");
      expect((await healthy(harness)).answer).toBe("accept");
    },
  );

  it.each(["silent", "late"])(
    "NPS-83 a %s answer costs its own call only: the worker stays",
    async (fault) => {
      const { harness, clock } = await isolatedHarness();
      const first = (await healthy(harness)).attributes.at(-1);
      const pending = harness.access({ "User-Name": fault });
      await clock.advanceAsync(2_000);
      expect(await pending).toMatchObject({ answer: "silence", reason: 10 });
      // The acknowledgement is behind this call's answer: the grace is called off, no timer is left.
      expect((await healthy(harness)).attributes.at(-1)).toBe(first);
      expect(clock.pending).toBe(0);
      await clock.advanceAsync(10_000);
      expect((await healthy(harness)).attributes.at(-1)).toBe(first);
    },
  );

  it("NPS-82 onCrash reject: requests are rejected with reason 10 while the worker is gone, no later module is called", async () => {
    const called: string[] = [];
    const later = npsExtension(
      { RadiusExtensionProcess2: () => (called.push("later"), 0) },
      { name: "later" },
    );
    const { harness, clock, log } = await isolatedHarness({ onCrash: "reject" }, { authorization: [later] });
    const crashed = await harness.access({ "User-Name": "exit" });
    expect(crashed).toMatchObject({ answer: "reject", reason: 10 });
    expect(traceNarrative(crashed.trace)).toContain("it ended with exit code 3");
    expect(await healthy(harness)).toMatchObject({ answer: "reject", reason: 10 });
    expect(await harness.accounting()).toMatchObject({ answer: "silence", reason: 10 });
    expect(called).toEqual([]);
    await clock.advanceAsync(100);
    await log.until("its worker was started again");
    expect((await healthy(harness)).answer).toBe("accept");
    expect(called).toEqual(["later"]);
    // An error return is no crash: it is discarded as ever.
    expect((await harness.access({ "User-Name": "throw" })).answer).toBe("silence");
  });

  it("NPS-82 onCrash restart: requests that come while the worker is gone wait for the next one, not longer than their time", async () => {
    const { harness, clock, log } = await isolatedHarness({ onCrash: "restart" }, { moduleTimeoutMs: 150 });
    expect((await harness.access({ "User-Name": "exit" })).answer).toBe("silence");
    const waiting = healthy(harness);
    await clock.advanceAsync(100);
    expect((await waiting).answer).toBe("accept");
    expect((await harness.access({ "User-Name": "exit" })).answer).toBe("silence");
    await log.until("it is started again in 200 ms");
    const impatient = healthy(harness);
    await clock.advanceAsync(150);
    expect(await impatient).toMatchObject({ answer: "silence", reason: 10 });
    await clock.advanceAsync(50);
    await log.until("its worker was started again", 2);
    expect((await healthy(harness)).answer).toBe("accept");
  });

  it("NPS-82 the restarts wait longer each time, up to half a minute, until a worker has lived for a minute", async () => {
    const { harness, clock, log } = await isolatedHarness();
    const delays: unknown[] = [];
    for (let times = 1; times <= 11; times++) {
      await harness.access({ "User-Name": "exit" });
      const delay = Number(
        log.events.findLast(({ fields }) => fields?.["restartInMs"])?.fields?.["restartInMs"],
      );
      delays.push(delay);
      await clock.advanceAsync(delay);
      await log.until("its worker was started again", times);
      if (times === 10) await clock.advanceAsync(60_000);
    }
    expect(delays).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 100]);
  });

  it("ten thousand calls are in a worker at most; more are discarded at once, and time-outs make room", async () => {
    const { harness, clock, log } = await isolatedHarness();
    const silent = () => harness.nps.handle(harness.received(1, { "User-Name": "silent" }));
    const pending = Array.from({ length: 10_000 }, silent);
    expect(await silent()).toBeNull();
    expect(log.events.at(-1)?.message).toContain("more than 10000 calls are in its worker");
    await clock.advanceAsync(2_000);
    expect(new Set(await Promise.all(pending))).toEqual(new Set([null]));
    expect((await healthy(harness)).answer).toBe("accept");
  });

  it("a flood of edits is an error return, a flood of events and output is cut and counted", async () => {
    const { harness, log } = await isolatedHarness();
    expect(await harness.access({ "User-Name": "edits" })).toMatchObject({ answer: "silence", reason: 10 });
    expect(log.events.at(-1)?.message).toContain("one call may make 10000 edits");
    const before = log.events.length;
    await harness.access({ "User-Name": "log" });
    const lines = log.events.slice(before);
    expect(lines.length).toBeGreaterThanOrEqual(1_000);
    expect(lines.length).toBeLessThan(5_000);
    await harness.access({ "User-Name": "print" });
    await log.until("printed");
    expect(log.events.find(({ message }) => message === "printed")).toMatchObject({ source: "faulty" });
  });
});
