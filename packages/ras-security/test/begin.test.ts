import { WindowsError } from "@sallyport/errors";
import { describe, expect, it } from "vitest";
import { createHarness } from "./harness.ts";

describe("Begin", () => {
  it("RAS-07 X-01 the order is answer, Begin, verdict, End, PPP", async () => {
    const harness = createHarness();
    const call = await harness.connect();
    expect(call.sent).toBe("");
    call.module.success();
    await harness.settle();
    expect(call.steps).toEqual([
      "answer",
      "RasSecurityDialogBegin -> NO_ERROR",
      "RasSecurityDialogComplete(SECURITYMSG_SUCCESS)",
      "RasSecurityDialogEnd -> ERROR_PORT_DISCONNECTED (619)",
      "PPP",
    ]);
    expect(harness.module.begun).toHaveLength(1);
    expect(call.sent).toBe("~");
  });

  it("RAS-08 while Begin runs, the next call rings", async () => {
    const harness = createHarness();
    harness.module.beginReturns = () =>
      new Promise((resolve) => harness.clock.after(5_000, () => resolve(0)));
    const [first, second] = [harness.dial(), harness.dial()];
    expect([first.call.state, second.call.state]).toEqual(["Beginning", "Ringing"]);
    await harness.clock.advanceAsync(4_999);
    expect(harness.module.begun).toHaveLength(1);
    await harness.clock.advanceAsync(1);
    expect(harness.module.begun).toHaveLength(2);
    expect([first.call.state, second.call.state]).toEqual(["Active", "Beginning"]);
  });

  it("RAS-08 Begin runs for all calls at once where the host is told so", () => {
    const harness = createHarness({ serializeBegin: false });
    harness.module.beginReturns = () => new Promise(() => {});
    for (let call = 0; call < 3; call++) harness.dial();
    expect(harness.module.begun).toHaveLength(3);
  });

  it("RAS-08 a Begin that takes long leaves a warning; one that never returns ends the call with 645, and the next begins", async () => {
    const harness = createHarness({ beginWarnMs: 1_000, beginLimitMs: 60_000 });
    harness.module.beginReturns = () => new Promise(() => {});
    const [first, second] = [harness.dial(), harness.dial()];
    await harness.clock.advanceAsync(1_000);
    expect(harness.log.events).toMatchObject([
      { severity: "warning", message: expect.stringContaining("Begin") },
    ]);
    await harness.clock.advanceAsync(59_000);
    expect(first).toMatchObject({ outcome: { kind: "begin failed", error: 645 }, hungUp: true });
    expect(second.call.state).toBe("Beginning");
  });

  it("RAS-08 a call that is lost while it rings never begins", async () => {
    const harness = createHarness();
    harness.module.beginReturns = () =>
      new Promise((resolve) => harness.clock.after(5_000, () => resolve(0)));
    harness.dial();
    const waiting = harness.dial();
    waiting.hangUp();
    await harness.clock.advanceAsync(10_000);
    expect(harness.module.begun).toHaveLength(1);
    expect(waiting.outcome).toEqual({ kind: "aborted", error: 629 });
    expect(harness.host.calls).toHaveLength(1);
  });

  it("RAS-08 a thousand waiting calls begin one after the other", () => {
    const harness = createHarness();
    const calls = Array.from({ length: 1_000 }, () => harness.dial());
    expect(harness.module.begun).toHaveLength(1_000);
    expect(new Set(calls.map(({ call }) => call.handle)).size).toBe(1_000);
  });

  it("RAS-09 NO_ERROR obliges the module to call Complete: until then there is no verdict", async () => {
    const harness = createHarness();
    const call = await harness.connect();
    await harness.clock.advanceAsync(86_400_000);
    expect(call).toMatchObject({ outcome: undefined, hungUp: false, call: { state: "Active" } });
  });

  it("RAS-10 nonzero from Begin: hang up, one event with the code, no End, and a late Complete is ignored", async () => {
    const harness = createHarness();
    harness.module.beginReturns = () => 1157;
    const call = await harness.connect();
    expect(call).toMatchObject({ outcome: { kind: "begin failed", error: 1157 }, hungUp: true });
    expect(harness.log.events).toMatchObject([{ id: 20_094, severity: "error", fields: { code: 1157 } }]);
    call.module.success();
    await harness.settle();
    expect(harness.module.ended).toEqual([]);
    expect(call.sent).toBe("");
    expect(harness.host.calls).toEqual([]);
  });

  it("RAS-11 the handle is valid for its transaction only: afterwards everything returns 601", async () => {
    const harness = createHarness();
    const call = await harness.connect();
    const { module } = call;
    module.failure();
    await harness.settle();
    expect(module.send("late")).toBe(601);
    expect(module.receive().status).toBe(601);
    expect(module.port.getInfo({ lastError: 0, bytesReceived: 0, deviceName: "" })).toBe(601);
    expect(module.port.unread(Uint8Array.of(1))).toBe(601);
    expect(call.sent).toBe("");
  });

  it("RAS-12 handle and buffers are valid until Complete: then Send and Receive return 618 and transmit nothing", async () => {
    const harness = createHarness();
    harness.module.endReturns = [0];
    const call = await harness.connect();
    const { module } = call;
    expect(module.send("hello")).toBe(600);
    module.success();
    expect(module.send("in Cleaning")).toBe(618);
    await harness.settle();
    expect(call.call.state).toBe("Delayed");
    expect(module.send("in Delayed")).toBe(618);
    expect(module.receive().status).toBe(618);
    expect(call.sent).toBe("hello");
  });

  it("RAS-13 the host allocates both buffers, 1500 bytes each unless told otherwise", async () => {
    const usual = (await createHarness().connect()).module;
    expect([usual.sendBuffer.length, usual.receiveBuffer.length]).toEqual([1_500, 1_500]);
    const small = (await createHarness({ bufferSize: 16 }).connect()).module;
    expect([small.sendBuffer.length, small.receiveBuffer.length]).toEqual([16, 16]);
    small.sendBuffer.fill(1);
    expect(small.receiveBuffer).toEqual(new Uint8Array(16));
  });

  it("RAS-14 X-26 Complete inside Begin is kept until Begin has returned 0", async () => {
    const harness = createHarness();
    let finish = (_: number): void => {};
    harness.module.beginReturns = () => {
      harness.module.begun.at(-1)?.success();
      return new Promise((resolve) => {
        finish = resolve;
      });
    };
    const call = await harness.connect();
    expect(call.call.state).toBe("Beginning");
    expect(harness.module.ended).toEqual([]);
    finish(0);
    await harness.settle();
    expect(call.outcome).toMatchObject({ kind: "success", userName: "alice", domain: "CORP" });
  });

  it("RAS-12 RAS-14 after a Complete inside Begin nothing is sent, and an outstanding Receive ends", async () => {
    const harness = createHarness();
    const statuses: number[] = [];
    harness.module.beginReturns = () => {
      const begun = harness.module.begun.at(-1);
      begun?.receive();
      begun?.success();
      statuses.push(begun?.send("late") ?? 0, begun?.receive().status ?? 0);
      return 0;
    };
    harness.module.endReturns = [new Promise((resolve) => harness.clock.after(100, () => resolve(619)))];
    const call = await harness.connect();
    call.type("~LCP");
    await harness.clock.advanceAsync(100);
    expect(statuses).toEqual([618, 618]);
    expect(call.outcome).toMatchObject({ kind: "success", unread: new Uint8Array(Buffer.from("~LCP")) });
  });

  it("RAS-14 X-26 it is discarded when Begin returns nonzero", async () => {
    const harness = createHarness();
    harness.module.beginReturns = () => {
      harness.module.begun.at(-1)?.success();
      return 1157;
    };
    const call = await harness.connect();
    expect(call).toMatchObject({ outcome: { kind: "begin failed", error: 1157 }, sent: "" });
    expect(harness.module.ended).toEqual([]);
  });

  it("RAS-15 three calls interleaved: verdicts do not cross, and a verdict may come through any CompleteFn", async () => {
    const harness = createHarness();
    const calls = [await harness.connect(), await harness.connect(), await harness.connect()];
    const [one, two, three] = calls.map(({ module }) => module);
    two?.failure("bob");
    one?.complete({ msgId: 1, port: three?.port.handle ?? 0, userName: "carol", domain: "" });
    three?.complete({ msgId: 3, ...(one && { port: one.port }), error: 646 });
    await harness.settle();
    expect(calls.map(({ outcome }) => outcome)).toMatchObject([
      { kind: "error", error: 646 },
      { kind: "failure", userName: "bob" },
      { kind: "success", userName: "carol" },
    ]);
  });

  it("a line that is lost during Begin: End follows when Begin returned 0, none when it failed", async () => {
    for (const [returned, ends] of [
      [0, 1],
      [1157, 0],
    ] as const) {
      const harness = createHarness();
      let finish = (_: number): void => {};
      harness.module.beginReturns = () =>
        new Promise((resolve) => {
          finish = resolve;
        });
      const call = await harness.connect();
      const { signal } = call.module.port;
      const waiting = harness.dial();
      call.hangUp();
      expect(signal.aborted).toBe(true);
      call.module.success();
      expect(call.call.state).toBe("BeginningAborted");
      expect(harness.log.events.at(-1)?.message).toContain(
        "Complete is ignored in the state BeginningAborted",
      );
      finish(returned);
      await harness.settle();
      expect(harness.module.ended).toHaveLength(ends);
      expect(call).toMatchObject({ outcome: { kind: "aborted", error: 629 }, sent: "" });
      expect(waiting.call.state).toBe("Beginning"); // its turn has come
    }
  });

  it("RAS-62 an exception from Begin equals 645, a WindowsError its code, nonsense 645; the event names the module", async () => {
    for (const [thrown, code] of [
      [new Error("no database"), 645],
      [new WindowsError(1157, { space: "win32" }), 1157],
      [undefined, 645],
    ] as const) {
      for (const later of [false, true]) {
        const harness = createHarness();
        harness.module.beginReturns = () => {
          if (later) return Promise.reject(thrown);
          throw thrown;
        };
        const call = await harness.connect();
        expect(call).toMatchObject({ outcome: { kind: "begin failed", error: code }, hungUp: true });
        expect(harness.log.withId(20_094)[0]?.fields).toMatchObject({ module: "manual", code });
      }
    }
    for (const [returned, words] of [
      ["fine", "returned fine"],
      [null, "returned null"],
      [{}, "returned an object"],
      [undefined, "returned undefined"],
    ] as const) {
      const harness = createHarness();
      harness.module.beginReturns = () => returned as unknown as number;
      expect((await harness.connect()).outcome).toEqual({ kind: "begin failed", error: 645 });
      expect(harness.log.events[0]?.message).toContain(words);
    }
  });
});
