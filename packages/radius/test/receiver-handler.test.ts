import { describe, expect, it } from "vitest";
import {
  type Answer,
  attributesFromNames,
  decodeRadiusPacket,
  type Handler,
  RadiusReceiver,
  verifyMessageAuthenticator,
  verifyResponseAuthenticator,
} from "../src/index.ts";
import { createReceiver, hex, request, secret, source, texts, utf8 } from "./support.ts";

const key = secret.reveal();
const answering =
  (code: number, attributes: Answer["attributes"] = []): Handler =>
  () => ({ code, attributes });

describe("answers", () => {
  it.each([2, 3, 11])(
    "RFC 3579 section 3.2 an answer of code %i starts with a right Message-Authenticator",
    (code) => {
      const observed = createReceiver({
        handler: answering(code, attributesFromNames({ "Reply-Message": "Hello" })),
      });
      const asked = request({ identifier: 200, nonce: 99 });
      observed.receive(asked);
      const [answer = new Uint8Array()] = observed.sent;
      const packet = decodeRadiusPacket(answer);
      expect(packet).toMatchObject({ code, identifier: 200, length: answer.length });
      expect([...packet].map(({ type }) => type)).toEqual([80, 18]);
      const { authenticator } = decodeRadiusPacket(asked);
      expect(verifyMessageAuthenticator(answer, 20, authenticator, key)).toBe(true);
      expect(verifyResponseAuthenticator(answer, authenticator, key)).toBe(true);
      expect(observed.events.at(-1)).toEqual(expect.objectContaining({ kind: "answered", code, source }));
    },
  );

  it("RFC 2866 section 4.2 an Accounting-Response verifies, and carries nothing of its own", () => {
    const observed = createReceiver({ port: "accounting", handler: answering(5) });
    const asked = request({
      code: 4,
      attributes: { "Acct-Status-Type": "Start", "Proxy-State": [utf8("a"), utf8("b")] },
    });
    observed.receive(asked);
    const [answer = new Uint8Array()] = observed.sent;
    expect(texts(decodeRadiusPacket(answer))).toEqual(["Proxy-State=0x61", "Proxy-State=0x62"]);
    expect(verifyResponseAuthenticator(answer, decodeRadiusPacket(asked).authenticator, key)).toBe(true);
  });

  it("RFC 2865 section 5.33 Proxy-State comes back in order, behind everything else, whatever the handler says", () => {
    const attributes = [
      ...attributesFromNames({ "Proxy-State": "mine", "Reply-Message": "Hello" }),
      { type: 80, value: new Uint8Array(16) },
      ...attributesFromNames({ Class: "c" }),
    ];
    const observed = createReceiver({ handler: answering(2, attributes) });
    const states = {
      "Proxy-State": [utf8("1"), new Uint8Array(0)],
      "User-Name": "alice",
      "Attr-33": utf8("3"),
    };
    observed.receive(request({ attributes: states, messageAuthenticator: "last" }));
    const [answer = new Uint8Array()] = observed.sent;
    expect(texts(decodeRadiusPacket(answer)).slice(1)).toEqual([
      "Reply-Message=Hello",
      "Class=0x63",
      "Proxy-State=0x31",
      "Proxy-State=0x",
      "Proxy-State=0x33",
    ]);
    expect([...decodeRadiusPacket(answer)].filter(({ type }) => type === 80)).toHaveLength(1);
  });

  it("vendor-specific and tagged attributes pass unharmed, in both directions", () => {
    const input = {
      "Cisco-AVPair": "shell:a",
      "Tunnel-Type:1": "VLAN",
      "Tunnel-Private-Group-ID:1": "20",
      "Attr-26.32473.1": utf8("x"),
      "Vendor-Specific": "0x00000009ff",
    };
    const attributes = attributesFromNames(input);
    const observed = createReceiver({ handler: answering(2, attributes) });
    observed.receive(request({ attributes: input }));
    const shape = ({ type, value }: { type: number; value: Uint8Array }): string => `${type}:${hex(value)}`;
    expect([...(observed.handled[0]?.packet ?? [])].map(shape)).toEqual(attributes.map(shape));
    const [answer = new Uint8Array()] = observed.sent;
    expect([...decodeRadiusPacket(answer)].slice(1).map(shape)).toEqual(attributes.map(shape));
  });

  it("many answers stand in memory of their own: none is changed by a later one", () => {
    const observed = createReceiver({ handler: ({ packet }) => ({ code: 2, attributes: [...packet] }) });
    const copies: string[] = [];
    for (let number = 0; number < 1_000; number++) {
      const attributes = { "User-Name": `user ${number}`, Class: new Uint8Array(number % 250) };
      observed.receive(request({ identifier: number & 255, nonce: number, attributes }));
      copies.push(hex(observed.sent[number] ?? new Uint8Array()));
    }
    expect(observed.sent.map(hex)).toEqual(copies);
    expect(texts(decodeRadiusPacket(observed.sent[700] ?? new Uint8Array()))).toContain("User-Name=user 700");
  });

  it("RFC 2865 section 3 an answer of 4096 octets is sent, one of 4097 is not", () => {
    const full = (last: number): Handler =>
      answering(2, [
        ...Array.from({ length: 16 }, () => ({ type: 26, value: new Uint8Array(250) })),
        { type: 26, value: new Uint8Array(last) },
      ]);
    const fits = createReceiver({ handler: full(24) });
    fits.receive(request());
    expect(fits.sent[0]?.length).toBe(4096);
    const over = createReceiver({ handler: full(25) });
    over.receive(request());
    expect(over.sent).toEqual([]);
    expect(over.events.at(-1)).toMatchObject({ kind: "unsendable-answer", reason: "too-long", source });
  });

  it("Proxy-State that does not fit any more makes the answer unsendable, too", () => {
    const handler = answering(
      2,
      Array.from({ length: 15 }, () => ({ type: 26, value: new Uint8Array(253) })),
    );
    const observed = createReceiver({
      handler,
      clients: [{ name: "lab", address: "192.0.2.7", secret, requireMessageAuthenticator: "never" }],
    });
    observed.receive(request({ attributes: { "Proxy-State": new Uint8Array(253) } }));
    expect(observed.events).toEqual([
      expect.objectContaining({ kind: "unsendable-answer", reason: "too-long" }),
    ]);
  });
});

describe("a handler that answers in the same turn", () => {
  it("is answered before receive returns; nothing is in progress", async () => {
    const observed = createReceiver();
    observed.receive(request());
    expect(observed.sent).toHaveLength(1);
    expect(observed.receiver.inProgress).toBe(0);
    await observed.receiver.drained();
  });

  it("gets the packet, the client's own settings, the source, the wall clock and the port", () => {
    const client = { name: "lab", address: "192.0.2.7", secret };
    const observed = createReceiver({ clients: [client] });
    observed.clock.advance(1_234);
    observed.receive(request({ identifier: 5 }));
    expect(observed.handled).toEqual([
      {
        packet: expect.objectContaining({ code: 1, identifier: 5 }),
        client,
        source,
        receivedAt: Date.UTC(2026, 0, 2) + 1_234,
        port: "authentication",
      },
    ]);
    expect(observed.handled[0]?.client).toBe(client);
  });
});

describe("a handler that answers later", () => {
  it("NPS-85 may have many requests in hand, and answers them in any order", async () => {
    const settle: (() => void)[] = [];
    const handler: Handler = ({ packet }) =>
      new Promise((resolve) =>
        settle.push(() =>
          resolve({ code: 2, attributes: [{ type: 25, value: Uint8Array.of(packet.identifier) }] }),
        ),
      );
    const observed = createReceiver({ handler });
    for (let identifier = 0; identifier < 100; identifier++) observed.receive(request({ identifier }));
    expect(observed.receiver.inProgress).toBe(100);
    let drained = false;
    const waiting = observed.receiver.drained().then(() => {
      drained = true;
    });
    for (const release of settle.toReversed().slice(0, 99)) release();
    await new Promise((resolve) => setImmediate(resolve));
    expect([observed.sent.length, observed.receiver.inProgress, drained]).toEqual([99, 1, false]);
    settle[0]?.();
    await waiting;
    expect(observed.receiver.inProgress).toBe(0);
    for (const answer of observed.sent) {
      expect(decodeRadiusPacket(answer).first(25)).toEqual(Uint8Array.of(answer[1] ?? -1));
    }
  });

  it("may return any thenable", async () => {
    // biome-ignore lint/suspicious/noThenProperty: a handler in JavaScript may return one
    const thenable = { then: (resolve: (answer: Answer) => void) => resolve({ code: 3, attributes: [] }) };
    const observed = createReceiver({ handler: () => thenable as unknown as Promise<Answer> });
    observed.receive(request());
    await observed.receiver.drained();
    expect(observed.sent.map((answer) => answer[0])).toEqual([3]);
  });

  it("null is silence", async () => {
    const observed = createReceiver({ handler: async () => null });
    observed.receive(request());
    await observed.receiver.drained();
    expect(observed.sent).toEqual([]);
    expect(observed.events.at(-1)).toMatchObject({ kind: "discarded", source });
  });
});

describe("a handler that misbehaves: an event and silence, never an exception", () => {
  const thrown = new Error("broken");
  const attribute = (value: unknown): Answer => value as Answer;
  const lengthy = { type: 18, value: new Uint8Array(254) };
  const cases: [string, () => unknown, object][] = [
    [
      "throws",
      () => {
        throw thrown;
      },
      { kind: "handler-failed", error: thrown },
    ],
    [
      "throws undefined",
      () => {
        throw undefined;
      },
      { kind: "handler-failed" },
    ],
    ["returns undefined", () => undefined, { kind: "handler-failed" }],
    ["returns a number", () => 2, { kind: "handler-failed" }],
    ["returns text", () => "accept", { kind: "handler-failed" }],
    ["returns no attributes", () => ({ code: 2 }), { kind: "handler-failed" }],
    ["returns attributes that are no list", () => ({ code: 2, attributes: 7 }), { kind: "handler-failed" }],
    ["returns attributes that are null", () => ({ code: 2, attributes: [null] }), { kind: "handler-failed" }],
    ["returns no code", () => ({ attributes: [] }), { kind: "unsendable-answer", reason: "code" }],
    [
      "returns a code that is no answer",
      () => ({ code: 5, attributes: [] }),
      { kind: "unsendable-answer", reason: "code" },
    ],
    [
      "returns a symbol as code",
      () => ({ code: Symbol("x"), attributes: [] }),
      { kind: "unsendable-answer", reason: "code" },
    ],
    [
      "returns an attribute too long",
      () => ({ code: 2, attributes: [lengthy] }),
      { kind: "unsendable-answer", reason: "attribute" },
    ],
    [
      "returns text as value",
      () => ({ code: 2, attributes: [{ type: 18, value: "Hello" }] }),
      { kind: "unsendable-answer", reason: "attribute" },
    ],
    [
      "returns a type of 256",
      () => ({ code: 2, attributes: [{ ...lengthy, type: 256 }] }),
      { kind: "unsendable-answer", reason: "attribute" },
    ],
    [
      "returns endless attributes",
      () => ({ code: 2, attributes: endless() }),
      { kind: "unsendable-answer", reason: "too-long" },
    ],
    [
      "returns an object that throws when read",
      () => ({
        code: 2,
        get attributes() {
          throw thrown;
        },
      }),
      { kind: "handler-failed", error: thrown },
    ],
    [
      "returns an object whose then throws",
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: that is the case under test
        get then() {
          throw thrown;
        },
      }),
      { kind: "handler-failed", error: thrown },
    ],
  ];

  it.each(cases)("%s", (_, handler, event) => {
    const observed = createReceiver({ handler: () => attribute(handler()) });
    expect(() => observed.receive(request())).not.toThrow();
    expect(observed.sent).toEqual([]);
    expect(observed.kinds()).toEqual(["message-authenticator-absent", expect.any(String)]);
    expect(observed.events.at(-1)).toMatchObject({ ...event, source });
    observed.receive(request());
    expect(observed.handled).toHaveLength(2);
  });

  it.each(cases)("%s, later", async (_, handler, event) => {
    const observed = createReceiver({ handler: async () => attribute(await handler()) });
    observed.receive(request());
    await observed.receiver.drained();
    expect(observed.sent).toEqual([]);
    expect(observed.events.at(-1)).toMatchObject({ ...event, source });
  });

  it("throws for one request: the next is served", () => {
    let count = 0;
    const observed = createReceiver({
      handler: () => {
        if (count++ === 0) throw thrown;
        return { code: 2, attributes: [] };
      },
    });
    observed.receive(request({ identifier: 1 }));
    observed.receive(request({ identifier: 2 }));
    expect(observed.sent.map((answer) => answer[1])).toEqual([2]);
  });

  function* endless() {
    while (true) yield { type: 26, value: new Uint8Array(200) };
  }
});

describe("the rest of the world misbehaves", () => {
  const failing = (): never => {
    throw new Error("socket closed");
  };

  it("send throws: an event, and the retransmission gets the same answer", () => {
    const observed = createReceiver();
    observed.receiver.receive(request(), source, failing);
    expect(observed.events.at(-1)).toMatchObject({ kind: "unsendable-answer", reason: "send" });
    observed.receiver.receive(request(), source, failing);
    expect(observed.events.at(-1)).toMatchObject({ kind: "unsendable-answer", reason: "send" });
    observed.receive(request());
    expect(observed.handled).toHaveLength(1);
    expect(observed.sent).toHaveLength(1);
    expect(observed.kinds().at(-1)).toBe("duplicate-answered");
  });

  it("onEvent throws: the request is answered all the same, and counted", () => {
    const observed = createReceiver({ onEvent: failing });
    observed.receive(request());
    expect(observed.sent).toHaveLength(1);
    expect(observed.receiver.counters).toMatchObject({ answered: 1, "message-authenticator-absent": 1 });
  });

  it("nobody listens: everything is counted", () => {
    const { clock } = createReceiver();
    const receiver = new RadiusReceiver({ port: "authentication", clients: [], handler: () => null, clock });
    receiver.receive(request(), source, () => {});
    expect(receiver.counters).toMatchObject({ received: 1, "unknown-client": 1 });
  });
});

it("drained resolves for all who wait, again and again", async () => {
  const observed = createReceiver({ handler: async () => ({ code: 2, attributes: [] }) });
  for (const identifier of [1, 2]) {
    observed.receive(request({ identifier }));
    await Promise.all([observed.receiver.drained(), observed.receiver.drained()]);
    expect(observed.sent).toHaveLength(identifier);
  }
});
