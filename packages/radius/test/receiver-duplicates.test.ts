import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Answer } from "../src/index.ts";
import { createReceiver, hex, request, source } from "./support.ts";

const accept: Answer = { code: 2, attributes: [] };

/** A handler whose answers come when the test says so. */
function deferred() {
  const settle: ((answer: Answer | null) => void)[] = [];
  const handler = () => new Promise<Answer | null>((resolve) => settle.push(resolve));
  return { handler, settle };
}

describe("NPS-84, RFC 5080 section 2.2.2: duplicates", () => {
  it("NPS-84 three copies of an answered request: the handler once, the same bytes three times", () => {
    const observed = createReceiver();
    for (let copy = 0; copy < 3; copy++) observed.receive(request());
    expect(observed.handled).toHaveLength(1);
    expect(observed.sent).toHaveLength(3);
    expect(new Set(observed.sent.map(hex)).size).toBe(1);
    expect(observed.kinds()).toEqual([
      "message-authenticator-absent",
      "answered",
      "duplicate-answered",
      "duplicate-answered",
    ]);
    expect(observed.events.at(-1)?.code).toBe(2);
  });

  it("NPS-84 three copies while the request is worked on: the handler once, one answer", async () => {
    const { handler, settle } = deferred();
    const observed = createReceiver({ handler });
    for (let copy = 0; copy < 3; copy++) observed.receive(request());
    expect(observed.handled).toHaveLength(1);
    expect(observed.kinds().slice(1)).toEqual(["duplicate-in-progress", "duplicate-in-progress"]);
    expect(observed.receiver.inProgress).toBe(1);
    settle[0]?.(accept);
    await observed.receiver.drained();
    expect(observed.sent).toHaveLength(1);
    observed.receive(request());
    expect(observed.sent.map(hex)).toEqual([
      hex(observed.sent[0] ?? new Uint8Array()),
      hex(observed.sent[0] ?? new Uint8Array()),
    ]);
    expect(observed.handled).toHaveLength(1);
  });

  it("NPS-84 an answer is kept for five seconds after it was sent, and no retransmission prolongs that", () => {
    const observed = createReceiver();
    observed.receive(request());
    observed.clock.advance(4_999);
    observed.receive(request());
    expect(observed.handled).toHaveLength(1);
    observed.clock.advance(1);
    observed.receive(request());
    expect(observed.handled).toHaveLength(2);
    expect(observed.sent).toHaveLength(3);
  });

  it("NPS-84 the five seconds start with the answer, not with the request", async () => {
    const { handler, settle } = deferred();
    const observed = createReceiver({ handler });
    observed.receive(request());
    observed.clock.advance(60_000);
    observed.receive(request());
    expect(observed.kinds().at(-1)).toBe("duplicate-in-progress");
    settle[0]?.(accept);
    await observed.receiver.drained();
    observed.clock.advance(4_999);
    observed.receive(request());
    expect(observed.handled).toHaveLength(1);
    expect(observed.sent).toHaveLength(2);
  });

  it("keepAnswersFor 0 keeps none", () => {
    const observed = createReceiver({ duplicates: { keepAnswersFor: 0 } });
    observed.receive(request());
    observed.receive(request());
    expect(observed.handled).toHaveLength(2);
  });

  it.each([
    ["address", { address: "192.0.2.8", port: source.port }, request()],
    ["port", { address: source.address, port: source.port + 1 }, request()],
    ["identifier", source, request({ identifier: 8 })],
    ["authenticator", source, request({ nonce: 2 })],
  ])("another %s makes another request", (_, from, datagram) => {
    const observed = createReceiver();
    observed.receive(request());
    observed.receive(datagram, from);
    expect(observed.handled).toHaveLength(2);
    expect(observed.sent).toHaveLength(2);
  });

  it("an identifier used anew: the older request's answer is dropped, whichever comes first", async () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const { handler, settle } = deferred();
      const observed = createReceiver({ handler });
      observed.receive(request({ nonce: 1 }));
      observed.receive(request({ nonce: 2 }));
      for (const index of order) settle[index]?.({ code: index === 0 ? 3 : 2, attributes: [] });
      await observed.receiver.drained();
      expect(observed.sent.map((answer) => answer[0])).toEqual([2]);
      expect(observed.events).toContainEqual(
        expect.objectContaining({ kind: "discarded", reason: "superseded" }),
      );
      observed.receive(request({ nonce: 2 }));
      expect(observed.kinds().at(-1)).toBe("duplicate-answered");
    }
  });

  it("NPS-27 a discard leaves the ring at once: the retransmission is processed anew", () => {
    const answers: (Answer | null)[] = [null, accept];
    const observed = createReceiver({ handler: () => answers.shift() ?? null });
    observed.receive(request());
    observed.receive(request());
    expect(observed.handled).toHaveLength(2);
    expect(observed.kinds().filter((kind) => kind !== "message-authenticator-absent")).toEqual([
      "discarded",
      "answered",
    ]);
    expect(observed.sent).toHaveLength(1);
  });

  it("NPS-27 so does a discard that comes later, and a failure", async () => {
    const { handler, settle } = deferred();
    const observed = createReceiver({ handler });
    observed.receive(request());
    settle[0]?.(null);
    await observed.receiver.drained();
    observed.receive(request());
    expect(observed.handled).toHaveLength(2);

    let broken = true;
    const failing = createReceiver({
      handler: () => {
        if (broken) throw new Error("broken");
        return accept;
      },
    });
    failing.receive(request());
    broken = false;
    failing.receive(request());
    expect(failing.kinds().filter((kind) => kind !== "message-authenticator-absent")).toEqual([
      "handler-failed",
      "answered",
    ]);
  });

  it("the limit: the oldest answers are forgotten first", () => {
    const observed = createReceiver({ duplicates: { limit: 3 } });
    const ask = (identifier: number): void => observed.receive(request({ identifier }));
    for (const identifier of [1, 2, 3]) ask(identifier);
    ask(1);
    expect(observed.handled).toHaveLength(3);
    ask(4);
    ask(2);
    ask(3);
    expect(observed.handled.map(({ packet }) => packet.identifier)).toEqual([1, 2, 3, 4]);
    ask(1);
    expect(observed.handled.map(({ packet }) => packet.identifier)).toEqual([1, 2, 3, 4, 1]);
  });

  it("the limit: what is worked on is never forgotten; when nothing else is left, new requests are dropped", async () => {
    const { handler, settle } = deferred();
    const observed = createReceiver({ handler, duplicates: { limit: 2 } });
    for (const identifier of [1, 2, 3]) observed.receive(request({ identifier }));
    expect(observed.handled).toHaveLength(2);
    expect(observed.kinds().at(-1)).toBe("overloaded");
    for (const identifier of [1, 2]) observed.receive(request({ identifier }));
    expect(observed.handled).toHaveLength(2);
    settle[1]?.(accept);
    await Promise.resolve().then(() => {});
    observed.receive(request({ identifier: 3 }));
    expect(observed.handled.map(({ packet }) => packet.identifier)).toEqual([1, 2, 3]);
    observed.receive(request({ identifier: 1 }));
    expect(observed.kinds().at(-1)).toBe("duplicate-in-progress");
    settle[0]?.(accept);
    settle[2]?.(accept);
    await observed.receiver.drained();
    expect(observed.sent.map((answer) => answer[1])).toEqual([2, 1, 3]);
  });

  it("at the limit a client may still replace its own request", () => {
    const { handler } = deferred();
    const observed = createReceiver({ handler, duplicates: { limit: 1 } });
    observed.receive(request({ nonce: 1 }));
    observed.receive(request({ nonce: 2 }));
    expect(observed.handled).toHaveLength(2);
  });

  it("behaves as a plain list of answers with their times would", () => {
    const step = fc.record({
      identifier: fc.nat(5),
      nonce: fc.nat(1),
      wait: fc.constantFrom(0, 0, 0, 400, 1_000),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const limit = 4;
        const observed = createReceiver({ duplicates: { keepAnswersFor: 1_500, limit } });
        let model: { identifier: number; nonce: number; until: number }[] = [];
        let handled = 0;
        for (const { identifier, nonce, wait } of steps) {
          observed.clock.advance(wait);
          const now = observed.clock.monotonic();
          model = model.filter(({ until }) => until > now);
          const known = model.some((entry) => entry.identifier === identifier && entry.nonce === nonce);
          if (!known) {
            model = model.filter((entry) => entry.identifier !== identifier);
            if (model.length === limit) model.shift();
            model.push({ identifier, nonce, until: now + 1_500 });
            handled++;
          }
          observed.receive(request({ identifier, nonce }));
          expect(observed.handled.length).toBe(handled);
        }
        expect(observed.sent.length).toBe(steps.length);
      }),
    );
  });
});
