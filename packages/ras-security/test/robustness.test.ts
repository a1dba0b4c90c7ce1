import { describe, expect, it } from "vitest";
import { createHarness } from "./harness.ts";

describe("what modules do that they should not", () => {
  it("writing into the length of a receive that is outstanding changes nothing", async () => {
    const harness = createHarness();
    const call = await harness.connect();
    const length = { value: 4 };
    call.module.port.receive(call.module.receiveBuffer, length, 0, () => {});
    length.value = 1_000_000;
    call.type("x".repeat(3_000));
    expect([length.value, call.module.info().bytesReceived]).toEqual([4, 4]);
  });

  it("a buffer that was given away ends the receive with 610, and the bytes are kept", async () => {
    const harness = createHarness();
    const call = await harness.connect();
    const { port, receiveBuffer, sendBuffer } = call.module;
    let events = 0;
    port.receive(receiveBuffer, { value: 10 }, 0, () => events++);
    structuredClone(receiveBuffer.buffer, { transfer: [receiveBuffer.buffer] });
    call.type("hello");
    await harness.settle();
    expect([events, call.module.info().lastError]).toEqual([1, 610]);
    expect(port.send(sendBuffer, 1)).toBe(632);
    call.module.success();
    await harness.settle();
    expect(call.outcome).toMatchObject({ unread: new Uint8Array(Buffer.from("hello")) });
  });

  it("frozen structures harm nobody", async () => {
    const harness = createHarness();
    const call = await harness.connect();
    const { port, receiveBuffer } = call.module;
    expect(port.receive(receiveBuffer, Object.freeze({ value: 5 }), 0, () => {})).toBe(600);
    call.type("abc");
    expect(call.module.info()).toMatchObject({ lastError: 0, bytesReceived: 3 });
    expect(port.getInfo(Object.freeze({ lastError: 0, bytesReceived: 0, deviceName: "" }))).toBe(87);
  });

  it("a promise of its own making that settles twice counts once", async () => {
    const harness = createHarness();
    let settle = (_: number): void => {};
    const twice = {
      // biome-ignore lint/suspicious/noThenProperty: a promise of a library of its own
      then(resolve: (code: number) => void) {
        settle = resolve;
        resolve(0);
      },
    };
    harness.module.endReturns = [twice as never, new Promise(() => {})];
    const call = await harness.connect();
    call.module.success();
    await harness.settle();
    expect(call.call.state).toBe("Delayed");
    call.module.success();
    await harness.settle();
    settle(619);
    expect(call).toMatchObject({ outcome: undefined, call: { state: "Cleaning" } });
  });

  it("a promise whose then throws is an exception", async () => {
    const harness = createHarness();
    harness.module.beginReturns = () =>
      ({
        // biome-ignore lint/suspicious/noThenProperty: a promise of a library of its own
        then() {
          throw new Error("no promise");
        },
      }) as never;
    expect((await harness.connect()).outcome).toEqual({ kind: "begin failed", error: 645 });
  });

  it("the port of another host, or one that only looks like a port, is nobody's", async () => {
    const [one, other] = [createHarness(), createHarness()];
    const call = await one.connect();
    const foreign = await other.connect();
    expect(call.call.handle).toBe(foreign.call.handle);
    const user = { userName: "alice", domain: "" };
    call.module.complete({ msgId: 1, port: foreign.module.port, ...user });
    call.module.complete({ msgId: 1, port: { handle: call.call.handle } as never, ...user });
    await one.settle();
    expect([call.outcome, foreign.outcome]).toEqual([undefined, undefined]);
    expect(one.log.events).toHaveLength(2);
  });

  it("an endless chain of Completes inside End ends at its bound", async () => {
    const harness = createHarness();
    const call = await harness.connect();
    let ends = 0;
    harness.module.RasSecurityDialogEnd = () => {
      ends++;
      call.module.success();
      return 0;
    };
    call.module.success();
    await harness.settle();
    expect(ends).toBe(16);
    expect(call).toMatchObject({ hungUp: true, sent: "", outcome: { kind: "delayed too long" } });
  });

  it("a hang-up in every state ends in an outcome and a free port", async () => {
    for (const state of [
      "Ringing",
      "Beginning",
      "Active",
      "Cleaning",
      "Delayed",
      "Aborting",
      "DelayedAborted",
    ]) {
      const harness = createHarness({ delayLimitMs: 1_000, beginLimitMs: 1_000 });
      const never = new Promise<number>(() => {});
      if (state === "Ringing" || state === "Beginning") harness.module.beginReturns = () => never;
      if (state === "Ringing") harness.dial();
      harness.module.endReturns = [state.startsWith("Delayed") ? 0 : never];
      const call = harness.dial();
      await harness.settle();
      if (["Cleaning", "Delayed"].includes(state)) harness.module.begun[0]?.success();
      if (["Aborting", "DelayedAborted"].includes(state)) call.call.disconnect();
      await harness.settle();
      expect(call.call.state).toBe(state);
      call.hangUp();
      call.hangUp();
      await harness.clock.advanceAsync(5_000);
      expect(call.outcome?.kind, state).toMatch(/aborted|delayed too long/);
      expect(harness.host.calls).toEqual([]);
      expect(call.sent).toBe("");
    }
  });
});
