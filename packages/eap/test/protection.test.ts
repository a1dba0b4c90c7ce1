import { expect, it } from "vitest";
import {
  EAPACTION_Done,
  EAPACTION_NoAction,
  EAPACTION_Send,
  EAPACTION_SendAndDone,
  EAPACTION_SendWithTimeout,
  EAPACTION_SendWithTimeoutInteractive,
  EapEvent,
  type EapSignal,
  mppeKeyAttributes,
  type RasEapModule,
  raatUserPassword,
  textAttribute,
} from "../src/index.ts";
import {
  authenticator,
  ends,
  nextIdentifier,
  peer,
  type Reaction,
  request,
  requestPacket,
  response,
  returns,
  scripted,
  sends,
} from "./harness.ts";

const first = request(EAPACTION_SendWithTimeout);

it("EAP-89 a session takes at most sessionLimitMs: 150 seconds by default, then 718 and End", async () => {
  for (const sessionLimitMs of [undefined, 5_000]) {
    const method = scripted({ make: [returns(0)] });
    const settings = sessionLimitMs === undefined ? {} : { sessionLimitMs };
    const { host, clock, outcomes, log } = await authenticator([method.module], { settings });
    host.start();
    clock.advance((sessionLimitMs ?? 150_000) - 1);
    expect(outcomes).toEqual([]);
    clock.advance(1);
    expect(outcomes).toMatchObject([{ result: 718, endedBy: "limit" }]);
    expect(method.calls.at(-1)).toBe("End");
    expect(log.withId(EapEvent.SessionLimit)[0]?.fields).toMatchObject({ diagnostic: "session-limit" });
  }
});

it("EAP-89 waiting for a user does not count: neither the interactive action nor a dialog", async () => {
  const interactive: Reaction = (call) =>
    sends(EAPACTION_SendWithTimeoutInteractive, 1, nextIdentifier({ ...call, index: 0 }))(call);
  const method = scripted({
    make: [(call) => (call.received === null ? interactive(call) : 0)],
  });
  const { host, clock, outcomes, lastId } = await authenticator([method.module], {
    settings: { sessionLimitMs: 10_000 },
  });
  host.start();
  clock.advance(1_000_000);
  host.receive(response(lastId()));
  clock.advance(9_999);
  expect(outcomes).toEqual([]);
  clock.advance(1);
  expect(outcomes).toMatchObject([{ result: 718 }]);

  let leave: (code: number) => void = () => undefined;
  const interactiveUI = {
    RasEapInvokeInteractiveUI: () => new Promise<number>((resolve) => (leave = resolve)),
  };
  const client = scripted({ make: [({ output }) => ((output.invokeInteractiveUI = true), 0), returns(0)] });
  const bench = await peer([{ type: 4, module: client.module, interactiveUI }], {
    settings: { sessionLimitMs: 10_000 },
  });
  bench.host.start();
  bench.clock.advance(4_000);
  bench.host.receive(requestPacket(1));
  bench.clock.advance(1_000_000);
  leave(0);
  await new Promise((resolve) => setImmediate(resolve));
  bench.clock.advance(5_999);
  expect(bench.outcomes).toEqual([]);
  bench.clock.advance(1);
  expect(bench.outcomes).toMatchObject([{ result: 718 }]);
});

it("EAP-90 an endless method ends with 645 after maxRounds", async () => {
  const method = scripted({ make: [(call) => sends(EAPACTION_SendWithTimeout, 1, call.index & 255)(call)] });
  const { host, outcomes, lastId, sent } = await authenticator([method.module]);
  host.start();
  for (let round = 0; round < 500; round += 1) host.receive(response(lastId()));
  expect(sent).toHaveLength(101);
  expect(outcomes).toMatchObject([{ result: 645, endedBy: "limit" }]);

  const chatty = scripted({ make: [sends(EAPACTION_Send, 2, 1)] });
  const bench = await peer([chatty.module], { settings: { maxRounds: 3 } });
  for (let round = 0; round < 10; round += 1) bench.host.receive(requestPacket(round, round === 0 ? 1 : 4));
  expect(bench.outcomes).toMatchObject([{ result: 645 }]);
  expect(bench.sent).toHaveLength(3);
});

it.each([
  ["line loss", (host: { stop(): void }) => host.stop(), 719],
  ["the session limit", (_host: unknown, pass: () => void) => pass(), 718],
])(
  "EAP-91 at %s outstanding work is aborted through the signal, then End is called",
  async (_, happen, code) => {
    const order: string[] = [];
    let signal: EapSignal | undefined;
    const method = scripted({
      begin: (input) => ((signal = input.signal), 0),
      make: [() => new Promise(() => undefined)],
      end: () => (order.push(`End, aborted: ${signal?.aborted}`), 0),
    });
    const { host, clock, outcomes, sent } = await authenticator([method.module], {
      settings: { sessionLimitMs: 1_000 },
      callTimeoutMs: 100_000,
    });
    host.start();
    expect(signal?.aborted).toBe(false);
    happen(host, () => clock.advance(1_000));
    expect(order).toEqual(["End, aborted: true"]);
    expect(outcomes).toMatchObject([{ result: code }]);
    await host.idle();
    expect([clock.pending, sent]).toEqual([0, []]);
  },
);

it("EAP-91 what a method returns after the session is over has no effect", async () => {
  let release: (code: number) => void = () => undefined;
  const method = scripted({
    make: [
      (call) => (sends(EAPACTION_SendAndDone, 3, 1)(call), new Promise((resolve) => (release = resolve))),
    ],
  });
  const { host, sent, outcomes } = await authenticator([method.module]);
  host.start();
  host.stop();
  release(0);
  await new Promise((resolve) => setImmediate(resolve));
  expect(sent).toEqual([]);
  expect(outcomes).toHaveLength(1);
});

it("EAP-92 passwords, dialog data, keys and packet bodies never appear in the log", async () => {
  const words = ["wonderland", "token4711", "keykeykeykeykeykey"];
  const secret = (index: number): Uint8Array => new TextEncoder().encode(words[index] ?? "");
  const method = scripted({
    make: [
      (call) => {
        const { output } = call;
        output.userAttributes = [
          textAttribute(raatUserPassword, words[0] ?? ""),
          ...mppeKeyAttributes({ send: secret(2), receive: secret(2) }),
        ];
        output.invokeInteractiveUI = true;
        return sends(EAPACTION_Send, 2, 1, { data: [...secret(0)] })(call);
      },
      returns(722),
      returns(691),
    ],
  });
  const interactiveUI = {
    RasEapInvokeInteractiveUI: (_t: number, _w: unknown, _c: unknown, out: { value: Uint8Array | null }) => {
      out.value = secret(1);
      return 0;
    },
  };
  const { host, log, outcomes } = await peer([{ type: 4, module: method.module, interactiveUI }], {
    password: words[0] ?? null,
    events: { send() {}, finished() {} },
  });
  host.receive(requestPacket(1, 4, [...secret(0)]));
  host.receive(Uint8Array.of(1, 2, 0, 99, ...secret(0)));
  host.receive(requestPacket(2, 13, [...secret(0)]));
  await new Promise((resolve) => setImmediate(resolve));
  host.receive(requestPacket(3, 4, [...secret(0)]));
  expect(log.events.length).toBeGreaterThan(3);
  expect(host.outcome?.result).toBe(691);
  const written = JSON.stringify(log.events);
  for (const [index, word] of words.entries()) {
    expect(written).not.toContain(word);
    expect(written).not.toContain(Buffer.from(secret(index)).toString("hex"));
    expect(written).not.toContain([...secret(index)].join(","));
  }
  expect(outcomes).toEqual([]);
});

it.each([
  ["undefined", undefined],
  ["a string", "0"],
  ["a negative number", -1],
  ["NaN", Number.NaN],
  ["2^32", 2 ** 32],
  ["null", null],
])("EAP-93 %s instead of a status is 645", async (_, value) => {
  const nonsense = value as unknown as number;
  for (const returned of [nonsense, Promise.resolve(nonsense)]) {
    const method = scripted({ make: [() => returned as number] });
    const module: RasEapModule = {
      RasEapGetInfo(type, info) {
        method.module.RasEapGetInfo(type, info);
        info.makeMessage = () => returned as number;
        return 0;
      },
    };
    const { host, outcomes } = await authenticator([module]);
    host.start();
    await host.idle();
    expect(outcomes).toMatchObject([{ result: 645 }]);
  }
});

it("EAP-93 a promise that rejects is 645, one that never settles is given up after callTimeoutMs", async () => {
  const rejecting = scripted({ make: [() => Promise.reject(new Error("boom"))] });
  const bench = await authenticator([rejecting.module]);
  bench.host.start();
  await bench.host.idle();
  expect(bench.outcomes).toMatchObject([{ result: 645 }]);

  const hanging = scripted({ make: [() => new Promise(() => undefined)] });
  const other = await authenticator([hanging.module], {
    callTimeoutMs: 5_000,
    settings: { retransmission: "lower-layer" },
  });
  other.host.start();
  other.clock.advance(4_999);
  expect(other.outcomes).toEqual([]);
  await other.clock.advanceAsync(1);
  expect(other.outcomes).toMatchObject([{ result: 645 }]);
  expect(other.log.withId(EapEvent.CallTooLong)).toHaveLength(1);
  expect(hanging.calls.at(-1)).toBe("End");
});

it("EAP-22, EAP-89: a method that returns 722 for ever keeps the session within its limits", async () => {
  const never = scripted({ make: [returns(722)] });
  const { host, clock, outcomes } = await authenticator([never.module]);
  host.start();
  for (let round = 0; round < 1_000; round += 1) host.receive(response(round & 255));
  clock.advance(150_000);
  expect(outcomes).toMatchObject([{ result: 718 }]);

  const later = scripted({ make: [first, returns(722)] });
  const other = await authenticator([later.module]);
  other.host.start();
  other.clock.advance(33_000);
  expect(later.calls.filter((call) => call === "Make null")).toHaveLength(11);
  expect(other.outcomes).toMatchObject([{ result: 718, endedBy: "no-answer" }]);
});

it("EAP-08 after Done nothing that arrives has an effect", async () => {
  const method = scripted({ make: [ends(EAPACTION_Done)] });
  const { host, clock, sent, outcomes } = await authenticator([method.module]);
  host.start();
  const before = sent.length;
  host.receive(response(1));
  host.start();
  host.stop();
  clock.advance(1_000_000);
  expect(sent).toHaveLength(before);
  expect(outcomes).toHaveLength(1);
  expect(method.calls).toEqual(["Begin", "Make null", "End"]);
});

it("EAP-93 a receiver of events that throws does not disturb the session, and is logged", async () => {
  const method = scripted({ make: [first, ends(EAPACTION_NoAction)] });
  const { host, log, clock } = await peer([method.module], {
    events: {
      send: () => {
        throw new Error("the line is gone");
      },
      finished: () => {
        throw new Error("nobody is there");
      },
    },
  });
  host.receive(requestPacket(1, 1));
  host.receive(requestPacket(2, 4));
  host.stop();
  clock.advance(1_000_000);
  expect(log.withId(EapEvent.ReceiverFailed).length).toBeGreaterThanOrEqual(2);
  expect(method.calls.at(-1)).toBe("End");
});

it("EAP-26, EAP-89: over RADIUS the engine runs no timer and makes no resend call", async () => {
  const method = scripted({ make: [first, request(EAPACTION_SendWithTimeoutInteractive)] });
  const { host, clock, retransmitAfter, lastId } = await authenticator([method.module], {
    settings: { retransmission: "lower-layer" },
  });
  host.start();
  host.receive(response(lastId()));
  expect(clock.pending).toBe(0);
  clock.advance(1_000_000);
  expect(method.calls).toHaveLength(3);
  expect(retransmitAfter).toEqual(["never", "never"]);
});

it.each([
  ["authResultCode", "0"],
  ["authResultCode", -1],
  ["userAttributes", "none"],
  ["userAttributes", [null]],
  ["userAttributes", [{ type: 1 }]],
  ["userAttributes", [{ type: 1, value: "text" }]],
  ["uiContextData", "context"],
  ["userData", [1, 2]],
  ["connectionData", 5],
  ["identity", 42],
  ["idExpected", "9"],
  ["action", undefined],
])("EAP-93 nonsense in the output is 645, and the host lives: %s = %j", async (field, value) => {
  const method = scripted({
    make: [(call) => (ends(EAPACTION_Done)(call), Object.assign(call.output, { [field]: value }), 0)],
  });
  const { host, outcomes, log } = await authenticator([method.module]);
  host.start();
  expect(outcomes).toMatchObject([{ result: 645 }]);
  expect(log.withId(EapEvent.MethodFailed).length).toBeGreaterThan(0);
  expect(method.calls.at(-1)).toBe("End");
});

it.each([
  undefined,
  null,
  0,
  { result: 0 },
  { result: "0", attributes: [] },
  { result: 0, attributes: [{}] },
])("EAP-51 a provider that gives %j instead of a result is 645", async (nonsense) => {
  for (const answer of [nonsense, Promise.resolve(nonsense)]) {
    const method = scripted({
      make: [
        ends(1),
        ({ input, output }) => (
          (output.authResultCode = input?.authResultCode ?? 1), (output.action = EAPACTION_Done), 0
        ),
      ],
    });
    const provider = { authenticate: () => answer as never, authorize: () => answer as never };
    const { host, outcomes } = await authenticator([method.module], { provider });
    host.start();
    await host.idle();
    expect(outcomes).toMatchObject([{ result: 645 }]);
  }
});

it("EAP-08 a Begin that succeeds after its session was given up has its End; one that fails has none", async () => {
  for (const [code, ends] of [
    [0, 1],
    [8, 0],
  ] as const) {
    for (const stopFirst of [true, false]) {
      let finish: (code: number) => void = () => undefined;
      const method = scripted({
        begin: () => new Promise((resolve) => (finish = resolve)),
        make: [returns(0)],
      });
      const { host, outcomes } = await authenticator([method.module]);
      host.start();
      if (stopFirst) host.stop();
      finish(code);
      host.stop();
      await new Promise((resolve) => setImmediate(resolve));
      expect(method.calls.filter((call) => call === "End")).toHaveLength(ends);
      expect(outcomes).toHaveLength(1);
    }
  }
});

it("EAP-08 an End that takes its time is waited for, within callTimeoutMs; the outcome does not wait", async () => {
  for (const [code, events] of [
    [0, 0],
    [5, 1],
  ] as const) {
    let finish: (code: number) => void = () => undefined;
    const method = scripted({
      make: [ends(EAPACTION_Done)],
      end: () => new Promise((resolve) => (finish = resolve)),
    });
    const { host, outcomes, log, clock } = await authenticator([method.module]);
    let idle = false;
    host.start();
    const running = host.idle()?.then(() => (idle = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect([outcomes.length, idle]).toEqual([1, false]);
    finish(code);
    await running;
    expect(log.events).toHaveLength(events);
    expect(clock.pending).toBe(0);
  }
  const hanging = scripted({ make: [ends(EAPACTION_Done)], end: () => new Promise(() => undefined) });
  const { host, log, clock } = await authenticator([hanging.module], { callTimeoutMs: 5_000 });
  host.start();
  clock.advance(5_000);
  await host.idle();
  expect(log.withId(EapEvent.CallTooLong)).toHaveLength(1);
});

it("X-05, X-10: nonzero from End is no failure, and End is where the work buffer is released", async () => {
  const method = scripted({ make: [ends(EAPACTION_Done)], end: () => 5 });
  const { host, outcomes, log } = await authenticator([method.module]);
  host.start();
  expect(outcomes).toMatchObject([{ result: 0 }]);
  expect(method.calls).toEqual(["Begin", "Make null", "End"]);
  expect(log.withId(EapEvent.MethodFailed)).toMatchObject([{ severity: "warning" }]);
});
