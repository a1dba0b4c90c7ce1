import { Secret } from "@sallyport/crypto";
import { WindowsError } from "@sallyport/errors";
import { decodeRadiusPacket, encodeRadiusPacket, RadiusReceiver } from "@sallyport/radius";
import { describe, expect, it } from "vitest";
import {
  NpsEvent,
  type NpsExtensionModule,
  npsExtension,
  type RadiusExtensionControlBlock,
  raAccept,
} from "../src/index.ts";
import { callLog, createHarness } from "./harness.ts";

type Process2 = NonNullable<NpsExtensionModule["RadiusExtensionProcess2"]>;

/** Every way in which a module can fail to give a status, with what the event tells. */
const failures: readonly (readonly [string, Process2, object])[] = [
  ["returns an error code", () => 1317, { code: 1317, why: "error code" }],
  [
    "throws",
    () => {
      throw new Error("boom");
    },
    { code: undefined, why: "exception" },
  ],
  [
    "throws a WindowsError",
    () => {
      throw new WindowsError(1326, { space: "win32" });
    },
    { code: 1326, why: "exception" },
  ],
  [
    "throws a string",
    () => {
      throw "boom";
    },
    { code: undefined, why: "exception" },
  ],
  ["rejects", () => Promise.reject(new Error("boom")), { code: undefined, why: "exception" }],
  ["resolves to an error code", async () => 5, { code: 5, why: "error code" }],
  ["returns undefined", () => undefined as unknown as number, { why: "nonsense" }],
  ["returns text", () => "0" as unknown as number, { why: "nonsense" }],
  ["returns NaN", () => Number.NaN, { why: "nonsense" }],
  ["returns an object", () => ({}) as unknown as number, { why: "nonsense" }],
  ["resolves to nonsense", async () => ({}) as unknown as number, { why: "nonsense" }],
];

describe.each(failures)("a module that %s", (_, RadiusExtensionProcess2, told) => {
  const failing = () => npsExtension({ RadiusExtensionProcess2 }, { name: "failing" });

  it("NPS-27, NPS-28 the packet is discarded at either point: no answer, no accounting record", async () => {
    for (const point of ["authentication", "authorization"] as const) {
      const harness = createHarness({ [point]: [failing()] });
      expect(await harness.access()).toMatchObject({ answer: "silence", reason: 10 });
      expect(await harness.accounting()).toMatchObject({ answer: "silence", reason: 10 });
      expect(harness.records).toEqual([]);
    }
  });

  it("NPS-29 one event a discarded packet, naming module and code", async () => {
    const harness = createHarness({ authentication: [failing()] });
    await harness.access();
    await harness.accounting();
    expect(harness.log.events).toMatchObject([
      {
        id: NpsEvent.RequestDiscarded,
        severity: "error",
        fields: { extension: "failing", client: "lab", reason: 10, ...told },
      },
      { id: NpsEvent.AccountingDiscarded, severity: "error", fields: { extension: "failing", ...told } },
    ]);
    expect(harness.log.events[0]?.message).toContain("extension failing");
  });

  it("NPS-31 no later module is called, in both chains", async () => {
    const { calls, extension } = callLog();
    const later = [extension({ RadiusExtensionProcess2: () => 0 }, "later")];
    const harness = createHarness({ authentication: [failing(), ...later], authorization: later });
    await harness.access();
    expect(calls).toEqual([]);
  });
});

describe("errors", () => {
  it("NPS-27 the client's retransmission of a discarded packet is processed anew", async () => {
    let healthy = false;
    const { calls, extension } = callLog();
    const harness = createHarness({
      authentication: [extension({ RadiusExtensionProcess2: () => (healthy ? 0 : 5) }, "m")],
    });
    const receiver = new RadiusReceiver({
      port: "authentication",
      clients: [
        { name: "lab", address: "192.0.2.7", secret: new Secret("s"), requireMessageAuthenticator: "never" },
      ],
      handler: harness.nps.handle,
      clock: harness.clock,
    });
    const authenticator = new Uint8Array(16).fill(9);
    const name = { type: 1, value: new TextEncoder().encode("bob") };
    const datagram = encodeRadiusPacket({ code: 1, identifier: 7, authenticator, attributes: [name] });
    const sent: number[] = [];
    const receive = () =>
      receiver.receive(datagram, { address: "192.0.2.7", port: 5 }, (bytes) =>
        sent.push(decodeRadiusPacket(bytes).code),
      );
    receive();
    expect({ calls: calls.length, sent }).toEqual({ calls: 1, sent: [] });
    healthy = true;
    receive();
    receive();
    expect(calls).toHaveLength(2);
    expect(sent).toEqual([3, 3]);
  });

  it("NPS-29 the module has a log of its own for the details", async () => {
    const { extension } = callLog();
    const module: NpsExtensionModule = {
      RadiusExtensionProcess2(ecb) {
        ecb.log.error("the directory did not answer", { server: "dc1" });
        return 1326;
      },
    };
    const harness = createHarness({ authentication: [extension(module, "directory")] });
    await harness.access();
    expect(harness.log.events).toMatchObject([
      {
        source: "directory",
        severity: "error",
        message: "the directory did not answer",
        fields: { server: "dc1" },
      },
      { source: "NPS", id: NpsEvent.RequestDiscarded },
    ]);
  });

  it("NPS-30 a module whose database is unreachable returns an error: silence, so that the client tries another server", async () => {
    let reachable = false;
    const { extension } = callLog();
    const database = extension({
      async RadiusExtensionProcess(_, action) {
        if (!reachable) return 1722;
        if (action !== null) action.value = raAccept;
        return 0;
      },
    });
    const harness = createHarness({ authentication: [database] });
    expect((await harness.access({ "User-Password": "kept there" })).answer).toBe("silence");
    reachable = true;
    expect((await harness.access({ "User-Password": "kept there" })).answer).toBe("accept");
  });

  it("NPS-83 a module that never settles counts as an error after the time-out: its signal is aborted, a late result is ignored", async () => {
    let kept: RadiusExtensionControlBlock | undefined;
    let answerLate = (_: number): void => {};
    const { extension } = callLog();
    const module: NpsExtensionModule = {
      RadiusExtensionProcess2(ecb) {
        kept = ecb;
        return new Promise((resolve) => {
          answerLate = resolve;
        });
      },
    };
    const harness = createHarness({ authentication: [extension(module, "silent")], moduleTimeoutMs: 2_000 });
    const pending = harness.access();
    await harness.clock.advanceAsync(1_999);
    expect(kept?.signal.aborted).toBe(false);
    await harness.clock.advanceAsync(1);
    expect(await pending).toMatchObject({ answer: "silence", reason: 10 });
    expect(kept?.signal.aborted).toBe(true);
    expect(kept?.setResponseType(2)).toBe(5);
    expect(kept?.getRequest().removeAt(0)).toBe(5);
    answerLate(0);
    await harness.clock.advanceAsync(1);
    expect(harness.log.events).toHaveLength(1);
    expect(harness.clock.pending).toBe(0);
  });

  it("NPS-83 a module that answers in time leaves no timer behind", async () => {
    const { extension } = callLog();
    const harness = createHarness({
      authentication: [extension({ RadiusExtensionProcess2: async () => 0 })],
    });
    expect((await harness.access()).answer).toBe("accept");
    expect(harness.clock.pending).toBe(0);
  });

  it("a request with synchronous modules is answered in the same turn, without a promise", () => {
    const { extension } = callLog();
    const harness = createHarness({
      authentication: [
        extension({ RadiusExtensionProcess2: () => 0 }),
        extension({ RadiusExtensionProcess: () => 0 }),
      ],
      authorization: [extension({ RadiusExtensionProcessEx: () => 0 })],
    });
    const answer = harness.nps.handle(
      harness.received(1, { "User-Name": "alice", "User-Password": "wonderland" }),
    );
    expect(answer).toMatchObject({ code: 2 });
  });

  it("a failing account source discards the request with reason 1 and an event, and the server lives", async () => {
    let broken = true;
    const find = () => {
      if (broken) throw new Error("disk on fire");
      return undefined;
    };
    const harness = createHarness({ accounts: { find } });
    expect(await harness.access()).toMatchObject({ answer: "silence", reason: 1 });
    expect(harness.log.events).toMatchObject([
      { id: NpsEvent.DirectoryUnavailable, severity: "error" },
      { id: NpsEvent.ProcessingError, severity: "error" },
    ]);
    broken = false;
    expect((await harness.access()).answer).toBe("reject");
    expect(harness.log.events.at(-1)).toMatchObject({ id: NpsEvent.DirectoryConnected });
  });

  it("stopping aborts the calls that still run", async () => {
    let signal: AbortSignal | undefined;
    const { extension } = callLog();
    const module: NpsExtensionModule = {
      RadiusExtensionProcess2(ecb) {
        signal = ecb.signal;
        return new Promise(() => {});
      },
    };
    const harness = createHarness({ authentication: [extension(module)] });
    const pending = harness.access();
    await harness.nps.stop();
    expect(signal?.aborted).toBe(true);
    await harness.clock.advanceAsync(30_000);
    expect((await pending).answer).toBe("silence");
  });
});

it("NPS-82 a module that throws while it frees its attributes has failed: reason 10, as for any exception", async () => {
  const module: NpsExtensionModule = {
    RadiusExtensionProcessEx(_attributes, out) {
      out.value = [];
      return 0;
    },
    RadiusExtensionFreeAttributes() {
      throw new Error("double free");
    },
  };
  const harness = createHarness({ authentication: [npsExtension(module, { name: "second" })] });
  expect(await harness.access()).toMatchObject({ answer: "silence", reason: 10 });
  expect(harness.log.events).toMatchObject([{ id: NpsEvent.RequestDiscarded, fields: { why: "exception" } }]);
});
