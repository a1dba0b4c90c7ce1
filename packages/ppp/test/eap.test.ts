import { settingsAccounts, verifyMsChap2 } from "@sallyport/accounts";
import {
  createEapAuthenticator,
  EAPACTION_NoAction,
  EAPACTION_SendWithTimeout,
  EAPACTION_SendWithTimeoutInteractive,
  type EapMethod,
  type EapMethodRegistration,
  EapMultilinkConnection,
  encodeEapPacket,
  findMppeKeys,
  genericTokenCard,
  md5Challenge,
  msChapV2,
  openEapMethods,
  RAS_EAP_FLAG_FIRST_LINK,
  type RelayAnswer,
} from "@sallyport/eap";
import { createSeededRandom, createVirtualClock, silentLog } from "@sallyport/runtime";
import { describe, expect, it } from "vitest";
import { describePacket, protocolEap, protocolIpcp } from "../src/index.ts";
import { type Bend, pair } from "./harness.ts";
import { RawPeer, rawServer } from "./raw-peer.ts";
import { asks, ends, responds, scripted, succeeds } from "./scripted-method.ts";

const accounts = settingsAccounts([{ name: "alice", password: "wonderland" }]);

const msChap = msChapV2({
  accounts: {
    verify: ({ userName, identity, ...answer }) => {
      const found = verifyMsChap2(accounts.find({ domain: "", name: identity }), { userName, ...answer });
      return found.kind === "verified" ? found : { kind: "refused", code: 691 };
    },
  },
});

async function methods(...registrations: EapMethodRegistration[]): Promise<readonly EapMethod[]> {
  return (await openEapMethods(registrations, { log: silentLog })).methods;
}

/** Loses packets of EAP with a code, so many of them. */
function loses(code: number, most: number): { readonly bend: Bend; readonly count: () => number } {
  let lost = 0;
  return {
    count: () => lost,
    bend: (octets) => {
      const isIt = Buffer.from(octets).toString("hex").startsWith(`7ec2270${code}`);
      if (!isIt || lost >= most) return octets;
      lost += 1;
      return undefined;
    },
  };
}

describe("EAP over PPP", () => {
  it("EAP-13 the methods are here, or on a RADIUS server: then packets pass unread, and the keys come from there", async () => {
    const known = await methods(msChap);
    const here = pair({
      server: { authentication: { protocols: ["EAP"], eap: { kind: "methods", methods: known } } },
      caller: { credentials: { userName: "alice", password: "wonderland", eap: { methods: known } } },
    });
    here.open();
    await here.clock.advanceAsync(4_000);
    expect(here.server.connections).toMatchObject([{ session: { userName: "alice", protocol: "EAP" } }]);

    const clock = createVirtualClock();
    const forwarded: Uint8Array[] = [];
    let answer: (answer: RelayAnswer) => void = () => undefined;
    let last: Uint8Array | null = null;
    const radius = createEapAuthenticator({
      methods: known,
      clock,
      random: createSeededRandom(9),
      log: silentLog,
      settings: { retransmission: "lower-layer" },
      events: {
        send: (packet) => {
          last = packet;
          if (packet[0] === 1) answer({ kind: "challenge", packet });
        },
        finished: ({ result, attributes }) =>
          answer(
            result === 0
              ? { kind: "accept", packet: last, attributes }
              : { kind: "reject", packet: last, result },
          ),
      },
    });
    const relayed = pair({
      clock,
      server: {
        authentication: {
          protocols: ["EAP"],
          eap: {
            kind: "relay",
            forward: (packet) =>
              new Promise((resolve) => {
                answer = resolve;
                forwarded.push(packet);
                void radius.receive(packet);
              }),
          },
        },
      },
      caller: { credentials: { userName: "alice", password: "wonderland", eap: { methods: known } } },
    });
    relayed.open();
    for (let second = 0; second < 10; second += 1) await clock.advanceAsync(1_000);
    expect(forwarded.map((packet) => packet[4])).toEqual([1, 26, 26]);
    const [up] = relayed.server.connections;
    expect(up).toMatchObject({ session: { userName: "alice", protocol: "EAP" } });
    const { keys, attributes = [] } = up?.session.grant ?? {};
    const sent = findMppeKeys(attributes)?.send ?? new Uint8Array(0);
    expect(keys?.send.equals(sent)).toBe(true);
    expect(relayed.caller.connections[0]?.session.grant.keys?.receive.equals(sent)).toBe(true);
  });

  it("EAP-13 a wrong password on the RADIUS server ends the call here", async () => {
    const { server, clock, open } = pair({
      server: {
        authentication: {
          protocols: ["EAP"],
          eap: { kind: "relay", forward: async () => ({ kind: "reject", packet: null, result: 691 }) },
        },
      },
      caller: {
        credentials: { userName: "alice", password: "x", eap: { methods: await methods(msChap) } },
      },
    });
    open();
    for (let second = 0; second < 20; second += 1) await clock.advanceAsync(1_000);
    expect(server.outcome).toMatchObject({ code: 691, userName: "alice", wasUp: false });
  });

  it("a RADIUS server that is silent is asked again, and in the end the link is closed: 718", async () => {
    let asked = 0;
    const { server, clock, open } = pair({
      server: {
        authentication: {
          protocols: ["EAP"],
          eap: {
            kind: "relay",
            forward: () => {
              asked += 1;
              if (asked % 2 === 0) throw new Error("unreachable");
              return { kind: "silence" };
            },
          },
        },
      },
      caller: {
        credentials: {
          userName: "alice",
          password: "x",
          eap: { methods: await methods(msChap), settings: { sessionLimitMs: 400_000 } },
        },
      },
    });
    open();
    clock.advance(200_000);
    expect(asked).toBeGreaterThan(3);
    expect(server.outcome).toMatchObject({ code: 718 });
    expect(clock.pending).toBe(0);
  });

  it("EAP-24 a request that is lost is asked of the method again after 3 seconds", async () => {
    const method = scripted(asks(EAPACTION_SendWithTimeout), asks(EAPACTION_SendWithTimeout), succeeds);
    const peer = new RawPeer({
      authentication: {
        protocols: ["EAP"],
        eap: { kind: "methods", methods: await methods(method.registration) },
      },
    }).openLcp();
    answersIdentity(peer);
    expect(method.calls).toEqual(["null"]);
    peer.clock.advance(2_999);
    expect(method.calls).toEqual(["null"]);
    peer.clock.advance(1);
    expect(method.calls).toEqual(["null", "null"]);
    const request = peer.last(protocolEap, 1);
    peer.frame(
      protocolEap,
      encodeEapPacket({ code: 2, identifier: request[1] ?? 0, type: 4, data: Uint8Array.of(2) }),
    );
    expect(peer.side.calls).toEqual(["authenticated alice"]);
  });

  it("EAP-25 a packet that the method takes with NoAction leaves the timer running", async () => {
    const method = scripted(
      asks(EAPACTION_SendWithTimeout),
      ({ output }) => (output.action = EAPACTION_NoAction),
      asks(EAPACTION_SendWithTimeout),
    );
    const peer = new RawPeer({
      authentication: {
        protocols: ["EAP"],
        eap: { kind: "methods", methods: await methods(method.registration) },
      },
    }).openLcp();
    answersIdentity(peer);
    peer.clock.advance(2_000);
    const stray = encodeEapPacket({ code: 2, identifier: 250, type: 4, data: Uint8Array.of(2) });
    peer.frame(protocolEap, stray);
    peer.clock.advance(1_000);
    expect(method.calls).toEqual(["null", "2", "null"]);
  });

  it("EAP-26 without an answer the link counts as lost: 718, and it is closed", async () => {
    const method = scripted(asks(EAPACTION_SendWithTimeout));
    const peer = new RawPeer({
      settings: { echoIntervalMs: 0 },
      authentication: {
        protocols: ["EAP"],
        eap: { kind: "methods", methods: await methods(method.registration) },
      },
    }).openLcp();
    answersIdentity(peer);
    peer.take();
    peer.clock.advance(60_000);
    const said = peer.take();
    expect(said.filter((words) => words.startsWith("EAP"))).toHaveLength(10);
    expect(said.at(-1)).toMatch(/^LCP Terminate-Request/);
    expect(peer.side.outcome).toMatchObject({ code: 718, userName: "alice" });
    expect(peer.clock.pending).toBe(0);
  });

  it("EAP-27 the interactive form waits for a day, whatever the limit of negotiation; EAP-28 with one resend each interval", async () => {
    const method = scripted(asks(EAPACTION_SendWithTimeoutInteractive));
    const peer = new RawPeer({
      settings: { echoIntervalMs: 0, negotiationLimitMs: 150_000 },
      authentication: {
        protocols: ["EAP"],
        eap: { kind: "methods", methods: await methods(method.registration) },
      },
    }).openLcp();
    answersIdentity(peer);
    peer.take();
    peer.clock.advance(86_400_000);
    expect(peer.link.phase).toBe("authenticate");
    expect(peer.take()).toHaveLength(86_400_000 / 3_000);
  });

  it("EAP-29 a method that asks a user waits for him as long as it takes", async () => {
    const right = (token: Uint8Array): boolean => new TextDecoder().decode(token) === "123456";
    const card = genericTokenCard({
      tokens: {
        verify: ({ token }) => (right(token) ? { kind: "accepted" } : { kind: "refused", code: 691 }),
      },
    });
    const peer = new RawPeer({
      settings: { echoIntervalMs: 0 },
      authentication: { protocols: ["EAP"], eap: { kind: "methods", methods: await methods(card) } },
    }).openLcp();
    answersIdentity(peer);
    for (let hour = 0; hour < 24; hour += 1) await peer.clock.advanceAsync(3_600_000);
    expect(peer.link.phase).toBe("authenticate");
    const request = peer.last(protocolEap, 1);
    const token = new TextEncoder().encode("123456");
    peer.frame(protocolEap, encodeEapPacket({ code: 2, identifier: request[1] ?? 0, type: 6, data: token }));
    await peer.clock.advanceAsync(0);
    peer.openIpcp();
    expect(peer.side.calls).toEqual(["authenticated alice", "up"]);
  });

  it("EAP-47 a Success that is lost is not sent again; EAP-48 IPCP tells the caller that it was", async () => {
    const known = await methods(msChap);
    const line = loses(3, 1);
    const { server, caller, clock, open } = pair({
      server: { authentication: { protocols: ["EAP"], eap: { kind: "methods", methods: known } } },
      caller: { credentials: { userName: "alice", password: "wonderland", eap: { methods: known } } },
      bend: line.bend,
    });
    open();
    clock.advance(4_000);
    await clock.advanceAsync(60_000);
    expect(line.count()).toBe(1);
    expect(server.trace.filter((words) => words.startsWith("sent EAP Success"))).toHaveLength(1);
    expect(caller.trace.join("\n")).not.toContain("received EAP Success");
    expect(caller.connections).toHaveLength(1);
    expect(server.connections).toHaveLength(1);
  });

  it("EAP-48 the method is called once, with the flag and without a packet, and the packet of IPCP counts", async () => {
    const method = scripted(responds, ends(0));
    const peer = rawServer({
      credentials: {
        userName: "alice",
        password: "x",
        protocols: ["EAP"],
        eap: { methods: await methods(method.registration) },
      },
    }).openLcp([3, 0xc2, 0x27]);
    peer.frame(protocolEap, encodeEapPacket({ code: 1, identifier: 7, type: 4, data: Uint8Array.of(1) }));
    peer.take();
    peer.request(protocolIpcp, 1, [3, 10, 0, 0, 1]);
    peer.request(protocolIpcp, 1, [3, 10, 0, 0, 1]);
    expect(method.calls).toEqual(["1", "null inferred"]);
    expect(peer.side.calls).toEqual(["authenticated alice"]);
    expect(peer.take()).toContain("IPCP Configure-Ack id=1 address=10.0.0.1");
  });

  it("EAP-49 a method that is not done refuses the inferred success: the link is closed", async () => {
    const method = scripted(responds, ends(691));
    const peer = rawServer({
      credentials: {
        userName: "alice",
        password: "x",
        protocols: ["EAP"],
        eap: { methods: await methods(method.registration) },
      },
    }).openLcp([3, 0xc2, 0x27]);
    peer.request(protocolIpcp, 1, [3, 10, 0, 0, 1]);
    expect(method.calls).toEqual([]);
    peer.frame(protocolEap, encodeEapPacket({ code: 1, identifier: 7, type: 4, data: Uint8Array.of(1) }));
    peer.request(protocolIpcp, 2, [3, 10, 0, 0, 1]);
    peer.request(protocolIpcp, 3, [3, 10, 0, 0, 1]);
    expect(method.calls).toEqual(["1", "null inferred"]);
    peer.clock.advance(20_000);
    expect(peer.side.outcome).toMatchObject({ code: 691, wasUp: false });
    expect(peer.take().join("\n")).not.toContain("IPCP");
  });

  it("EAP-49 MS-CHAPv2 in the middle of its exchange refuses it", async () => {
    const known = await methods(msChap);
    const peer = rawServer({
      credentials: { userName: "alice", password: "x", protocols: ["EAP"], eap: { methods: known } },
    }).openLcp([3, 0xc2, 0x27]);
    const challenge = Uint8Array.of(
      1,
      1,
      0,
      26,
      16,
      ...new Uint8Array(16),
      ...new TextEncoder().encode("gates"),
    );
    peer.frame(protocolEap, encodeEapPacket({ code: 1, identifier: 7, type: 26, data: challenge }));
    expect(peer.take().at(-1)).toMatch(/EAP Response/);
    peer.request(protocolIpcp, 1, [3, 10, 0, 0, 1]);
    peer.clock.advance(20_000);
    expect(peer.side.outcome?.code).not.toBe(0);
    expect(peer.side.outcome).toMatchObject({ wasUp: false });
  });

  it("EAP-78 three links of one connection: the first is marked, and not when the server calls back", async () => {
    const dial = async (connection: EapMultilinkConnection, callback: boolean) => {
      const method = scripted(responds);
      const peer = rawServer({
        credentials: {
          userName: "alice",
          password: "x",
          protocols: ["EAP"],
          eap: { methods: await methods(method.registration), connection, callback },
        },
      }).openLcp([3, 0xc2, 0x27]);
      peer.frame(protocolEap, encodeEapPacket({ code: 1, identifier: 7, type: 4, data: Uint8Array.of(1) }));
      return ((method.begins[0]?.flags ?? 0) & RAS_EAP_FLAG_FIRST_LINK) !== 0;
    };
    const connection = new EapMultilinkConnection();
    const marked: boolean[] = [];
    for (let link = 0; link < 3; link += 1) marked.push(await dial(connection, false));
    expect(marked).toEqual([true, false, false]);
    expect(await dial(new EapMultilinkConnection(), true)).toBe(false);
  });

  it("MD5-Challenge asks the provider for its verdict", async () => {
    const known = await methods(md5Challenge());
    const asked: string[] = [];
    const { server, clock, open } = pair({
      server: {
        authentication: {
          protocols: ["EAP"],
          eap: {
            kind: "methods",
            methods: known,
            provider: {
              authenticate: ({ identity }) => (
                asked.push(identity), { result: 0, attributes: [{ type: 27, value: 60 }] }
              ),
              authorize: () => ({ result: 5, attributes: [] }),
            },
          },
        },
      },
      caller: { credentials: { userName: "alice", password: "wonderland", eap: { methods: known } } },
    });
    open();
    clock.advance(4_000);
    expect(asked).toEqual(["alice"]);
    expect(server.connections[0]?.session.grant.sessionTimeoutSeconds).toBe(60);
    clock.advance(70_000);
    expect(server.outcome).toMatchObject({ code: 932, wasUp: true });
  });

  it("a link that ends stops its method", async () => {
    const method = scripted(asks(EAPACTION_SendWithTimeout));
    const peer = new RawPeer({
      authentication: {
        protocols: ["EAP"],
        eap: { kind: "methods", methods: await methods(method.registration) },
      },
    }).openLcp();
    answersIdentity(peer);
    peer.link.lineLost();
    expect(peer.clock.pending).toBe(0);
    peer.clock.advance(60_000);
    expect(method.calls).toEqual(["null"]);
  });

  it("noise in the phase is left out: no packet of EAP, of IP, of nothing", async () => {
    const method = scripted(asks(EAPACTION_SendWithTimeout));
    const peer = new RawPeer({
      authentication: {
        protocols: ["EAP"],
        eap: { kind: "methods", methods: await methods(method.registration) },
      },
    }).openLcp();
    answersIdentity(peer);
    peer.take();
    for (const noise of [[], [1], [2, 1, 0, 4], [2, 1, 255, 255, 4], [9, 1, 0, 4]]) {
      peer.frame(protocolEap, Uint8Array.from(noise));
    }
    peer.frame(0x21, new Uint8Array(40));
    expect(peer.take()).toEqual([]);
    expect(peer.link.phase).toBe("authenticate");
  });
});

/** The identity request is the first of EAP. */
function answersIdentity(peer: RawPeer): void {
  const request = peer.last(protocolEap, 1);
  const data = new TextEncoder().encode("alice");
  peer.frame(protocolEap, encodeEapPacket({ code: 2, identifier: request[1] ?? 0, type: 1, data }));
}

it.each([
  [Uint8Array.of(1, 7, 0, 6, 13, 0x20), "EAP Request 7, 6 octets (EAP-TLS)"],
  [Uint8Array.of(2, 7, 0, 6, 3, 4), "EAP Response 7, 6 octets (Nak)"],
  [Uint8Array.of(3, 7, 0, 4), "EAP Success 7, 4 octets"],
])("a trace names the method, and nothing of what it says", (packet, words) => {
  expect(describePacket(protocolEap, packet)).toBe(words);
});

describe("the length of packets", () => {
  it.each([
    [1_500, undefined, 1_500],
    [1_280, undefined, 1_280],
    [576, undefined, 1_020],
    [1_500, 1_200, 1_200],
    [4_000, undefined, 1_500],
    [4_000, 3_000, 3_000],
  ])(
    "EAP-38 the other side takes %i octets, and the settings say %s: messages of methods may have %i",
    async (mru, maxPacketSize, expected) => {
      const method = scripted(asks(EAPACTION_SendWithTimeout));
      const { open, clock } = pair({
        server: {
          authentication: {
            protocols: ["EAP"],
            eap: {
              kind: "methods",
              methods: await methods(method.registration),
              ...(maxPacketSize !== undefined && { maxPacketSize }),
            },
          },
        },
        caller: {
          settings: { mru },
          credentials: {
            userName: "alice",
            password: "x",
            eap: { methods: await methods(scripted(responds).registration) },
          },
        },
      });
      open();
      await clock.advanceAsync(4_000);
      expect(method.begins).toMatchObject([{ sendPacketSize: expected }]);
    },
  );

  it("EAP-38 EAP-62 a RADIUS server is told how long its packets may be on this link", async () => {
    const sizes: number[] = [];
    const { open, clock } = pair({
      server: {
        authentication: {
          protocols: ["EAP"],
          eap: {
            kind: "relay",
            forward: (_packet, _identity, packetSize) => {
              sizes.push(packetSize);
              return { kind: "reject", packet: null, result: 691 };
            },
          },
        },
      },
      caller: {
        settings: { mru: 1_100 },
        credentials: { userName: "alice", password: "x", eap: { methods: await methods(msChap) } },
      },
    });
    open();
    await clock.advanceAsync(4_000);
    expect(sizes).toEqual([1_100]);
  });
});
