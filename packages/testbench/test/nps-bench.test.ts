import { settingsAccounts } from "@sallyport/accounts";
import {
  attributeText,
  type ExtensionEnvironment,
  findAttribute,
  type NetworkPolicy,
  type NpsExtensionModule,
  npsExtension,
  type RadiusAttributes,
  type RadiusExtensionControlBlock,
  radiusAttribute,
  ratClass,
  ratFilterId,
  ratReplyMessage,
  ratSrcPort,
  ratState,
  ratUserPassword,
  rcAccessAccept,
  rcAccessChallenge,
  rcAccessReject,
  repAuthentication,
} from "@sallyport/nps";
import { describe, expect, it } from "vitest";
import { type BenchExtension, createNpsBench, type NpsBenchOptions } from "../src/index.ts";

const alice = { "User-Name": "alice", "User-Password": "wonderland" };

function benchWith(options: Partial<NpsBenchOptions> = {}) {
  return createNpsBench({ accounts: [{ name: "alice", password: "wonderland" }], ...options });
}

const withAuthentication = (...authentication: BenchExtension[]) =>
  benchWith({ extensions: { authentication } });

/** A third-form module that does nothing but note what its caller wants noted. */
function noting<T>(what: (ecb: RadiusExtensionControlBlock) => T) {
  const noted: T[] = [];
  return { noted, RadiusExtensionProcess2: (ecb: RadiusExtensionControlBlock) => (noted.push(what(ecb)), 0) };
}

/** Asks for a color, and keeps what it asked. */
const riddle: NpsExtensionModule = {
  RadiusExtensionProcess2(ecb) {
    if (ecb.point === repAuthentication) {
      if (ecb.answeredChallenge === undefined) return 0;
      const text = ecb.getRequest().find(ratUserPassword);
      return ecb.setResponseType(
        text && attributeText(text) === ecb.answeredChallenge.data ? rcAccessAccept : rcAccessReject,
      );
    }
    if (ecb.responseType !== rcAccessAccept || ecb.answeredChallenge !== undefined) return 0;
    const challenge = ecb.getResponse(rcAccessChallenge);
    challenge?.add(radiusAttribute(ratState, ecb.issueState("blue")));
    challenge?.add(radiusAttribute(ratReplyMessage, "Your favourite color?"));
    return ecb.setResponseType(rcAccessChallenge);
  },
};

describe("an answer", () => {
  it("tells code, attributes, reason, trace and narrative", async () => {
    const network: NetworkPolicy = {
      name: "Staff",
      conditions: [],
      access: "grant",
      attributes: [radiusAttribute(ratFilterId, "staff"), radiusAttribute(ratClass, Uint8Array.of(1, 2))],
    };
    const answer = await benchWith({ policies: { network: [network] } }).access(alice);
    expect(answer).toMatchObject({
      code: 2,
      codeName: "Access-Accept",
      reason: 0,
      attributes: [
        { name: "Filter-Id", text: "staff" },
        { name: "Class", text: "0x0102" },
      ],
    });
    expect(answer.get("filter-id")).toBe("staff");
    expect(answer.get("Reply-Message")).toBeUndefined();
    expect(answer.octets("Class")).toEqual(Uint8Array.of(1, 2));
    expect(answer.octets("State")).toBeUndefined();
    expect(answer.trace).toMatchObject({ id: 1, answer: { type: "Access-Accept" } });
    expect(answer.explain()).toContain('matched (policy "Staff")');
  });

  it("of a refused request has its reason", async () => {
    const bench = benchWith();
    expect(await bench.access({ ...alice, "User-Password": "guess" })).toMatchObject({
      code: 3,
      codeName: "Access-Reject",
      reason: 16,
    });
    expect(await bench.access({ "User-Name": "bob", "User-Password": "guess" })).toMatchObject({ reason: 8 });
  });

  it("to accounting is a response, and the record is there", async () => {
    const bench = benchWith();
    const start = { "User-Name": "alice", "Acct-Status-Type": "Start", "Acct-Session-Id": "7" };
    expect(await bench.accounting(start)).toMatchObject({ code: 5, codeName: "Accounting-Response" });
    expect(bench.records.map(({ packetType }) => packetType)).toEqual([4]);
  });

  it("is its own when requests overlap", async () => {
    const bench = withAuthentication({
      RadiusExtensionProcess2: async (ecb) => {
        const last = ecb.getRequest().find(ratReplyMessage);
        if (last === undefined) await new Promise<void>((resolve) => bench.clock.after(5_000, resolve));
        return 0;
      },
    });
    const slow = bench.access({ ...alice, "User-Password": "guess" });
    const fast = await bench.access({ ...alice, "Reply-Message": "fast" });
    await bench.clock.advanceAsync(5_000);
    expect(fast).toMatchObject({ codeName: "Access-Accept", trace: { durationMs: 0 } });
    expect(await slow).toMatchObject({ codeName: "Access-Reject", trace: { durationMs: 5_000 } });
  });
});

describe("extensions", () => {
  const rejecting = {
    RadiusExtensionProcess2: (ecb: RadiusExtensionControlBlock) => ecb.setResponseType(rcAccessReject),
  };

  it.each<[string, BenchExtension, string]>([
    ["a namespace", rejecting, "extension-1"],
    ["a default export", { default: rejecting }, "extension-1"],
    ["a module with a name", { module: rejecting, name: "gate" }, "gate"],
    ["a default export with a name", { module: { default: rejecting }, name: "gate" }, "gate"],
    ["an extension", npsExtension(rejecting, { name: "made" }), "made"],
  ])("may be %s", async (_, extension, name) => {
    const answer = await withAuthentication(extension).access(alice);
    expect(answer).toMatchObject({ codeName: "Access-Reject", reason: 21 });
    expect(answer.trace.steps).toContainEqual(
      expect.objectContaining({ detail: expect.objectContaining({ extension: name }) }),
    );
  });

  it("receive their settings, the virtual clock and repeatable random numbers", async () => {
    const environments: ExtensionEnvironment[] = [];
    const module = {
      ...rejecting,
      RadiusExtensionInit: (given: ExtensionEnvironment) => (environments.push(given), 0),
    };
    const draw = async (seed?: number) => {
      const bench = benchWith({
        extensions: { authentication: [{ module, settings: { limit: 3 } }] },
        now: 86_400_000,
        ...(seed !== undefined && { seed }),
      });
      await bench.start();
      const environment = environments.at(-1);
      expect(environment?.settings).toEqual({ limit: 3 });
      expect(environment?.clock).toBe(bench.clock);
      expect(bench.clock.now()).toBe(86_400_000);
      return environment?.random(8);
    };
    expect(await draw()).toEqual(await draw(1));
    expect(await draw()).not.toEqual(await draw(2));
  });

  it("in both lists are one module, initialized once, under one name", async () => {
    let initialized = 0;
    const { noted, RadiusExtensionProcess2 } = noting(({ point }) => point);
    const module = { RadiusExtensionProcess2, RadiusExtensionInit: () => (initialized++, 0) };
    const bench = benchWith({
      extensions: { authentication: [module], authorization: [{ module, name: "both" }] },
    });
    const { trace } = await bench.access(alice);
    expect({ initialized, noted }).toEqual({ initialized: 1, noted: [0, 1] });
    const names = trace.steps.flatMap(({ detail }) => detail?.["extension"] ?? []);
    expect(names).toEqual(["both", "both"]);
  });

  it("that offer nothing to call are refused at once", () => {
    expect(() => withAuthentication({})).toThrow(expect.objectContaining({ code: 127 }));
  });

  it("that fail to start fail every request, and are asked once", async () => {
    let initialized = 0;
    const bench = withAuthentication({ ...rejecting, RadiusExtensionInit: () => (initialized++, 87) });
    await expect(bench.access(alice)).rejects.toMatchObject({ code: 87 });
    await expect(bench.start()).rejects.toMatchObject({ code: 87 });
    expect(initialized).toBe(1);
  });

  it("are terminated by stop", async () => {
    const calls: string[] = [];
    const bench = withAuthentication({
      ...rejecting,
      RadiusExtensionInit: () => (calls.push("Init"), 0),
      RadiusExtensionTerm: () => void calls.push("Term"),
    });
    await bench.access(alice);
    await bench.stop();
    expect(calls).toEqual(["Init", "Term"]);
  });

  it("NPS-27 that fail are silence, with an event that names them", async () => {
    const bench = withAuthentication({
      module: {
        RadiusExtensionProcess2: () => {
          throw new Error("no database");
        },
      },
      name: "broken",
    });
    const answer = await bench.access(alice);
    expect(answer).toMatchObject({ code: undefined, codeName: "silence", reason: 10, attributes: [] });
    expect(bench.log.events).toMatchObject([
      { source: "NPS", severity: "error", message: expect.stringContaining("broken") },
    ]);
    expect(answer.explain()).toContain("No answer was sent.");
  });

  it("NPS-83 that do not answer run into the time-out as soon as the test lets time pass", async () => {
    const bench = withAuthentication({ RadiusExtensionProcess2: () => new Promise<number>(() => {}) });
    let settled = false;
    const pending = bench.access(alice).finally(() => (settled = true));
    await bench.clock.advanceAsync(29_999);
    expect(settled).toBe(false);
    await bench.clock.advanceAsync(1);
    expect(await pending).toMatchObject({ codeName: "silence", trace: { durationMs: 30_000 } });
  });

  it("NPS-14 that keep an attribute array are found out, unless the test does not mind", async () => {
    const kept: RadiusAttributes[] = [];
    const keeping = { RadiusExtensionProcess: (attributes: RadiusAttributes) => (kept.push(attributes), 0) };
    await withAuthentication(keeping).access(alice);
    expect(() => kept[0]?.length).toThrow(TypeError);
    await benchWith({ extensions: { authentication: [keeping] }, revokeAttributes: false }).access(alice);
    expect(findAttribute(kept[1] ?? [], ratUserPassword)).toBeDefined();
  });
});

describe("requests", () => {
  it("show the module exactly what the test wrote, the password in clear", async () => {
    const seen = noting((ecb) =>
      [...ecb.getRequest()].filter(({ attrType }) => attrType < 256).map(attributeText),
    );
    await withAuthentication(seen).access({ ...alice, "Reply-Message": ["a", "b"] });
    expect(seen.noted).toEqual([["alice", "wonderland", "a", "b"]]);
  });

  it("come from whom the test says", async () => {
    const ports = noting((ecb) => ecb.getRequest().find(ratSrcPort)?.value);
    const bench = withAuthentication(ports);
    const { trace } = await bench.access(alice);
    expect(trace.request).toMatchObject({ client: "lab", source: "192.0.2.7:4001", identifier: 0 });
    const from = { address: "2001:db8::1", port: 9 };
    expect((await bench.access(alice, { client: "vpn", from })).trace.request).toMatchObject({
      client: "vpn",
      source: "2001:db8::1:9",
      identifier: 1,
    });
    expect((await bench.accounting({}, { client: { name: "wifi" } })).trace.request.client).toBe("wifi");
    expect(ports.noted).toEqual([4001, 9, 4001]);
  });

  it("are received when the clock says", async () => {
    const bench = benchWith();
    await bench.clock.advanceAsync(1_500);
    expect((await bench.access(alice)).trace.receivedAt).toBe("2026-01-01T00:00:01.500Z");
  });

  it("with an attribute that does not exist are refused with a suggestion", async () => {
    await expect(benchWith().access({ "User-Nmae": "alice" })).rejects.toThrow("do you mean User-Name?");
  });
});

describe("challenges", () => {
  const bothPoints = { authentication: [riddle], authorization: [riddle] };

  it("NPS-63 are answered with their State, the rest of the request, and no credentials but the new", async () => {
    const seen = noting((ecb) =>
      [...ecb.getRequest()].filter(({ attrType }) => attrType < 256).map(({ attrType }) => attrType),
    );
    const bench = benchWith({ extensions: { ...bothPoints, authentication: [seen, riddle] } });
    const challenge = await bench.access({ ...alice, "Calling-Station-Id": "5", "CHAP-Challenge": "0x00" });
    expect(challenge).toMatchObject({ code: 11, codeName: "Access-Challenge" });
    expect(challenge.get("State")).toBe("***");
    expect(challenge.octets("State")).toHaveLength(21);
    const answer = await bench.answer(challenge, { "User-Password": "blue" });
    expect(answer.codeName).toBe("Access-Accept");
    expect(seen.noted).toEqual([
      [1, 2, 31, 60],
      [1, 31, 24, 2],
    ]);
  });

  it("may be answered wrongly, by another client, user or State", async () => {
    const bench = benchWith({ extensions: bothPoints });
    const ask = () => bench.access(alice, { client: "vpn" });
    const blue = { "User-Password": "blue" };
    expect(await bench.answer(await ask(), { "User-Password": "red" })).toMatchObject({ reason: 21 });
    expect(await bench.answer(await ask(), blue, { client: "wifi" })).toMatchObject({ reason: 97 });
    expect(await bench.answer(await ask(), { ...blue, "User-Name": "bob" })).toMatchObject({ reason: 97 });
    expect(await bench.answer(await ask(), { ...blue, State: new Uint8Array(4) })).toMatchObject({
      reason: 16,
    });
    expect(await bench.answer(await ask(), blue)).toMatchObject({ codeName: "Access-Accept" });
  });

  it("are the only answers that can be answered, on the bench that gave them", async () => {
    const bench = benchWith({ extensions: bothPoints });
    const challenge = await bench.access(alice);
    const accept = await bench.answer(challenge, { "User-Password": "blue" });
    await expect(bench.answer(accept, {})).rejects.toThrow(
      "only an Access-Challenge is answered, this is Access-Accept",
    );
    await expect(benchWith().answer(challenge, {})).rejects.toThrow("not given by this bench");
  });
});

describe("options", () => {
  it("may bring an account source", async () => {
    const accounts = settingsAccounts([{ name: "carol", password: "secret" }]);
    const answer = await benchWith({ accounts }).access({ "User-Name": "carol", "User-Password": "secret" });
    expect(answer.codeName).toBe("Access-Accept");
  });

  it("may bring an accounting log of their own, and its records are seen as well", async () => {
    const bench = benchWith({
      accountingLog: { recordsAuthentication: false, write: () => Promise.reject(new Error("disk full")) },
    });
    await bench.access(alice);
    expect(bench.records).toEqual([]);
    const stop = { "Acct-Status-Type": "Stop", "Acct-Session-Id": "7" };
    expect(await bench.accounting(stop)).toMatchObject({ codeName: "silence", reason: 80 });
    expect(bench.records).toHaveLength(1);
  });

  it("reach the pipeline: policies, default domain, traces", async () => {
    const traces: number[] = [];
    const bench = benchWith({
      policies: { connectionRequest: [], network: [] },
      onTrace: ({ id }) => traces.push(id),
    });
    expect(await bench.access(alice)).toMatchObject({ reason: 49 });
    expect(traces).toEqual([1]);
    const corp = benchWith({ defaultDomain: "CORP", policies: { network: [] } });
    expect(await corp.access({ ...alice, "User-Name": "CORP\\alice" })).toMatchObject({ reason: 48 });
  });
});

it("the same test gives the same answers, octet for octet, in every run", async () => {
  const run = async () => {
    const bench = benchWith({ extensions: { authorization: [riddle] } });
    const answer = await bench.access(alice);
    return { state: answer.octets("State"), trace: answer.trace };
  };
  const [first, second] = [await run(), await run()];
  expect(first.state).toHaveLength(21);
  expect(first).toEqual(second);
});
