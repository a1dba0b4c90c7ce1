import { createVirtualClock } from "@sallyport/runtime";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  defineEapMethod,
  EAPACTION_SendWithTimeout,
  type EapMethodRegistration,
  ERROR_PEAP_CRYPTOBINDING_INVALID,
  ERROR_PEAP_CRYPTOBINDING_NOTRECEIVED,
  encodeAvps,
  encodeEapPacket,
  encodePeapTlvs,
  genericTokenCard,
  msChapV2,
  type PeapOptions,
  peap,
  type TtlsServerOptions,
  ttls,
} from "../../src/index.ts";
import { standardAvp } from "../../src/methods/ttls/ttls-avps.ts";
import { fromHex, text } from "../methods/conversation.ts";
import { PasswordBook } from "../methods/password-book.ts";
import { ScriptedPeer } from "./scripted-side.ts";
import { peapCredentials, provider, ttlsCredentials } from "./tunnel-bench.ts";

const nothing = new Uint8Array(0);
const identity = Uint8Array.of(1, ...text("alice"));
const token = Uint8Array.of(6, ...text("wonderland"));

function byTtls(server: Partial<TtlsServerOptions> = {}, methods = [genericTokenCard()]) {
  const accounts = new PasswordBook({ alice: "wonderland" });
  return ScriptedPeer.connect(
    ttls({
      server: {
        credentials: ttlsCredentials({ maxVersion: "TLSv1.2" }),
        provider,
        msChap2: accounts,
        ...server,
      },
      methods,
    }),
  );
}

function byPeap(options: Partial<PeapOptions> = {}) {
  const server = { credentials: peapCredentials({ maxVersion: "TLSv1.2" }), provider };
  return ScriptedPeer.connect(peap({ server, methods: [genericTokenCard()], ...options }));
}

const response = (data: Uint8Array, identifier = 1) =>
  encodeEapPacket({ code: 2, identifier, type: 33, data });

describe("a peer of TTLS that says something else", () => {
  it.each([
    ["octets that are no AVPs", text("hello")],
    ["an AVP whose length lies", fromHex("0000000140ffffff616c696365000000")],
    ["an AVP of length 0", fromHex("0000000140000000")],
    ["129 AVPs", fromHex("0000000100000008".repeat(129))],
    [
      "an AVP that must be understood and is not",
      encodeAvps([{ code: 9999, vendorId: 0, mandatory: true, data: nothing }]),
    ],
    [
      "an AVP of an unknown vendor that must be understood",
      encodeAvps([
        standardAvp(1, text("alice")),
        standardAvp(2, text("wonderland")),
        { code: 1, vendorId: 4711, mandatory: true, data: nothing },
      ]),
    ],
    ["a name alone", encodeAvps([standardAvp(1, text("alice"))])],
    ["a password without a name", encodeAvps([standardAvp(2, text("wonderland"))])],
    [
      "two names",
      encodeAvps([
        standardAvp(1, text("alice")),
        standardAvp(1, text("bob")),
        standardAvp(2, text("wonderland")),
      ]),
    ],
    [
      "a name that is no UTF-8",
      encodeAvps([standardAvp(1, fromHex("ff")), standardAvp(2, text("wonderland"))]),
    ],
    [
      "PAP and EAP at once",
      encodeAvps([
        standardAvp(1, text("alice")),
        standardAvp(2, text("wonderland")),
        standardAvp(79, fromHex("0200000501")),
      ]),
    ],
    ["an EAP-Message that is none", encodeAvps([standardAvp(79, text("hello"))])],
    ["an EAP-Message that is empty", encodeAvps([standardAvp(79, nothing)])],
    ["an EAP request", encodeAvps([standardAvp(79, fromHex("0100000501"))])],
    [
      "CHAP with a challenge of its own",
      encodeAvps([
        standardAvp(1, text("alice")),
        standardAvp(60, fromHex("00".repeat(16))),
        standardAvp(3, fromHex("00".repeat(17))),
      ]),
    ],
    ["a tunnel inside the tunnel", encodeAvps([standardAvp(79, fromHex("02000006191900".slice(0, 12)))])],
  ])("%s: the session fails, and nobody is asked", async (_, said) => {
    const asked: string[] = [];
    const { peer } = await byTtls({
      provider: {
        authenticate: ({ identity: name }) => {
          asked.push(name);
          return { result: 0, attributes: [] };
        },
        authorize: () => ({ result: 0, attributes: [] }),
      },
    });
    const heard = await peer.say(said);
    expect([heard.end, peer.outcome?.result, asked]).toEqual([4, 691, []]);
  });

  // A popular server's process ends while it parses this: MS-CHAPv2 has no EAP-Message in it.
  it("MS-CHAPv2 inside, byte for byte as a supplicant sends it, is answered; the host lives", async () => {
    const { peer } = await byTtls();
    const challenge = peer.session.connection?.keyingMaterial("ttls-challenge-17") ?? nothing;
    const said = encodeAvps([
      standardAvp(1, text("alice")),
      { code: 11, vendorId: 311, mandatory: true, data: challenge.subarray(0, 16) },
      {
        code: 25,
        vendorId: 311,
        mandatory: true,
        data: Uint8Array.of(challenge[16] ?? 0, ...new Uint8Array(49)),
      },
    ]);
    const heard = await peer.say(said);
    expect(Buffer.from(heard.data ?? []).toString("latin1")).toContain("E=691 R=0 C=");
    expect((await peer.say(nothing)).end).toBe(4);
    expect(peer.outcome).toMatchObject({ result: 691, identity: "alice", endedBy: "method" });
  });

  it("MS-CHAPv2 whose response is short, or of another challenge", async () => {
    for (const length of [0, 1, 49, 51]) {
      const { peer } = await byTtls();
      const challenge = peer.session.connection?.keyingMaterial("ttls-challenge-17") ?? nothing;
      const data = Uint8Array.of(challenge[16] ?? 0, ...new Uint8Array(60)).subarray(0, length);
      const said = encodeAvps([
        standardAvp(1, text("alice")),
        { code: 11, vendorId: 311, mandatory: true, data: challenge.subarray(0, 16) },
        { code: 25, vendorId: 311, mandatory: true, data },
      ]);
      expect((await peer.say(said)).end).toBe(4);
    }
  });

  it("whoever does not acknowledge the error, or the proof, but talks on is refused", async () => {
    const { peer } = await byTtls();
    const challenge = peer.session.connection?.keyingMaterial("ttls-challenge-17") ?? nothing;
    const said = encodeAvps([
      standardAvp(1, text("alice")),
      { code: 11, vendorId: 311, mandatory: true, data: challenge.subarray(0, 16) },
      {
        code: 25,
        vendorId: 311,
        mandatory: true,
        data: Uint8Array.of(challenge[16] ?? 0, ...new Uint8Array(49)),
      },
    ]);
    await peer.say(said);
    expect((await peer.say(said)).end).toBe(4);
  });

  it("an inner method that never ends is ended, after 50 rounds", async () => {
    let rounds = 0;
    const endless = defineEapMethod({
      type: 255,
      name: "Endless",
      async authenticator(session) {
        for (;;) {
          rounds += 1;
          await session.request(Uint8Array.of(1));
        }
      },
    });
    const { peer } = await byTtls({}, [endless]);
    let heard = await peer.say(encodeAvps([standardAvp(79, Uint8Array.of(2, 0, 0, 10, ...identity))]));
    for (let round = 0; round < 70 && heard.end === undefined; round += 1) {
      const inner = heard.data?.[9] ?? 0;
      heard = await peer.say(encodeAvps([standardAvp(79, Uint8Array.of(2, inner, 0, 6, 255, 1))]));
    }
    expect(peer.outcome).toMatchObject({ result: 645, identity: "alice" });
    expect(rounds).toBeLessThanOrEqual(51);
  });

  it("an inner method that throws, and one that never settles", async () => {
    const thrown = defineEapMethod({
      type: 255,
      name: "Thrown",
      authenticator: () => Promise.reject(new Error("no")),
    });
    const begin = encodeAvps([standardAvp(79, Uint8Array.of(2, 0, 0, 10, ...identity))]);
    const first = await byTtls({}, [thrown]);
    expect((await first.peer.say(begin)).end).toBe(4);
    expect(first.peer.outcome?.result).toBe(645);

    const stuck = defineEapMethod({
      type: 255,
      name: "Stuck",
      authenticator: () => new Promise(() => undefined),
    });
    const second = await byTtls({}, [stuck]);
    const said = second.peer.say(begin);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(second.peer.outcome).toBeUndefined();
    await second.peer.host.stop();
    await said;
    expect(second.peer.outcome).toMatchObject({ result: 719, endedBy: "host" });
  });

  it("EAP-08 EAP-26 a peer that falls silent inside: resends, then 718, and the inner method is ended", async () => {
    const calls: string[] = [];
    const waiting: EapMethodRegistration = {
      type: 255,
      module: {
        RasEapGetInfo(_, info) {
          info.begin = (work, input) => {
            work.value = input.initialId;
            return 0;
          };
          info.makeMessage = (work, received, send, output) => {
            calls.push(received === null ? "first" : "answer");
            send.set(encodeEapPacket({ code: 1, identifier: work as number, type: 255 }));
            output.action = EAPACTION_SendWithTimeout;
            return 0;
          };
          info.end = () => {
            calls.push("end");
            return 0;
          };
          return 0;
        },
      },
    };
    const clock = createVirtualClock();
    const { peer } = await ScriptedPeer.connect(
      ttls({ server: { credentials: ttlsCredentials({ maxVersion: "TLSv1.2" }) }, methods: [waiting] }),
      { clock, settings: { retransmission: "engine" } },
    );
    await peer.say(encodeAvps([standardAvp(79, Uint8Array.of(2, 0, 0, 10, ...identity))]));
    const sent = peer.packets.length;
    for (let resend = 0; resend < 11; resend += 1) clock.advance(3_000);
    expect(peer.packets.length - sent).toBe(10);
    expect(new Set(peer.packets.slice(sent).map((packet) => Buffer.from(packet).toString("hex"))).size).toBe(
      1,
    );
    expect(peer.outcome).toMatchObject({ result: 718, endedBy: "no-answer" });
    expect(calls).toEqual(["first", "end"]);
  });

  it("a provider that throws", async () => {
    const broken = {
      authenticate: () => {
        throw new Error("the directory is down");
      },
      authorize: () => ({ result: 0, attributes: [] }),
    };
    const { peer } = await byTtls({ provider: broken });
    const said = encodeAvps([standardAvp(1, text("alice")), standardAvp(2, text("wonderland"))]);
    expect((await peer.say(said)).end).toBe(4);
    expect(peer.outcome?.result).toBe(645);
  });
});

describe("a peer of PEAP that says something else", () => {
  it("the identity request stands without its header", async () => {
    const { first } = await byPeap();
    expect(Array.from(first.data ?? [])).toEqual([1]);
  });

  it.each([
    ["a Result before the inner method began", response(encodePeapTlvs({ result: "success" }))],
    ["a tunnel inside the tunnel", Uint8Array.of(25, 0)],
    ["an expanded type cut short", Uint8Array.of(254, 0, 0)],
    ["one octet of no type", Uint8Array.of(200)],
    ["an identity that is no UTF-8", Uint8Array.of(1, 0xff)],
  ])("%s", async (_, said) => {
    const { peer } = await byPeap();
    let heard = await peer.say(said);
    // A refusal of the inner conversation is told inside, first.
    if (heard.end === undefined) heard = await peer.say(response(encodePeapTlvs({ result: "failure" })));
    expect([heard.end, peer.outcome?.result === 0]).toEqual([4, false]);
  });

  it("a Result in place of the inner method's answer", async () => {
    const { peer } = await byPeap();
    await peer.say(identity);
    const heard = await peer.say(response(encodePeapTlvs({ result: "success" })));
    expect([heard.end, peer.outcome?.result]).toEqual([4, 691]);
  });

  async function untilResult(cryptoBinding: PeapOptions["cryptoBinding"]) {
    const { peer } = await byPeap({ cryptoBinding });
    await peer.say(identity);
    const heard = await peer.say(token);
    expect(heard.data?.[4]).toBe(33);
    return peer;
  }

  it.each([
    ["nothing", nothing],
    ["no TLVs", response(nothing)],
    ["octets behind the TLVs", response(Uint8Array.of(...encodePeapTlvs({ result: "success" }), 0))],
    ["a packet behind the Result", Uint8Array.of(...response(encodePeapTlvs({ result: "success" })), 6, 1)],
    ["a Result of failure", response(encodePeapTlvs({ result: "failure" }))],
    ["the inner method once more", token],
    [
      "a request",
      encodeEapPacket({ code: 1, identifier: 1, type: 33, data: encodePeapTlvs({ result: "success" }) }),
    ],
    [
      "a Cryptobinding with a wrong MAC",
      response(
        encodePeapTlvs({
          result: "success",
          cryptoBinding: {
            version: 0,
            receivedVersion: 0,
            subType: "response",
            nonce: new Uint8Array(32),
            compoundMac: new Uint8Array(20),
          },
        }),
      ),
    ],
  ])("in answer to our Result: %s", async (_, said) => {
    const peer = await untilResult("optional");
    expect((await peer.say(said)).end).toBe(4);
    expect(peer.outcome?.result).not.toBe(0);
    expect(peer.outcome?.identity).toBe("alice");
  });

  it("our own Cryptobinding sent back is none of the peer's", async () => {
    const { peer } = await byPeap();
    await peer.say(identity);
    const heard = await peer.say(token);
    const tlvs = heard.data?.subarray(5) ?? nothing;
    expect((await peer.say(response(tlvs))).end).toBe(4);
    expect(peer.outcome?.result).toBe(ERROR_PEAP_CRYPTOBINDING_INVALID);
  });

  it("without a Cryptobinding: optional admits, required refuses", async () => {
    const optional = await untilResult("optional");
    expect((await optional.say(response(encodePeapTlvs({ result: "success" })))).end).toBe(3);
    const required = await untilResult("required");
    expect((await required.say(response(encodePeapTlvs({ result: "success" })))).end).toBe(4);
    expect(required.outcome?.result).toBe(ERROR_PEAP_CRYPTOBINDING_NOTRECEIVED);
  });

  it("EAP-92 no password, and nothing of what is said inside, reaches the log", async () => {
    const { peer } = await byPeap({
      methods: [genericTokenCard(), msChapV2({ accounts: new PasswordBook({}) })],
    });
    await peer.say(identity);
    await peer.say(Uint8Array.of(6, ...text("a secret of mine")));
    expect(JSON.stringify(peer.log.events)).not.toContain("secret of mine");
  });
});

describe("any first octets inside the tunnel", () => {
  const any = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 80 }),
    // AVPs that are whole, of numbers that mean something here.
    fc
      .array(
        fc.record({
          code: fc.constantFrom(1, 2, 3, 11, 25, 26, 60, 79),
          vendorId: fc.constantFrom(0, 311),
          mandatory: fc.boolean(),
          data: fc.uint8Array({ maxLength: 60 }),
        }),
        { minLength: 1, maxLength: 5 },
      )
      .map((avps) => encodeAvps(avps)),
    // EAP with and without its header.
    fc
      .tuple(fc.constantFrom(1, 2, 3, 6, 25, 26, 33, 254), fc.uint8Array({ maxLength: 40 }))
      .map(([type, data]) => Uint8Array.of(type, ...data)),
    fc
      .tuple(fc.constantFrom(1, 6, 33, 254), fc.uint8Array({ maxLength: 40 }))
      .map(([type, data]) => Uint8Array.of(2, 1, 0, 5 + data.length, type, ...data)),
  );

  it.each(["PEAP", "TTLS"])("%s: the session goes on or fails, and nobody is admitted", async (name) => {
    await fc.assert(
      fc.asyncProperty(fc.array(any, { minLength: 1, maxLength: 3 }), async (said) => {
        const { peer } = name === "PEAP" ? await byPeap() : await byTtls();
        for (const data of said) {
          if (peer.outcome !== undefined) break;
          await peer.say(data);
        }
        await peer.host.stop();
        expect(peer.outcome?.result).not.toBe(0);
        expect(peer.outcome).toBeDefined();
      }),
      { numRuns: 120, seed: 9427 },
    );
  });
});
