import { createMemoryLog, type LogEvent } from "@sallyport/runtime";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type NpsExtension, npsExtension } from "../src/index.ts";
import { type IsolatedExtension, loadIsolatedExtension } from "../src/node/index.ts";
import { createHarness, type Harness, type HarnessOptions } from "./harness.ts";
import { decisions, edits, modules, returns } from "./modules/parity.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const importer = new URL("./modules/parity.ts", import.meta.url).href;
const settings = { threshold: 3, names: ["a", "b"] };

interface Loaded {
  readonly inline: () => NpsExtension;
  isolated: () => Promise<IsolatedExtension>;
}

/** Every module inline, and in a worker. */
const loaded = (name: string): Loaded => ({
  inline: () => npsExtension(modules[name], { name, settings }),
  isolated: () => loadIsolatedExtension(name, { name, settings, importer }),
});

const scenarios: Readonly<Record<string, readonly string[]>> = {
  first: Object.keys(decisions),
  second: [...Object.keys(decisions), ...Object.keys(returns)],
  third: Object.keys(edits),
  defined: ["returns"],
};

const compatibilities: readonly (readonly [string, HarnessOptions["compatibility"]])[] = [
  ["as this project reads the contract", {}],
  [
    "with the other readings",
    {
      rawErrorCodes: true,
      littleEndianAddresses: true,
      allowAuthorizationAccept: true,
      process2AfterReject: true,
    },
  ],
];

/** What an observer sees of a user's requests: answers, traces, records, events. */
async function observed(
  harness: Harness,
  log: { events: readonly LogEvent[] },
  user: string,
): Promise<object> {
  const input = {
    "User-Name": user,
    "NAS-IP-Address": "10.1.2.3",
    "NAS-Port": 7,
    "Calling-Station-Id": "1-2",
  };
  const first = await harness.access(input);
  const state = first.attributes.find((line) => line.startsWith("State="));
  const wrong = await harness.access({ ...input, "User-Password": "wrong" });
  const accounting = await harness.accounting({ "User-Name": user });
  const answers = [first, wrong, accounting].map(({ answer, attributes, reason, trace }) => ({
    answer,
    attributes,
    reason,
    steps: trace.steps.map(({ stage, outcome, detail }) => ({ stage, outcome, detail })),
  }));
  const records = harness.records.map(({ packetType, attributes }) => [
    packetType,
    ...Array.from(attributes, ({ attrType, bytes }) => `${attrType}=${bytes.toString()}`),
  ]);
  const events = log.events.map(({ fields, ...event }) => ({
    ...event,
    fields: JSON.stringify(fields, shown),
  }));
  return { state: state !== undefined, answers, records, events };
}

/** What a log writes of a field: an error is its words. */
function shown(_: string, value: unknown): unknown {
  return value instanceof Error ? `${value.name}: ${value.message}` : value;
}

describe.each(Object.keys(scenarios))("the %s module behaves in a worker as it does inline", (name) => {
  const { inline, isolated } = loaded(name);
  let inWorker: IsolatedExtension;
  beforeAll(async () => {
    inWorker = await isolated();
  });
  afterAll(() => inWorker.close());

  describe.each(compatibilities)("%s", (_, compatibility) => {
    const accounts = [...(scenarios[name] ?? [])].map((user) => ({ name: user, password: "wonderland" }));
    const lists = (extension: NpsExtension) => ({
      "the authentication point": { authentication: [extension] },
      "the authorization point": { authorization: [extension] },
      "both points": { authentication: [extension], authorization: [extension] },
    });

    it.each(Object.keys(lists(inline())))("NPS-82 at %s", async (points) => {
      const harnessOf = async (extension: NpsExtension) => {
        const log = createMemoryLog();
        const list = lists(extension)[points as keyof ReturnType<typeof lists>];
        const harness = createHarness({ ...list, accounts, log, ...(compatibility && { compatibility }) });
        await harness.nps.start();
        return { harness, log };
      };
      const here = await harnessOf(inline());
      const there = await harnessOf(inWorker);
      for (const user of scenarios[name] ?? []) {
        const expected = await observed(here.harness, here.log, user);
        expect(await observed(there.harness, there.log, user), user).toEqual(expected);
      }
    });
  });
});

describe("a dialogue with a module in a worker", () => {
  it("NPS-82, NPS-63 its State is issued by the host, good once, and its data comes back", async () => {
    const extension = await loaded("third").isolated();
    const harness = createHarness({
      authentication: [extension],
      accounts: [{ name: "challenges", password: "wonderland" }],
    });
    await harness.nps.start();
    const request = (more: object = {}) =>
      harness.nps.handle(harness.received(1, { "User-Name": "challenges", ...more }));
    const challenge = await request();
    const state = challenge?.attributes.find(({ type }) => type === 24)?.value;
    expect(state).toHaveLength(21);
    const answer = harness.observe((await request({ State: state as Uint8Array })) ?? null);
    expect(answer).toMatchObject({
      answer: "accept",
      attributes: ['Reply-Message={"asked":"code","tries":[1,2]}'],
    });
    expect(
      harness.observe((await request({ State: state as Uint8Array, "NAS-Port": 3 })) ?? null),
    ).toMatchObject({
      answer: "reject",
      reason: 97,
    });
    await harness.nps.stop();
  });
});
