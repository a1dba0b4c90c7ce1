import { type AccountSource, settingsAccounts } from "@sallyport/accounts";
import { describe, expect, it } from "vitest";
import {
  type RequestTrace,
  type RequestTraceJson,
  ratReplyMessage,
  rdtString,
  TraceMemory,
} from "../src/index.ts";
import { createHarness } from "./harness.ts";

/** Three requests of different kinds, kept and as their traces tell them. */
async function keep(size: number): Promise<{ memory: TraceMemory; told: RequestTraceJson[] }> {
  const memory = new TraceMemory(size);
  const told: RequestTraceJson[] = [];
  const onTrace = (trace: RequestTrace): void => {
    memory.add(trace);
    told.push(trace.toJSON());
  };
  const harness = createHarness({
    onTrace,
    networkPolicies: [
      {
        name: "staff",
        conditions: [],
        access: "grant",
        attributes: Array.from({ length: 12 }, () => ({
          attrType: ratReplyMessage,
          dataType: rdtString,
          value: "A".repeat(253),
        })),
      },
    ],
  });
  await harness.access();
  await harness.access({ "User-Password": "wrong" });
  await harness.nps.handle(harness.received(4, { "User-Name": "alice", "Acct-Session-Id": "1" }));
  return { memory, told };
}

describe("who hears of traces", () => {
  const accounts = settingsAccounts([{ name: "alice", password: "wonderland" }], {
    defaultDomain: "SALLYPORT",
  });

  it.each<[string, AccountSource]>([
    ["at once", accounts],
    ["later", { find: async (identity) => accounts.find(identity) }],
  ])("changes no answer by throwing, and is told of (the account is found %s)", async (_, source) => {
    const harness = createHarness({
      onTrace: () => {
        throw new Error("the disk is full");
      },
      accounts: source,
    });
    const answer = await harness.nps.handle(
      harness.received(1, { "User-Name": "alice", "User-Password": "wonderland" }),
    );
    expect(answer?.code).toBe(2);
    expect(harness.log.events.filter(({ severity }) => severity === "error")).toMatchObject([
      { source: "NPS", id: 23, message: "who hears of traces has failed", fields: { request: 1 } },
    ]);
  });
});

describe("a memory of traces", () => {
  it("tells a request as its trace did, however long its answer was", async () => {
    const { memory, told } = await keep(3);
    expect(told.map(({ answer }) => answer?.type)).toEqual([
      "Access-Accept",
      "Access-Reject",
      "Accounting-Response",
    ]);
    expect(told[0]?.answer?.attributes).toHaveLength(12);
    expect(memory.last(10)).toEqual(told);
    expect(told.map(({ id }) => memory.find(id))).toEqual(told);
  });

  it("forgets the oldest when it is full, and nothing of it shows in the newer ones", async () => {
    const { memory, told } = await keep(1);
    expect(memory.last(10)).toEqual(told.slice(2));
    expect(memory.find(told[0]?.id ?? 0)).toBeUndefined();
  });

  it("gives the newest, oldest first", async () => {
    const { memory, told } = await keep(2);
    expect(memory.last(2)).toEqual(told.slice(1));
    expect(memory.last(1)).toEqual(told.slice(2));
  });

  it("tells that nothing was sent", async () => {
    const memory = new TraceMemory(1);
    const harness = createHarness({
      onTrace: (trace) => memory.add(trace),
      accounts: {
        find: () => {
          throw new Error("the directory is away");
        },
      },
    });
    await harness.nps.handle(harness.received(1, { "User-Name": "alice", "User-Password": "wonderland" }));
    const [trace] = memory.last(1);
    expect(trace?.answer).toBeUndefined();
    expect(trace?.reason?.code).toBe(1);
  });

  it.each([0, 1.5, -1, Number.NaN])("refuses a size of %d", (size) => {
    expect(() => new TraceMemory(size)).toThrow(/size must be a whole number of at least 1/);
  });
});
