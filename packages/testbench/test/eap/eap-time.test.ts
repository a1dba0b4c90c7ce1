import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createEapBench, drop } from "../../src/index.ts";
import { echo, ported } from "./methods.ts";

describe("virtual time", () => {
  it("EAP-26 passes from resend to resend until the authenticator gives up", async () => {
    const bench = createEapBench({ method: echo() });
    const session = await bench.connect({ faults: [drop({ to: "authenticator", type: 255 })] });
    expect(session.authenticator).toMatchObject({ result: 718, endedBy: "no-answer" });
    const resends = session.transcript.filter(({ text }) => text.includes("resend"));
    expect(resends.map(({ at }) => at)).toEqual([3, 6, 9, 12, 15, 18, 21, 24, 27, 30].map((s) => s * 1_000));
  });

  it("stands still while a module works in the real world", async () => {
    const method = echo({
      async authenticator(session) {
        await session.request(Uint8Array.of(1));
        await new Promise((resolve) => setImmediate(resolve));
        await crypto.subtle.digest("SHA-256", new Uint8Array(8));
        return session.succeed();
      },
    });
    const bench = createEapBench({ method });
    expect((await bench.connect()).succeeded).toBe(true);
    expect(bench.clock.monotonic()).toBe(0);
  });

  it("passes for a module that sets a timer on its clock", async () => {
    const method = echo({
      async authenticator(session) {
        await session.request(Uint8Array.of(1));
        await new Promise<void>((resolve) => session.clock.after(2_000, resolve));
        return session.succeed();
      },
    });
    const session = await createEapBench({ method }).connect();
    expect(session.calls("authenticator")).toContain(
      "RasEapMakeMessage(Response 108 Experimental) -> SendAndDone 0 (after 2000 ms)",
    );
    expect(session.authenticator?.result).toBe(0);
  });

  it("is moved by the test where nothing else would move it: a promise that never settles", async () => {
    const method = echo({ authenticator: () => new Promise(() => {}) });
    const bench = createEapBench({ method });
    const session = await bench.start();
    expect(session.calls("authenticator").at(-1)).toBe("RasEapMakeMessage(no packet) -> (still running)");
    await bench.clock.advanceAsync(60_000);
    expect(session.authenticator?.result).toBe(645);
  });

  it("is told by a failure: a promise that never settles", async () => {
    const method = echo({ authenticator: () => new Promise(() => {}) });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const failed = expect(createEapBench({ method }).connect()).rejects.toThrow(
      /a promise of a module or a script has not settled[\s\S]*RasEapMakeMessage\(no packet\) -> \(still running\)/,
    );
    while (vi.getTimerCount() === 0) await new Promise((resolve) => setImmediate(resolve));
    await vi.advanceTimersByTimeAsync(3_000);
    await failed;
  });

  it("that does not suffice is told by a failure, with the diagram", async () => {
    const bench = createEapBench({ method: echo() });
    const lost = { faults: [drop({ to: "authenticator" })] };
    const session = await bench.start(lost);
    await expect(session.finished({ withinMs: 10_000 })).rejects.toThrow(
      /^it did not happen within 10000 ms\n[\s\S]*9000 ms \|.*resend 3/,
    );
    await expect(session.until(() => false, { withinMs: 1_000 })).rejects.toThrow("within 1000 ms");
  });

  it("EAP-31 that never ends is told by a failure: nobody does anything", async () => {
    const silent = ported((info) => {
      info.makeMessage = () => 0;
    });
    await expect(
      createEapBench({ method: silent }).connect({
        authenticator: { settings: { retransmission: "lower-layer" } },
        peer: async (line) => {
          await line.identify();
          await line.receive();
        },
      }),
    ).rejects.toThrow(/^it will never happen[\s\S]*NoAction/);
  });

  it("is what packets take", async () => {
    const session = await createEapBench({ method: echo(), latencyMs: 40 }).connect();
    expect(session.transcript.at(-1)?.at).toBe(200);
  });

  it("of the wall begins in 2026 or where the test says", () => {
    expect(createEapBench({ method: echo() }).clock.now()).toBe(Date.UTC(2026, 0, 1));
    expect(createEapBench({ method: echo(), now: 5 }).clock.now()).toBe(5);
  });
});
