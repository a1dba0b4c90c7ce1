import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createHarness } from "./harness.ts";

describe("Send", () => {
  it("RAS-16 an accepted Send returns PENDING", async () => {
    const { module } = await createHarness().connect();
    expect(module.send("Username: ")).toBe(600);
  });

  it("RAS-17 it returns before the bytes are on the line, and their order is kept on a slow one", async () => {
    const call = await createHarness().connect({ slow: true });
    call.module.send("first ");
    call.module.send("second"); // the send buffer is the module's again at once
    expect(call.sent).toBe("");
    call.drain();
    expect(call.sent).toBe("first second");
  });

  it("RAS-18 X-27 a foreign buffer returns 610 and sends nothing; a view of the send buffer is the send buffer", async () => {
    const call = await createHarness().connect();
    const { port, sendBuffer, receiveBuffer } = call.module;
    for (const foreign of [new Uint8Array(1_500), receiveBuffer, sendBuffer.subarray(1), "text", undefined]) {
      expect(port.send(foreign as Uint8Array, 5)).toBe(610);
    }
    expect(call.sent).toBe("");
    sendBuffer.set(Buffer.from("own"));
    expect(port.send(sendBuffer.subarray(0, 3), 3)).toBe(600);
    expect(call.sent).toBe("own");
  });

  it("RAS-18 text and bytes of the module's own go through the send buffer, split at its size", async () => {
    const harness = createHarness({ bufferSize: 4 });
    const writes: number[] = [];
    const call = harness.host.answer(
      {
        deviceName: "COM1",
        kind: "async",
        write: (bytes, written) => (writes.push(bytes.length), written()),
        hangUp() {},
      },
      () => {},
    );
    expect(call.state).toBe("Active");
    expect(harness.module.begun[0]?.port.send("grüße dich")).toBe(600);
    expect(harness.module.begun[0]?.port.send(new Uint8Array(5))).toBe(600);
    expect(writes).toEqual([4, 4, 4, 4, 1]);
    expect(harness.module.begun[0]?.port.send("")).toBe(632);
  });

  it.each([0, -1, 1.5, 1_501, 65_536, Number.NaN])(
    "RAS-19 X-27 a length of %d returns 632",
    async (length) => {
      const call = await createHarness().connect();
      expect(call.module.port.send(call.module.sendBuffer, length)).toBe(632);
      expect(call.sent).toBe("");
    },
  );

  it("RAS-20 bytes are sent raw: no framing, no change", async () => {
    const call = await createHarness().connect();
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    call.module.port.send(bytes);
    expect(call.sent).toBe(String.fromCharCode(...bytes));
  });

  it("RAS-21 Send, Send, Receive is accepted with a diagnostic; on a strict host the second Send returns 616", async () => {
    const usual = createHarness();
    const { module } = await usual.connect();
    expect([module.send("a"), module.send("b"), module.send("c"), module.receive().status]).toEqual([
      600, 600, 600, 600,
    ]);
    expect(usual.log.events).toMatchObject([
      { severity: "debug", message: expect.stringContaining("twice") },
    ]);

    const call = await createHarness({ strict: true }).connect();
    expect([call.module.send("a"), call.module.send("b")]).toEqual([600, 616]);
    expect(call.sent).toBe("a");
    call.module.receive();
    expect(call.module.send("c")).toBe(600);
  });

  it("what is unsent has a bound: beyond it Send returns 8 and nothing is lost", async () => {
    const call = await createHarness({ maxUnsent: 10 }).connect({ slow: true });
    expect([call.module.send("12345678"), call.module.send("9ab"), call.module.send("9a")]).toEqual([
      600, 8, 600,
    ]);
    call.drain();
    expect(call.sent).toBe("123456789a");
  });
});

describe("Receive", () => {
  it("RAS-22 PENDING when accepted; the length is the number of bytes when it ended", async () => {
    const harness = createHarness();
    const call = await harness.connect();
    const receiving = call.module.receive();
    expect(receiving).toMatchObject({ status: 600, length: { value: 1_500 } });
    call.type("alice\r\n");
    expect(receiving).toMatchObject({ length: { value: 7 } });
    expect(receiving.text()).toBe("alice\r\n");
  });

  it("RAS-23 the event is signalled once for each Receive, never inside a call of the module", async () => {
    const harness = createHarness();
    const call = await harness.connect();
    const first = call.module.receive();
    call.type("a");
    call.type("b");
    expect(first.events).toBe(0);
    await harness.settle();
    expect(first.events).toBe(1);
    const second = call.module.receive(); // served from what is there
    expect(second.events).toBe(0);
    await harness.clock.advanceAsync(60_000);
    expect([first.events, second.events]).toEqual([1, 1]);
    expect(second.text()).toBe("b");
  });

  it("RAS-23 an event that throws is logged and harms nobody", async () => {
    const harness = createHarness();
    const call = await harness.connect();
    call.module.port.receive(call.module.receiveBuffer, { value: 10 }, 0, () => {
      throw new Error("event broke");
    });
    call.type("a");
    await harness.settle();
    expect(harness.log.withId(20_094)).toMatchObject([{ message: expect.stringContaining("event broke") }]);
    expect(call.call.state).toBe("Active");
  });

  it("RAS-24 after its seconds it ends with 0 bytes, which is no error", async () => {
    const harness = createHarness();
    const { module } = await harness.connect();
    const receiving = module.receive(30);
    await harness.clock.advanceAsync(29_999);
    expect([receiving.events, module.info().lastError]).toEqual([0, 600]);
    await harness.clock.advanceAsync(1);
    expect(receiving).toMatchObject({ events: 1, length: { value: 0 } });
    expect(module.info()).toMatchObject({ lastError: 0, bytesReceived: 0 });
  });

  it("RAS-25 a timeout of 0 is none", async () => {
    const harness = createHarness();
    const { module } = await harness.connect();
    const receiving = module.receive(0);
    await harness.clock.advanceAsync(86_400_000);
    expect([receiving.events, module.info().lastError]).toEqual([0, 600]);
  });

  it("RAS-26 what does not fit is kept for the next ones, in order, without loss", async () => {
    const harness = createHarness();
    const call = await harness.connect();
    const parts: string[] = [];
    for (let part = 0; part < 3; part++) {
      const receiving = call.module.receive(0, 10);
      if (part === 0) call.type("abcdefghijklmnopqrstuvwxy");
      await harness.settle();
      parts.push(receiving.text());
    }
    expect(parts).toEqual(["abcdefghij", "klmnopqrst", "uvwxy"]);
  });

  it("RAS-26 what a module took is not there again for the next stage", async () => {
    const harness = createHarness();
    const call = await harness.connect();
    call.type("abcdef");
    call.module.receive(0, 2);
    await harness.settle();
    call.module.success();
    await harness.settle();
    expect(call.outcome).toMatchObject({ unread: new Uint8Array(Buffer.from("cdef")) });
  });

  it("RAS-26 however bytes arrive and are asked for, all come once and in order", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.uint8Array({ maxLength: 90 }), fc.integer({ min: 1, max: 70 })), {
          maxLength: 40,
        }),
        async (steps) => {
          const harness = createHarness();
          const call = await harness.connect();
          const typed: number[] = [];
          const got: number[] = [];
          let receiving: ReturnType<typeof call.module.receive> | undefined;
          const collect = async (): Promise<void> => {
            await harness.settle();
            if (receiving?.events !== 1) return;
            got.push(...call.module.receiveBuffer.subarray(0, receiving.length.value));
            receiving = undefined;
          };
          for (const step of steps) {
            if (typeof step === "number") receiving ??= call.module.receive(0, step);
            else typed.push(...step), call.type(step);
            await collect();
          }
          while (got.length < typed.length) {
            receiving ??= call.module.receive(0, 1_500);
            await collect();
          }
          expect(got).toEqual(typed);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("RAS-27 bytes nobody asked for are kept up to maxTypeahead; one more closes the line with 632", async () => {
    const harness = createHarness({ maxTypeahead: 100 });
    const call = await harness.connect();
    call.type("x".repeat(100));
    expect(call).toMatchObject({ hungUp: false, call: { state: "Active" } });
    call.type("y");
    await harness.settle();
    expect(call).toMatchObject({ hungUp: true, outcome: { kind: "aborted", error: 632 } });
    expect(harness.log.withId(20_094)).toMatchObject([{ fields: { code: 632 } }]);
    expect(harness.module.ended).toHaveLength(1);
  });

  it("RAS-27 a caller who sends 10 MB in single bytes, or in large pieces, is stopped; the default bound is 64 KiB", async () => {
    for (const piece of [1, 65_536]) {
      const harness = createHarness();
      const call = await harness.connect();
      const bytes = new Uint8Array(piece);
      let taken = 0;
      for (let sent = 0; sent < 10_000_000 && !call.hungUp; sent += piece) call.type(bytes), (taken += piece);
      expect(call.hungUp).toBe(true);
      expect(taken).toBeLessThanOrEqual(65_536 + piece);
    }
  });

  it("RAS-28 a second Receive while one is outstanding returns 616, and the first goes on", async () => {
    const call = await createHarness().connect();
    const first = call.module.receive();
    expect(call.module.receive().status).toBe(616);
    call.type("hi");
    expect(first.text()).toBe("hi");
  });

  it("RAS-29 GetInfo before, during and after a Receive, and after line loss", async () => {
    const harness = createHarness();
    const call = await harness.connect({ deviceName: `COM${"1".repeat(200)}` });
    expect(call.module.info()).toEqual({
      lastError: 0,
      bytesReceived: 0,
      deviceName: `COM${"1".repeat(125)}`,
    });
    call.module.receive();
    expect(call.module.info().lastError).toBe(600);
    call.type("abc");
    expect(call.module.info()).toMatchObject({ lastError: 0, bytesReceived: 3 });
    harness.module.endReturns = [0];
    call.hangUp();
    expect(call.module.info()).toMatchObject({ lastError: 629, bytesReceived: 0 });
    expect(call.module.port.getInfo(null as never)).toBe(87);
  });

  it("RAS-30 line loss ends a Receive with an error", async () => {
    const harness = createHarness();
    harness.module.endReturns = [0];
    const call = await harness.connect();
    const receiving = call.module.receive();
    call.hangUp();
    await harness.settle();
    expect(receiving).toMatchObject({ events: 1, length: { value: 0 } });
    expect(call.module.info().lastError).toBe(629);
  });

  it("RAS-31 601 when the transaction is over, 606 when the line is gone, 618 outside of the dialog", async () => {
    const harness = createHarness();
    harness.module.endReturns = [0, 619, 0];
    const lost = await harness.connect();
    lost.hangUp();
    await harness.settle();
    expect([lost.module.send("x"), lost.module.receive().status]).toEqual([606, 606]);
    lost.module.error(606);
    await harness.settle();
    expect(lost.module.send("x")).toBe(601);
    const decided = await harness.connect();
    decided.module.success();
    await harness.settle();
    expect([
      decided.module.send("x"),
      decided.module.receive().status,
      decided.module.port.unread(Uint8Array.of(1)),
    ]).toEqual([618, 618, 618]);
  });

  it("impossible arguments return codes and change nothing", async () => {
    const { module } = await createHarness().connect();
    const { port, receiveBuffer, sendBuffer } = module;
    const event = (): void => {};
    const receive = (...given: readonly unknown[]) =>
      Reflect.apply(port.receive, port, given as Parameters<typeof port.receive>);
    expect(receive(new Uint8Array(9), { value: 9 }, 0, event)).toBe(610);
    expect(receive(sendBuffer, { value: 9 }, 0, event)).toBe(610);
    expect(receive("text", { value: 9 }, 0, event)).toBe(610);
    for (const length of [null, 9, { value: 0 }, { value: 1_501 }, { value: 0.5 }, {}]) {
      expect(receive(receiveBuffer, length, 0, event)).toBe(632);
    }
    for (const timeout of [-1, 0.5, Number.NaN, 2 ** 32, "30", undefined]) {
      expect(receive(receiveBuffer, { value: 9 }, timeout, event)).toBe(87);
    }
    expect(receive(receiveBuffer, { value: 9 }, 0, undefined)).toBe(87);
    expect(Reflect.apply(port.unread, port, ["x"] as never)).toBe(87);
    expect(module.receive().status).toBe(600);
  });

  it("unread puts bytes back before all others, within the bound of the type-ahead", async () => {
    const harness = createHarness({ maxTypeahead: 8 });
    const call = await harness.connect();
    call.type("cd");
    expect(call.module.port.unread(Buffer.from("ab"))).toBe(0);
    expect(call.module.port.unread(new Uint8Array(5))).toBe(632);
    const receiving = call.module.receive();
    await harness.settle();
    expect(receiving.text()).toBe("abcd");
    call.module.port.unread(Buffer.from("PPP"));
    call.module.success();
    await harness.settle();
    expect(call.outcome).toMatchObject({ kind: "success", unread: new Uint8Array(Buffer.from("PPP")) });
  });
});
