import { describe, expect, it } from "vitest";
import {
  DialInCaller,
  printableName,
  RASCS_AllDevicesConnected,
  RASCS_Disconnected,
  RASCS_Interactive,
} from "../src/index.ts";
import { createHarness } from "./harness.ts";

describe("host limits and stopping", () => {
  it("RAS-55 a dialog longer than dialogLimitMs is ended abnormally, with event 20049", async () => {
    const harness = createHarness({ dialogLimitMs: 150_000 });
    const call = await harness.connect();
    call.module.receive();
    await harness.clock.advanceAsync(149_999);
    expect(call.call.state).toBe("Active");
    await harness.clock.advanceAsync(1);
    expect(call).toMatchObject({ hungUp: true, outcome: { kind: "aborted", error: 638 } });
    expect(harness.log.withId(20_049)).toHaveLength(1);
    expect(harness.module.ended).toHaveLength(1);
  });

  it("RAS-55 the limit does not touch a call that has its verdict", async () => {
    const harness = createHarness({ dialogLimitMs: 1_000 });
    harness.module.endReturns = [0];
    const call = await harness.connect();
    call.module.success();
    await harness.clock.advanceAsync(2_000);
    call.module.success();
    await harness.settle();
    expect(call.outcome?.kind).toBe("success");
  });

  it("RAS-56 stop: no new Begin, active transactions are aborted, and it resolves when all are closed", async () => {
    const harness = createHarness();
    const calls = [await harness.connect(), await harness.connect()];
    let stopped = false;
    const stopping = harness.host.stop().then(() => (stopped = true));
    const late = harness.dial();
    expect(late).toMatchObject({ hungUp: true, outcome: { kind: "refused" } });
    expect(harness.log.events.at(-1)?.message).toContain("the host is stopping");
    await harness.settle();
    await stopping;
    expect(stopped).toBe(true);
    expect(harness.module.begun).toHaveLength(2);
    for (const call of calls)
      expect(call).toMatchObject({ hungUp: true, outcome: { kind: "aborted", error: 619 } });
    expect(harness.clock.pending).toBe(0);
  });

  it("RAS-56 a module that does not let go keeps the stop no longer than the delay limit", async () => {
    const harness = createHarness({ delayLimitMs: 5_000 });
    harness.module.endReturns = [0, new Promise(() => {})];
    const calls = [await harness.connect(), await harness.connect()];
    harness.module.beginReturns = () => new Promise(() => {});
    calls.push(await harness.connect());
    let stopped = false;
    void harness.host.stop().then(() => (stopped = true));
    await harness.clock.advanceAsync(4_999);
    expect(stopped).toBe(false);
    await harness.clock.advanceAsync(1);
    expect(stopped).toBe(true);
    expect(harness.host.calls).toEqual([]);
    for (const call of calls) expect(call.hungUp).toBe(true);
  });

  it("RAS-56 stopping an idle host resolves at once; a second stop waits for the first", async () => {
    await createHarness().host.stop();
    const harness = createHarness();
    await harness.connect();
    const both = Promise.all([harness.host.stop(), harness.host.stop()]);
    await harness.settle();
    await both;
    expect(harness.module.ended).toHaveLength(1);
  });

  it("calls beyond maxCalls are refused, and the next one is taken when a port is free", async () => {
    const harness = createHarness({ maxCalls: 1 });
    const first = await harness.connect();
    expect(harness.dial()).toMatchObject({ hungUp: true, outcome: { kind: "refused" } });
    expect(harness.log.events.at(-1)?.message).toContain("there are 1 calls already");
    first.hangUp();
    await harness.settle();
    expect(harness.dial().call.state).toBe("Active");
  });

  it("RAS-61 nothing that a caller types is logged, at any level, nor noted in the call log", async () => {
    const harness = createHarness();
    const call = await harness.connect();
    for (const end of ["failure", "lost"] as const) {
      const next = end === "failure" ? call : await harness.connect();
      const receiving = next.module.receive(30, 4);
      next.type("hunter2-hunter2");
      await harness.settle();
      expect(receiving.text()).toBe("hunt");
      if (end === "failure") next.module.failure();
      else next.hangUp();
      await harness.settle();
    }
    const seen = JSON.stringify([harness.log.events, harness.steps]);
    expect(seen).not.toContain("hunt");
    expect(harness.log.events.length).toBeGreaterThan(0);
  });

  it("names are printable, whatever a caller chose", () => {
    expect(printableName("CORP\\alice.o@example-1")).toBe("CORP\\alice.o@example-1");
    expect(printableName("grün")).toBe('"grün"');
    expect(printableName('a"\u001b[2J\u009b1m\u202e\n')).toBe('"a\\"\\u001b[2J\\u009b1m\\u202e\\n"');
    expect(printableName("")).toBe('""');
  });

  it("names that callers chose cannot forge a line of the log", async () => {
    const harness = createHarness();
    const call = await harness.connect();
    call.module.failure("eve\n12:00 information RemoteAccess: alice was admitted");
    await harness.settle();
    expect(harness.log.events[0]?.message).not.toContain("\n");
  });
});

describe("the caller's side", () => {
  function dialWith(options: Partial<ConstructorParameters<typeof DialInCaller>[0]>) {
    const harness = createHarness();
    const states: [number, number][] = [];
    const call = harness.dial();
    const caller = new DialInCaller({
      clock: harness.clock,
      send: (bytes) => call.type(bytes),
      hangUp: () => call.hangUp(),
      onState: (state, error) => states.push([state, error]),
      ...options,
    });
    const [module] = harness.module.begun;
    if (module === undefined) throw new Error("Begin was not called");
    caller.connected();
    let seen = 0;
    const pump = async (): Promise<void> => {
      const fresh = call.sent.slice(seen);
      seen = call.sent.length;
      caller.received(Uint8Array.from(fresh, (character) => character.charCodeAt(0)));
      await harness.settle();
    };
    return { harness, call, caller, states, module, pump };
  }

  it("RAS-57 the dialog is an interactive paused state; software that does not enable them fails with 703", async () => {
    const modern = dialWith({});
    expect(modern.caller.state).toBe(RASCS_AllDevicesConnected);
    modern.module.send("Username: ");
    await modern.pump();
    expect(modern.states).toEqual([[RASCS_Interactive, 0]]);
    expect(RASCS_Interactive).toBe(0x1000);

    const old = dialWith({ pausedStates: false });
    old.module.send("Username: ");
    await old.pump();
    expect(old.states).toEqual([[RASCS_Disconnected, 703]]);
    expect(old.call.outcome).toEqual({ kind: "aborted", error: 629 });
  });

  it("RAS-57 without a dialog there is no paused state: PPP is recognized by its flag", async () => {
    const { caller, module, pump, states } = dialWith({ pausedStates: false });
    module.port.send(Uint8Array.of(0x7e, 0xff));
    await pump();
    expect(states).toEqual([[5, 0]]);
    expect(caller.error).toBe(0);
  });

  it("RAS-58 a script answers the dialog without a user, also where paused states are off", async () => {
    let ended = false;
    const { harness, call, module, pump, states, caller } = dialWith({
      pausedStates: false,
      script: [
        { expect: "Username: ", send: "alice\r" },
        { expect: "Passcode: ", send: "123456\r" },
      ],
      onScriptEnd: () => (ended = true),
    });
    const answers: string[] = [];
    for (const prompt of ["Username: ", "Passcode: "]) {
      module.send(prompt);
      const receiving = module.receive();
      await pump();
      answers.push(receiving.text());
    }
    expect(answers).toEqual(["alice\r", "123456\r"]);
    expect(ended).toBe(true);
    module.success();
    await harness.settle();
    await pump();
    expect(states).toEqual([
      [RASCS_Interactive, 0],
      [5, 0],
    ]);
    expect([call.outcome?.kind, caller.error]).toEqual(["success", 0]);
  });

  it("RAS-58 text that looks like PPP is text while the script runs; the same text is not found twice", async () => {
    const { call, caller, states, module, pump } = dialWith({
      script: [{ expect: "ok" }, { expect: "ok", send: "x" }],
    });
    module.send("one ok");
    await pump();
    module.send("~two");
    await pump();
    expect([caller.expecting, caller.unmatched, states.length]).toEqual(["ok", "~two", 1]);
    module.send(" ok, three");
    await pump();
    expect([caller.expecting, caller.unmatched]).toEqual([undefined, ", three"]);
    module.send("four");
    await pump();
    expect(caller.unmatched).toBe(", threefour");
    caller.lost();
    expect(caller).toMatchObject({ state: RASCS_Disconnected, error: 629 });
    caller.lost();
    caller.hangUp();
    expect([states.length, call.outcome]).toEqual([2, undefined]);
  });

  it("RAS-58 hanging up is the caller's own doing: 619", async () => {
    const { call, caller, states } = dialWith({});
    caller.hangUp();
    caller.hangUp();
    expect(states).toEqual([[RASCS_Disconnected, 619]]);
    expect(call.call.state).not.toBe("Active");
  });

  it("RAS-58 a script whose prompt does not come gives up and hangs up", async () => {
    const { harness, call, caller, module, pump } = dialWith({
      script: [{ expect: "Login: " }],
      timeoutMs: 10_000,
    });
    module.send("Username: ");
    await pump();
    await harness.clock.advanceAsync(10_000);
    expect(caller).toMatchObject({ state: RASCS_Disconnected, error: 638 });
    expect(call.outcome).toEqual({ kind: "aborted", error: 629 });
  });
});
