import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { transactionDiagram, transactionTable } from "../src/index.ts";
import { createHarness } from "./harness.ts";

const verdicts = ["success", "failure", "error"] as const;
const give = (
  call: { module: { success(): void; failure(): void; error(code: number): void } },
  verdict: string,
): void =>
  verdict === "success"
    ? call.module.success()
    : verdict === "failure"
      ? call.module.failure()
      : call.module.error(691);

describe("End", () => {
  it("RAS-41 it is given the port of Begin", async () => {
    const harness = createHarness();
    const calls = [await harness.connect(), await harness.connect()];
    calls[1]?.module.failure();
    await harness.settle();
    expect(harness.module.ended).toEqual([calls[1]?.module.port]);
    expect(harness.module.ended[0]?.handle).toBe(calls[1]?.call.handle);
  });

  it.each(verdicts)("RAS-42 RAS-43 after %s End is called once; nonzero terminates", async (verdict) => {
    const harness = createHarness();
    const call = await harness.connect();
    give(call, verdict);
    expect(harness.module.ended).toHaveLength(0); // not inside of Complete
    await harness.settle();
    expect(harness.module.ended).toHaveLength(1);
    expect(call).toMatchObject({ outcome: { kind: verdict }, call: { state: "Closed" } });
    expect(call.steps.slice(2, 4)).toEqual([
      `RasSecurityDialogComplete(SECURITYMSG_${verdict.toUpperCase()})`,
      "RasSecurityDialogEnd -> ERROR_PORT_DISCONNECTED (619)",
    ]);
  });

  it("RAS-43 nonzero from the one End closes; no further Complete is needed", async () => {
    const harness = createHarness();
    const call = await harness.connect();
    call.module.success();
    await harness.settle();
    await harness.clock.advanceAsync(86_400_000);
    expect(harness.module.ended).toHaveLength(1);
    expect(harness.clock.pending).toBe(0);
    expect(call.outcome?.kind).toBe("success");
  });

  it.each(verdicts)(
    "RAS-44 X-02 NO_ERROR from End after %s: the verdict waits for another Complete",
    async (verdict) => {
      const harness = createHarness();
      harness.module.endReturns = [0];
      const call = await harness.connect();
      give(call, verdict);
      await harness.clock.advanceAsync(20_000);
      expect(call).toMatchObject({ outcome: undefined, hungUp: false, sent: "", call: { state: "Delayed" } });
      give(call, verdict);
      await harness.settle();
      expect(call.outcome?.kind).toBe(verdict);
    },
  );

  it.each([
    [619, 0],
    [1157, 0],
    [87, 0],
    [424_242, 1],
    [-1, 1],
  ])("RAS-45 any nonzero number terminates: %d, with %d diagnostics", async (code, diagnostics) => {
    const harness = createHarness();
    harness.module.endReturns = [code];
    const call = await harness.connect();
    call.module.success();
    await harness.settle();
    expect(call.outcome?.kind).toBe("success");
    expect(harness.log.events).toHaveLength(diagnostics);
  });

  it("RAS-46 X-05 nonzero from End after SUCCESS is not a failure: PPP starts", async () => {
    const harness = createHarness();
    const call = await harness.connect();
    call.module.success();
    await harness.settle();
    expect(call.steps.slice(1)).toEqual([
      "RasSecurityDialogBegin -> NO_ERROR",
      "RasSecurityDialogComplete(SECURITYMSG_SUCCESS)",
      "RasSecurityDialogEnd -> ERROR_PORT_DISCONNECTED (619)",
      "PPP",
    ]);
    expect(call.sent.charCodeAt(0)).toBe(0x7e);
    expect(harness.log.events).toEqual([]);
  });

  it("RAS-47 the line is lost while a Receive is outstanding: End is called, there is no verdict", async () => {
    const harness = createHarness();
    const call = await harness.connect();
    call.module.receive(30);
    call.hangUp();
    await harness.settle();
    expect(harness.module.ended).toHaveLength(1);
    expect(call).toMatchObject({ outcome: { kind: "aborted", error: 629 }, sent: "" });
    expect(call.steps.slice(-3)).toEqual([
      "abnormal end: ERROR_REMOTE_DISCONNECTION (629)",
      "RasSecurityDialogEnd -> ERROR_PORT_DISCONNECTED (619)",
      "port released",
    ]);
    expect(harness.clock.pending).toBe(0);
  });

  it("RAS-47 an administrator ends the call: 631, hung up", async () => {
    const harness = createHarness();
    const call = await harness.connect();
    call.call.disconnect();
    await harness.settle();
    expect(call).toMatchObject({ hungUp: true, outcome: { kind: "aborted", error: 631 } });
    expect(harness.module.ended).toHaveLength(1);
  });

  it("RAS-48 the signal is aborted and the Receive settled before End is called; other ports go on", async () => {
    const harness = createHarness();
    const order: string[] = [];
    const call = await harness.connect();
    const other = await harness.connect();
    const waiting = other.module.receive();
    const { port, receiveBuffer } = call.module;
    port.signal.addEventListener("abort", () => order.push("signal"));
    port.receive(receiveBuffer, { value: 10 }, 0, () => order.push("receive"));
    const end = harness.module.RasSecurityDialogEnd;
    harness.module.RasSecurityDialogEnd = (ended) => (order.push("End"), end(ended));
    call.hangUp();
    await harness.settle();
    expect(order).toEqual(["signal", "receive", "End"]);
    expect(port.signal.reason).toMatchObject({ message: expect.stringContaining("629") });
    expect([other.call.state, waiting.events, other.module.port.signal.aborted]).toEqual([
      "Active",
      0,
      false,
    ]);
  });

  it("RAS-48 a signal that is asked for after the abort is aborted", async () => {
    const harness = createHarness();
    harness.module.endReturns = [0];
    const call = await harness.connect();
    call.hangUp();
    expect(call.module.port.signal.aborted).toBe(true);
  });

  it("RAS-49 after an abnormal termination a late SUCCESS starts nothing", async () => {
    const harness = createHarness();
    const call = await harness.connect();
    call.hangUp();
    await harness.settle();
    call.module.success();
    await harness.settle();
    expect(call).toMatchObject({ sent: "", outcome: { kind: "aborted" } });
    expect(harness.module.ended).toHaveLength(1);
    const steps = call.steps.length;
    call.call.disconnect();
    call.type("x");
    expect(call.steps).toHaveLength(steps);
  });

  it("RAS-50 NO_ERROR delays in the normal and in the abnormal case, and then Complete is owed", async () => {
    const normal = createHarness();
    normal.module.endReturns = [0];
    const decided = await normal.connect();
    decided.module.failure();
    await normal.settle();
    expect(decided.call.state).toBe("Delayed");

    const abnormal = createHarness();
    abnormal.module.endReturns = [0];
    const lost = await abnormal.connect();
    lost.hangUp();
    await abnormal.settle();
    expect(lost).toMatchObject({ outcome: undefined, call: { state: "DelayedAborted" } });
    lost.module.error(629);
    await abnormal.settle();
    expect(abnormal.module.ended).toHaveLength(2);
    expect(lost.outcome).toEqual({ kind: "aborted", error: 629 });
  });

  it("RAS-51 X-03 Complete during a delay calls End again: 0, 0, 619 with three Completes", async () => {
    const harness = createHarness();
    harness.module.endReturns = [0, 0, 619];
    const call = await harness.connect();
    for (let round = 1; round <= 3; round++) {
      expect(call.outcome).toBeUndefined();
      call.module.success();
      await harness.settle();
      expect(harness.module.ended).toHaveLength(round);
    }
    expect(call.outcome?.kind).toBe("success");
  });

  it("RAS-52 X-04 the last Complete before the termination decides, with a diagnostic", async () => {
    const harness = createHarness();
    harness.module.endReturns = [0];
    const call = await harness.connect();
    call.module.failure();
    await harness.settle();
    call.module.success();
    await harness.settle();
    expect(call).toMatchObject({ sent: "~", outcome: { kind: "success" } });
    expect(harness.log.events).toMatchObject([
      { severity: "debug", message: expect.stringContaining("replaced") },
    ]);
  });

  it("RAS-52 a Complete while End runs counts: it decides, and after NO_ERROR it is the one that was owed", async () => {
    for (const returned of [619, 0]) {
      const harness = createHarness();
      const call = await harness.connect();
      const end = harness.module.RasSecurityDialogEnd;
      let first = true;
      harness.module.RasSecurityDialogEnd = (port) => {
        if (first) call.module.failure();
        const code = first ? returned : end(port);
        first = false;
        return code;
      };
      call.module.success();
      await harness.settle();
      expect(call).toMatchObject({ sent: "", outcome: { kind: "failure" } });
    }
  });

  it("RAS-52 X-04 once an abnormal termination has begun, no verdict turns into SUCCESS", async () => {
    for (const state of ["Active", "Cleaning", "Delayed"] as const) {
      const harness = createHarness();
      harness.module.endReturns = [0, 0];
      const call = await harness.connect();
      if (state !== "Active") call.module.success();
      if (state === "Delayed") await harness.settle();
      expect(call.call.state).toBe(state);
      call.hangUp();
      await harness.settle();
      call.module.success();
      await harness.settle();
      if (call.outcome === undefined) call.module.success();
      await harness.settle();
      expect(call).toMatchObject({ sent: "", outcome: { kind: "aborted", error: 629 } });
    }
  });

  it("RAS-48 the signal is aborted also when the line is lost while End runs, or during a delay", async () => {
    for (const state of ["Cleaning", "Delayed"] as const) {
      const harness = createHarness();
      harness.module.endReturns = [state === "Delayed" ? 0 : new Promise(() => {})];
      const call = await harness.connect();
      const { signal } = call.module.port;
      call.module.success();
      await harness.settle();
      expect([call.call.state, signal.aborted]).toEqual([state, false]);
      call.call.disconnect();
      expect([signal.aborted, call.hungUp]).toEqual([true, true]);
    }
  });

  it("RAS-50 RAS-51 a Complete while End runs abnormally is the one that is owed after NO_ERROR", async () => {
    const harness = createHarness();
    harness.module.endReturns = [new Promise((resolve) => harness.clock.after(100, () => resolve(0)))];
    const call = await harness.connect();
    call.hangUp();
    await harness.settle();
    call.module.error(629);
    await harness.clock.advanceAsync(100);
    expect(harness.module.ended).toHaveLength(2);
    expect(call.outcome).toEqual({ kind: "aborted", error: 629 });
  });

  it("RAS-53 a delay is over after delayLimitMs: closed, hung up, logged", async () => {
    for (const abnormal of [false, true]) {
      const harness = createHarness();
      harness.module.endReturns = [0];
      const call = await harness.connect();
      if (abnormal) call.call.disconnect();
      else call.module.success();
      await harness.clock.advanceAsync(29_999);
      expect(call.outcome).toBeUndefined();
      await harness.clock.advanceAsync(1);
      expect(call).toMatchObject({ hungUp: true, sent: "", outcome: { kind: "delayed too long" } });
      expect(harness.log.withId(20_094)).toHaveLength(1);
    }
  });

  it("RAS-53 an End that never returns is bounded in the same way", async () => {
    const harness = createHarness({ delayLimitMs: 5_000 });
    harness.module.endReturns = [new Promise(() => {})];
    const call = await harness.connect();
    call.module.success();
    await harness.clock.advanceAsync(5_000);
    expect(call).toMatchObject({ hungUp: true, sent: "", outcome: { kind: "delayed too long", error: 619 } });
  });

  it("RAS-53 End is called at most maxEndCalls times", async () => {
    const harness = createHarness();
    harness.module.endReturns = Array.from({ length: 100 }, () => 0);
    const call = await harness.connect();
    for (let round = 0; round < 20; round++) {
      call.module.success();
      await harness.settle();
    }
    expect(harness.module.ended).toHaveLength(16);
    expect(call).toMatchObject({ hungUp: true, sent: "", outcome: { kind: "delayed too long" } });
    expect(harness.log.withId(20_094)).toMatchObject([{ fields: { endCalls: 16 } }]);
  });

  it("RAS-62 an exception from End equals 619: the verdict is applied, and the event names the module", async () => {
    for (const later of [false, true]) {
      const harness = createHarness();
      harness.module.RasSecurityDialogEnd = () => {
        if (later) return Promise.reject(new Error("broken"));
        throw new Error("broken");
      };
      const call = await harness.connect();
      call.module.success();
      await harness.settle();
      expect(call.outcome?.kind).toBe("success");
      expect(harness.log.events).toMatchObject([
        {
          severity: "error",
          message: expect.stringContaining("broken"),
          fields: { module: "manual", code: 619 },
        },
      ]);
    }
  });

  it("whatever happens in whatever order: one outcome, the port free, no SUCCESS after an abort, End within its bound", async () => {
    const step = fc.constantFrom(
      "success",
      "failure",
      "error",
      "lost",
      "disconnect",
      "type",
      "wait",
      "receive",
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 12 }),
        fc.array(fc.constantFrom(0, 619), { maxLength: 20 }),
        async (steps, ends) => {
          const harness = createHarness({ maxEndCalls: 4, delayLimitMs: 1_000 });
          harness.module.endReturns = [...ends];
          const call = await harness.connect();
          let aborted = false;
          for (const next of steps) {
            const open = call.outcome === undefined;
            if (next === "lost") call.hangUp();
            else if (next === "disconnect") call.call.disconnect();
            else if (next === "type") call.type("x");
            else if (next === "receive") call.module.receive(1);
            else if (next === "wait") await harness.clock.advanceAsync(10);
            else give(call, next);
            if (open && (next === "lost" || next === "disconnect")) aborted = true;
            if (next !== "success" && next !== "lost") await harness.settle();
          }
          await harness.clock.advanceAsync(2_000);
          if (call.outcome === undefined) call.module.failure();
          await harness.clock.advanceAsync(2_000);
          expect(call.outcome).toBeDefined();
          if (aborted) expect(call.outcome?.kind).not.toBe("success");
          expect(harness.module.ended.length).toBeLessThanOrEqual(4);
          expect(harness.host.calls).toEqual([]);
          expect(harness.clock.pending).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("the table of the transaction", () => {
  it("every state but Closed leads to Closed, and no event stands twice for a state", () => {
    const pairs = transactionTable.map(({ state, event }) => `${state} ${event}`);
    expect(new Set(pairs).size).toBe(pairs.length);
    const leads = new Set<string>(["Closed"]);
    for (let grown = true; grown; ) {
      grown = false;
      for (const { state, next } of transactionTable) {
        if (leads.has(next) && !leads.has(state)) grown = Boolean(leads.add(state));
      }
    }
    expect(leads).toEqual(new Set(transactionTable.flatMap(({ state, next }) => [state, next])));
  });

  it("the diagram draws every row", () => {
    const diagram = transactionDiagram();
    for (const { state, next, event } of transactionTable)
      expect(diagram).toContain(`${state} --> ${next}: ${event}`);
  });
});
