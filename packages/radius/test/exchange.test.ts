import { inspect } from "node:util";
import { createSeededRandom, createVirtualClock } from "@sallyport/runtime";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { retransmissionDelay } from "../src/engine/retransmission.ts";
import {
  attributesFromNames,
  decodeRadiusPacket,
  encodeRadiusPacket,
  RadiusAnswer,
  RadiusCode,
  RadiusExchange,
  type RadiusExchangeOptions,
  RadiusPacketError,
  RadiusTimeoutError,
  type RawAttribute,
  revealUserPassword,
  signMessageAuthenticator,
  signResponseAuthenticator,
  verifyMessageAuthenticator,
  verifyRequestAuthenticator,
} from "../src/index.ts";
import { hex, secret, utf8 } from "./support.ts";

const key = secret.reveal();

/** An exchange with a virtual clock, and what it sent, with the times. */
function createExchange(options: Partial<RadiusExchangeOptions> = {}) {
  const clock = createVirtualClock();
  const sent: Uint8Array[] = [];
  const times: number[] = [];
  const exchange = new RadiusExchange({
    server: "192.0.2.1:1812",
    secret,
    clock,
    random: createSeededRandom(1),
    send: (datagram) => {
      sent.push(Uint8Array.from(datagram));
      times.push(clock.monotonic());
    },
    ...options,
  });
  return { exchange, clock, sent, times };
}

interface AnswerFields {
  readonly code?: number;
  readonly identifier?: number;
  readonly attributes?: readonly RawAttribute[];
  readonly secret?: Uint8Array;
  readonly messageAuthenticator?: "right" | "wrong" | "absent";
}

/** The answer that a server would give to a request. */
function answerTo(asked: Uint8Array | undefined, fields: AnswerFields = {}): Uint8Array<ArrayBuffer> {
  if (asked === undefined) throw new Error("no request was sent");
  const { code = 2, attributes = [], messageAuthenticator = "right" } = fields;
  const { authenticator, identifier } = decodeRadiusPacket(asked);
  const own = fields.secret ?? key;
  const empty = { type: 80, value: new Uint8Array(16) };
  const packet = encodeRadiusPacket({
    code,
    identifier: fields.identifier ?? identifier,
    authenticator: new Uint8Array(16),
    attributes: messageAuthenticator === "absent" ? attributes : [...attributes, empty],
  });
  if (messageAuthenticator === "right")
    signMessageAuthenticator(packet, packet.length - 18, authenticator, own);
  signResponseAuthenticator(packet, authenticator, own);
  return packet;
}

const alice = attributesFromNames({ "User-Name": "alice", "User-Password": "wonderland" });
const access = RadiusCode.AccessRequest;

describe("requests", () => {
  it("RFC 3579 section 3.2 an Access-Request starts with a right Message-Authenticator and hides the password", async () => {
    const { exchange, sent } = createExchange();
    const given = [...alice, { type: 80, value: new Uint8Array(16) }];
    const pending = exchange.request(access, given);
    const [bytes = new Uint8Array()] = sent;
    const packet = decodeRadiusPacket(bytes);
    expect([...packet].map(({ type }) => type)).toEqual([80, 1, 2]);
    expect(verifyMessageAuthenticator(bytes, 20, packet.authenticator, key)).toBe(true);
    const password = revealUserPassword(packet.first(2) ?? new Uint8Array(), key, packet.authenticator);
    expect(new TextDecoder().decode(password)).toBe("wonderland");
    expect(hex(bytes)).not.toContain(hex(utf8("wonderland")));
    exchange.receive(answerTo(bytes));
    expect((await pending).codeName).toBe("Access-Accept");
  });

  it("RFC 2866 section 3 an Accounting-Request is signed as a whole and has no Message-Authenticator", async () => {
    const { exchange, sent } = createExchange();
    const attributes = attributesFromNames({ "Acct-Status-Type": "Start", "Acct-Session-Id": "1" });
    const pending = exchange.request(RadiusCode.AccountingRequest, attributes);
    const [bytes = new Uint8Array()] = sent;
    expect([...decodeRadiusPacket(bytes)].map(({ type }) => type)).toEqual([40, 44]);
    expect(verifyRequestAuthenticator(bytes, key)).toBe(true);
    exchange.receive(answerTo(bytes, { code: 5, messageAuthenticator: "absent" }));
    expect((await pending).code).toBe(5);
  });

  it.each([
    [2, "right"],
    [5, "absent"],
  ] as const)(
    "RFC 5997 section 4.1 Status-Server takes the code %i for an answer",
    async (code, messageAuthenticator) => {
      const { exchange, sent } = createExchange();
      const pending = exchange.request(RadiusCode.StatusServer, []);
      const [bytes = new Uint8Array()] = sent;
      expect([...decodeRadiusPacket(bytes)].map(({ type }) => type)).toEqual([80]);
      exchange.receive(answerTo(bytes, { code, messageAuthenticator }));
      expect((await pending).code).toBe(code);
    },
  );

  it("RFC 2865 section 3 every Access-Request has an authenticator and an identifier of its own", () => {
    const { exchange, sent } = createExchange();
    for (let count = 0; count < 256; count++) exchange.request(access, alice).catch(() => {});
    const packets = sent.map(decodeRadiusPacket);
    expect(new Set(packets.map(({ identifier }) => identifier)).size).toBe(256);
    expect(new Set(packets.map(({ authenticator }) => hex(authenticator))).size).toBe(256);
  });

  it("attributes that make no packet reject, and cost no identifier", async () => {
    const { exchange, sent, clock } = createExchange();
    const long = [{ type: 2, value: new Uint8Array(129) }];
    await expect(exchange.request(access, long)).rejects.toThrow(RadiusPacketError);
    await expect(exchange.request(access, [{ type: 18, value: new Uint8Array(254) }])).rejects.toThrow(
      RadiusPacketError,
    );
    expect([sent.length, exchange.outstanding, clock.pending]).toEqual([0, 0, 0]);
  });
});

describe("answers", () => {
  it("tell code, attributes, time and tries, and leave nothing behind", async () => {
    const { exchange, sent, clock } = createExchange();
    const pending = exchange.request(access, alice);
    clock.advance(2_500);
    clock.advance(100);
    const attributes = attributesFromNames({
      "Reply-Message": "Hello",
      "Tunnel-Type:1": "VLAN",
      "Cisco-AVPair": "a=b",
    });
    exchange.receive(answerTo(sent[1], { code: 11, attributes }));
    const answer = await pending;
    expect(answer).toBeInstanceOf(RadiusAnswer);
    expect(answer).toMatchObject({ code: 11, codeName: "Access-Challenge", roundTrip: 2_600, tries: 2 });
    expect(answer.requestAuthenticator).toEqual(sent[1]?.subarray(4, 20));
    expect(answer.attributes.map(({ type }) => type)).toEqual([18, 64, 26, 80]);
    expect(
      ["Reply-Message", "reply-message", "Tunnel-Type:1", "Tunnel-Type", "Cisco-AVPair", "Class"].map(
        (name) => answer.get(name),
      ),
    ).toEqual(["Hello", "Hello", "VLAN", "VLAN", "a=b", undefined]);
    expect([exchange.outstanding, clock.pending]).toEqual([0, 0]);
  });

  it.each<[string, (asked: Uint8Array | undefined) => Uint8Array, object]>([
    [
      "another secret",
      (asked) => answerTo(asked, { secret: utf8("other") }),
      { "response-authenticator": 1 },
    ],
    [
      "no Message-Authenticator",
      (asked) => answerTo(asked, { messageAuthenticator: "absent" }),
      { "message-authenticator-missing": 1 },
    ],
    [
      "a wrong Message-Authenticator",
      (asked) => answerTo(asked, { messageAuthenticator: "wrong" }),
      { "message-authenticator-wrong": 1 },
    ],
    ["a code that is no answer", (asked) => answerTo(asked, { code: 5 }), { code: 1 }],
    ["its own request", (asked) => asked ?? new Uint8Array(), { code: 1 }],
    ["half an answer", (asked) => answerTo(asked).subarray(0, 30), { malformed: 1 }],
  ])("with %s are ignored: the right one that comes later counts", async (_, forged, ignoredReasons) => {
    const { exchange, sent, clock } = createExchange();
    const pending = exchange.request(access, alice);
    exchange.receive(forged(sent[0]));
    expect(exchange.outstanding).toBe(1);
    exchange.receive(answerTo(sent[0], { code: 3 }));
    expect((await pending).code).toBe(3);

    const unanswered = exchange.request(access, alice);
    exchange.receive(forged(sent[1]));
    clock.advance(30_000);
    await expect(unanswered).rejects.toMatchObject({ ignored: 1, ignoredReasons });
  });

  it("without Message-Authenticator count where the caller says so; a wrong one never", async () => {
    const { exchange, sent } = createExchange({ requireMessageAuthenticator: false });
    const pending = exchange.request(access, alice);
    exchange.receive(answerTo(sent[0], { messageAuthenticator: "wrong" }));
    expect(exchange.outstanding).toBe(1);
    exchange.receive(answerTo(sent[0], { messageAuthenticator: "absent" }));
    expect((await pending).code).toBe(2);
  });

  it("to nobody are counted and ignored", () => {
    const { exchange, sent } = createExchange();
    exchange.request(access, alice).catch(() => {});
    const { identifier } = decodeRadiusPacket(sent[0] ?? new Uint8Array());
    exchange.receive(answerTo(sent[0], { identifier: (identifier + 1) & 255 }));
    exchange.receive(new Uint8Array(0));
    expect([exchange.unmatched, exchange.outstanding]).toEqual([2, 1]);
  });

  it("any bytes: ignored, never an exception", () => {
    const { exchange } = createExchange();
    for (let count = 0; count < 256; count++) exchange.request(access, alice).catch(() => {});
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (datagram) => {
        exchange.receive(datagram);
        expect(exchange.outstanding).toBe(256);
      }),
    );
  });
});

describe("RFC 5080 section 2.2.1 retransmission", () => {
  it("sends the same bytes after about 2, 4, 8 and 16 seconds", async () => {
    const { exchange, clock, sent, times } = createExchange({ timeout: 120_000 });
    const pending = exchange.request(access, alice);
    clock.advance(119_999);
    expect(new Set(sent.map(hex)).size).toBe(1);
    expect(sent).toHaveLength(5);
    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    for (const [index, wanted] of [2_000, 4_000, 8_000, 16_000].entries()) {
      expect(waits[index]).toBeGreaterThan(wanted * 0.75);
      expect(waits[index]).toBeLessThan(wanted * 1.25);
      expect(waits[index]).not.toBe(wanted);
    }
    clock.advance(1);
    await expect(pending).rejects.toBeInstanceOf(RadiusTimeoutError);
  });

  it("RT is IRT + RAND IRT, then 2 RTprev + RAND RTprev, at most MRT + RAND MRT", () => {
    const low = () => new Uint8Array(2);
    const high = () => new Uint8Array(2).fill(255);
    expect([retransmissionDelay(undefined, low), retransmissionDelay(undefined, high)]).toEqual([
      1_800, 2_200,
    ]);
    expect([retransmissionDelay(2_000, low), retransmissionDelay(2_000, high)]).toEqual([3_800, 4_200]);
    expect(retransmissionDelay(16_000, low)).toBeCloseTo(14_400);
    expect(retransmissionDelay(16_000, high)).toBeCloseTo(17_600);
    expect(retransmissionDelay(8_000, low)).toBe(15_200);
  });

  it("stops with the tries, and waits on until the time is over", async () => {
    const { exchange, clock, sent } = createExchange({ tries: 2, timeout: 20_000 });
    const pending = exchange.request(access, alice);
    clock.advance(19_999);
    expect(sent).toHaveLength(2);
    exchange.receive(answerTo(sent[0]));
    expect((await pending).tries).toBe(2);
  });

  it("stops with the answer", async () => {
    const { exchange, clock, sent } = createExchange();
    const pending = exchange.request(access, alice);
    exchange.receive(answerTo(sent[0]));
    await pending;
    clock.advance(60_000);
    expect(sent).toHaveLength(1);
  });

  it("a send that throws does not stop it", async () => {
    let broken = true;
    const through: Uint8Array[] = [];
    const send = (datagram: Uint8Array): void => {
      if (broken) throw new Error("network is unreachable");
      through.push(datagram);
    };
    const { exchange, clock } = createExchange({ send });
    const pending = exchange.request(access, alice);
    broken = false;
    clock.advance(2_500);
    exchange.receive(answerTo(through[0]));
    expect((await pending).tries).toBe(2);
  });
});

describe("RadiusTimeoutError", () => {
  const timeout = async (
    act: (made: ReturnType<typeof createExchange>) => void,
    options: Partial<RadiusExchangeOptions> = {},
  ): Promise<RadiusTimeoutError> => {
    const made = createExchange({ timeout: 10_000, ...options });
    const pending = made.exchange.request(access, alice).then(
      () => undefined,
      (error: unknown) => error,
    );
    act(made);
    made.clock.advance(10_000);
    const error = await pending;
    if (!(error instanceof RadiusTimeoutError)) throw new Error("no timeout");
    expect(made.exchange.outstanding).toBe(0);
    expect(made.clock.pending).toBe(0);
    return error;
  };

  it("says who was asked how often and for how long", async () => {
    const error = await timeout(() => {});
    expect(error).toMatchObject({
      server: "192.0.2.1:1812",
      tries: 3,
      elapsed: 10_000,
      ignored: 0,
      ignoredReasons: {},
    });
    expect(error.message).toBe("no answer from 192.0.2.1:1812 within 10.0 s (3 tries)");
  });

  it("asks whether the shared secret is right", async () => {
    const error = await timeout(({ exchange, sent }) => {
      for (let count = 0; count < 2; count++) exchange.receive(answerTo(sent[0], { secret: utf8("other") }));
    });
    expect(error.ignored).toBe(2);
    expect(error.message).toMatch(/; 2 replies failed verification: is the shared secret right\?$/);
  });

  it("tells of answers without Message-Authenticator, and of nonsense", async () => {
    const error = await timeout(({ exchange, sent }) => {
      exchange.receive(answerTo(sent[0], { messageAuthenticator: "absent" }));
      exchange.receive((sent[0] ?? new Uint8Array()).subarray(0, 5));
    });
    expect(error.message).toMatch(/1 reply without Message-Authenticator: .*requireMessageAuthenticator/);
    expect(error.message).toMatch(/1 reply made no sense/);
    expect(error.message).not.toMatch(/shared secret/);
  });

  it("tells what the network said", async () => {
    const refused = new Error("recvmsg ECONNREFUSED");
    const error = await timeout(({ exchange }) => exchange.sendFailed(refused), { tries: 1 });
    expect(error.message).toBe(
      "no answer from 192.0.2.1:1812 within 10.0 s (1 try); the network said: recvmsg ECONNREFUSED",
    );
    expect(error.cause).toBe(refused);
  });

  it("does not show the secret or the password", async () => {
    const made = createExchange();
    const pending = made.exchange.request(access, alice);
    const shown = inspect(made.exchange, { depth: 9, showHidden: true });
    made.clock.advance(30_000);
    const error = await pending.catch((reason: unknown) => reason);
    expect(shown + inspect(error, { depth: 9 })).not.toMatch(/xyzzy|wonderland/);
  });
});

describe("more than 256 requests", () => {
  const open = (exchange: RadiusExchange, count: number): Promise<RadiusAnswer>[] =>
    Array.from({ length: count }, () => exchange.request(access, alice));

  it("wait for an identifier, in order, and each gets its own answer", async () => {
    const { exchange, sent } = createExchange();
    const total = 1_000;
    const pending = Array.from({ length: total }, (_, index) =>
      exchange.request(access, [{ type: 25, value: Uint8Array.of(index >> 8, index) }]),
    );
    expect([sent.length, exchange.outstanding]).toEqual([256, total]);
    for (let index = 0; index < total; index++) {
      const asked = sent[index];
      const [type25] = decodeRadiusPacket(asked ?? new Uint8Array()).all(25);
      exchange.receive(answerTo(asked, { attributes: [{ type: 25, value: type25 ?? new Uint8Array() }] }));
    }
    const answers = await Promise.all(pending);
    expect(answers.map(({ packet }) => hex(packet.first(25) ?? new Uint8Array()))).toEqual(
      Array.from({ length: total }, (_, index) => index.toString(16).padStart(4, "0")),
    );
    expect(exchange.outstanding).toBe(0);
  });

  it("an identifier rests as long as possible: 255 others come first", async () => {
    const { exchange, sent } = createExchange();
    for (let count = 0; count < 257; count++) {
      const pending = exchange.request(access, alice);
      exchange.receive(answerTo(sent[count]));
      await pending;
    }
    const identifiers = sent.map((datagram) => datagram[1]);
    expect(new Set(identifiers.slice(0, 256)).size).toBe(256);
    expect(identifiers[256]).toBe(identifiers[0]);
  });

  it("a late answer to a request that was given up is not taken for another's", async () => {
    const { exchange, sent, clock } = createExchange({ timeout: 1_000, tries: 1 });
    const given = exchange.request(access, alice);
    clock.advance(1_000);
    await expect(given).rejects.toBeInstanceOf(RadiusTimeoutError);
    const next = open(exchange, 256);
    const reused = sent.findLastIndex((datagram) => datagram[1] === sent[0]?.[1]);
    expect(reused).toBeGreaterThan(0);
    exchange.receive(answerTo(sent[0]));
    expect(exchange.outstanding).toBe(256);
    exchange.receive(answerTo(sent[reused], { code: 3 }));
    expect((await (next[reused - 1] ?? given)).code).toBe(3);
    for (const pending of next) pending.catch(() => {});
  });

  it("the time in the queue counts: who never left it is told so", async () => {
    const { exchange, clock, sent } = createExchange({ timeout: 5_000 });
    const outcomes = open(exchange, 257).map((pending) => pending.catch((error: unknown) => error));
    clock.advance(5_000);
    expect(await outcomes[256]).toMatchObject({
      tries: 0,
      message: expect.stringContaining("never left the queue"),
    });
    expect(await outcomes[0]).toMatchObject({ tries: 2 });
    expect(exchange.outstanding).toBe(0);
    expect(new Set(sent.map(hex)).size).toBe(256);
  });

  it("the queue has an end", async () => {
    const { exchange } = createExchange({ queueLimit: 2 });
    const waiting = open(exchange, 258);
    await expect(exchange.request(access, alice)).rejects.toThrow(/more than 2 requests/);
    for (const pending of waiting) pending.catch(() => {});
  });
});

it("close rejects what is outstanding, what waits, and what comes", async () => {
  const { exchange, clock } = createExchange();
  const outcomes = Array.from({ length: 300 }, () =>
    exchange.request(access, alice).catch((error: unknown) => error),
  );
  const reason = new Error("closed");
  exchange.close(reason);
  expect(new Set(await Promise.all(outcomes))).toEqual(new Set([reason]));
  await expect(exchange.request(access, alice)).rejects.toBe(reason);
  expect([exchange.outstanding, clock.pending]).toEqual([0, 0]);
});

it.each([
  ["timeout", 0],
  ["timeout", Number.POSITIVE_INFINITY],
  ["tries", 0],
  ["tries", 101],
  ["queueLimit", -1],
])("refuses a %s of %s", (name, value) => {
  expect(() => createExchange({ [name]: value })).toThrow(new RegExp(`^${name} must`));
});
