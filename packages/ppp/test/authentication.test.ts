import { settingsAccounts } from "@sallyport/accounts";
import { Secret } from "@sallyport/crypto";
import { describe, expect, it } from "vitest";
import {
  accountsProvider,
  decodeChapValue,
  encodeChapValue,
  encodePapRequest,
  type PppAuthenticationProtocol,
  type PppCredentials,
  type PppVerdict,
  protocolChap,
  protocolIpcp,
  protocolLcp,
  protocolPap,
} from "../src/index.ts";
import { pair, wonderland } from "./harness.ts";
import { chapMd5, pap, RawPeer, rawServer } from "./raw-peer.ts";

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const passwordProtocols: readonly PppAuthenticationProtocol[] = ["PAP", "CHAP", "MS-CHAPv2"];
const provider = accountsProvider(settingsAccounts(wonderland), { now: () => 0 });

describe("who the caller is", () => {
  it.each(passwordProtocols)("%s: the right password, and the link is up", (protocol) => {
    const { server, caller, clock, open } = pair({
      server: { authentication: { protocols: [protocol], provider } },
    });
    open();
    clock.advance(4_000);
    expect(server.connections).toMatchObject([{ session: { userName: "alice", protocol } }]);
    expect(caller.connections).toHaveLength(1);
  });

  it.each(passwordProtocols)(
    "RAS-33 %s: a wrong password is refused, whatever came before PPP, and no packet of IPCP is sent",
    (protocol) => {
      const { server, caller, clock, open } = pair({
        server: { authentication: { protocols: [protocol], provider } },
        caller: { credentials: { userName: "alice", password: "looking-glass", protocols: [protocol] } },
      });
      open();
      clock.advance(20_000);
      expect(server.outcome).toMatchObject({ code: 691, userName: "alice", wasUp: false, by: "this side" });
      expect(caller.outcome).toMatchObject({ code: 691, wasUp: false });
      expect(server.trace.join("\n")).not.toContain("IPCP");
      expect(clock.pending).toBe(0);
    },
  );

  it.each(["nobody", "ALICE\\x", ""])("an unknown user %j is refused", (userName) => {
    const { server, clock, open } = pair({
      caller: { credentials: { userName, password: "wonderland", protocols: ["PAP"] } },
    });
    open();
    clock.advance(20_000);
    expect(server.outcome).toMatchObject({ code: 691, userName });
  });

  it.each([
    ["disabled", { enabled: false }, 647],
    ["without dial-in permission", { dialIn: "deny" as const }, 649],
    ["whose password has expired", { passwordExpires: new Date(-1) }, 648],
  ])("an account that is %s is refused with its code, which MS-CHAPv2 tells the caller", (_, more, code) => {
    const accounts = settingsAccounts([{ name: "alice", password: "wonderland", ...more }]);
    const { server, caller, clock, open } = pair({
      server: {
        authentication: { protocols: ["MS-CHAPv2"], provider: accountsProvider(accounts, { now: () => 0 }) },
      },
    });
    open();
    clock.advance(20_000);
    expect(server.outcome).toMatchObject({ code });
    expect(caller.outcome).toMatchObject({ code });
  });

  it("MS-CHAPv2 gives both sides the same keys, crossed over", () => {
    const { server, caller, clock, open } = pair({
      server: { authentication: { protocols: ["MS-CHAPv2"], provider } },
    });
    open();
    clock.advance(4_000);
    const there = server.connections[0]?.session.grant.keys;
    const here = caller.connections[0]?.session.grant.keys;
    expect(there?.send).toHaveLength(16);
    expect(here?.receive.equals(there?.send ?? new Secret("no"))).toBe(true);
    expect(here?.send.equals(there?.receive ?? new Secret("no"))).toBe(true);
  });

  it("a server of MS-CHAPv2 that does not know the password is found out by the caller: 1397", () => {
    const impostor = {
      verify: (): PppVerdict => ({
        kind: "accepted",
        authenticatorResponse: `S=${"0123456789".repeat(4)}`,
      }),
    };
    const { caller, clock, open } = pair({
      server: { authentication: { protocols: ["MS-CHAPv2"], provider: impostor } },
    });
    open();
    clock.advance(20_000);
    expect(caller.outcome).toMatchObject({ code: 1397, by: "this side", wasUp: false });
  });

  it("nobody is asked where no protocol is demanded", () => {
    const { server, caller, clock, open } = pair({ server: { authentication: { protocols: [] } } });
    open();
    clock.advance(4_000);
    expect(server.calls).toEqual(["up"]);
    expect(caller.connections).toHaveLength(1);
  });

  it("a caller gives its password away by PAP only where it is told to", () => {
    const { server, caller, clock, open } = pair({
      caller: { credentials: { userName: "alice", password: "wonderland" } },
    });
    open();
    clock.advance(20_000);
    expect(server.trace.join("\n")).not.toContain("PAP Authenticate-Request");
    expect(server.outcome).toMatchObject({ code: 917 });
    clock.advance(60_000);
    expect(caller.outcome).toMatchObject({ code: 719, by: "other side", wasUp: false });
  });
});

describe("PAP (RFC 1334)", () => {
  const request = encodePapRequest({ peerId: bytes("alice"), password: bytes("wonderland") });

  it("a request that comes again gets the same reply, also when the network is up", () => {
    const peer = new RawPeer().openLcp();
    peer.say(protocolPap, 1, 7, request);
    peer.openIpcp();
    peer.take();
    peer.say(protocolPap, 1, 8, request);
    expect(peer.take()).toEqual(['PAP Authenticate-Ack id=8 message=""']);
    expect(peer.side.calls).toEqual(["authenticated alice", "up"]);
  });

  it("is verified once, however often it comes while the provider thinks", async () => {
    const asked: PppCredentials[] = [];
    let conclude: (verdict: PppVerdict) => void = () => undefined;
    const slow = {
      verify: (credentials: PppCredentials) => {
        asked.push(credentials);
        return new Promise<PppVerdict>((resolve) => (conclude = resolve));
      },
    };
    const peer = new RawPeer({ authentication: { protocols: ["PAP"], provider: slow } }).openLcp();
    peer.take();
    for (let identifier = 1; identifier < 5; identifier += 1) peer.say(protocolPap, 1, identifier, request);
    expect(peer.take()).toEqual([]);
    conclude({ kind: "accepted" });
    await peer.clock.advanceAsync(0);
    expect(asked).toHaveLength(1);
    expect(peer.take()[0]).toBe('PAP Authenticate-Ack id=4 message=""');
  });

  it("no request within 30 seconds: 718", () => {
    const peer = new RawPeer({ settings: { echoIntervalMs: 0 } }).openLcp();
    peer.clock.advance(29_999);
    expect(peer.link.phase).toBe("authenticate");
    peer.clock.advance(10_000);
    expect(peer.side.outcome).toMatchObject({ code: 718 });
  });

  it("a caller asks every 3 seconds, ten times: 718", () => {
    const peer = rawServer({
      credentials: { userName: "alice", password: "wonderland", protocols: ["PAP"] },
      settings: { echoIntervalMs: 0 },
    }).openLcp(pap);
    peer.clock.advance(60_000);
    expect(peer.take().filter((words) => words.startsWith("PAP"))).toHaveLength(10);
    expect(peer.side.outcome).toMatchObject({ code: 718 });
  });

  it("a packet whose lengths lie is left out", () => {
    const peer = new RawPeer().openLcp();
    peer.take();
    for (const data of [[], [200, 1], [1, 65, 200, 1], [5, 97, 108, 105, 99, 101]]) {
      peer.say(protocolPap, 1, 1, Uint8Array.from(data));
    }
    expect(peer.take()).toEqual([]);
    expect(peer.link.phase).toBe("authenticate");
  });
});

describe("CHAP (RFC 1994)", () => {
  const chap = (rechallengeMs?: number) =>
    new RawPeer({
      authentication: { protocols: ["CHAP"], provider, rechallengeMs },
      settings: { echoIntervalMs: 0 },
    }).openLcp();

  it("the challenge comes again until it is answered, ten times: 718", () => {
    const peer = chap();
    peer.clock.advance(60_000);
    const challenges = peer.take().filter((words) => words.startsWith("CHAP Challenge"));
    expect(challenges).toHaveLength(10);
    expect(new Set(challenges).size).toBe(1);
    expect(peer.side.outcome).toMatchObject({ code: 718 });
  });

  it("a response to another challenge is left out; a repeated one gets the same reply (section 4.2)", () => {
    const peer = chap();
    const challenge = peer.last(protocolChap, 1);
    const identifier = challenge[1] ?? 0;
    peer.take();
    const wrong = encodeChapValue({ value: new Uint8Array(16), name: bytes("alice") });
    peer.say(protocolChap, 2, (identifier + 1) & 255, wrong);
    expect(peer.take()).toEqual([]);
    peer.say(protocolChap, 2, identifier, wrong);
    expect(peer.take()).toEqual([
      `CHAP Failure id=${identifier} message=""`,
      expect.stringMatching(/^LCP Terminate-Request/),
    ]);
  });

  it("asks again while the link is up: who answers stays, who does not is thrown out", () => {
    const { server, clock, open } = pair({
      server: { authentication: { protocols: ["CHAP"], provider, rechallengeMs: 60_000 } },
    });
    open();
    clock.advance(299_000);
    expect(server.trace.filter((line) => line.startsWith("sent CHAP Success"))).toHaveLength(5);
    expect(server.calls).toEqual(["authenticated alice", "up"]);

    let changed = false;
    const strict = pair({
      server: {
        authentication: {
          protocols: ["CHAP"],
          rechallengeMs: 60_000,
          provider: {
            verify: (credentials) =>
              changed ? { kind: "refused", code: 647 } : provider.verify(credentials),
          },
        },
      },
    });
    strict.open();
    strict.clock.advance(4_000);
    changed = true;
    strict.clock.advance(80_000);
    expect(strict.server.outcome).toMatchObject({ code: 647, wasUp: true });
    expect(strict.server.calls).toEqual(["authenticated alice", "up", "down", "closed"]);
  });

  it("every challenge is another one, with another identifier", () => {
    const { server, clock, open } = pair({
      server: { authentication: { protocols: ["CHAP"], provider, rechallengeMs: 1_000 } },
    });
    open();
    clock.advance(20_000);
    const challenges = server.trace.filter((line) => line.startsWith("sent CHAP Challenge"));
    expect(new Set(challenges).size).toBe(challenges.length);
    expect(challenges.length).toBeGreaterThan(15);
  });

  it("a lost Success is asked for again by the caller's response", () => {
    let lost = 0;
    const { caller, clock, open } = pair({
      server: { authentication: { protocols: ["CHAP"], provider } },
      bend: (octets, direction) => {
        const isSuccess =
          direction === "to caller" && Buffer.from(octets).toString("hex").startsWith("7ec22303");
        if (!isSuccess || lost > 0) return octets;
        lost += 1;
        return undefined;
      },
    });
    open();
    clock.advance(10_000);
    expect(lost).toBe(1);
    expect(caller.connections).toHaveLength(1);
  });

  it("the caller's response is the MD5 of identifier, password and challenge (section 4.1)", () => {
    const peer = rawServer().openLcp(chapMd5);
    peer.say(protocolChap, 1, 5, encodeChapValue({ value: bytes("0123456789abcdef"), name: bytes("ras") }));
    const { name, value } = decodeChapValue(peer.last(protocolChap, 2).subarray(4));
    expect(new TextDecoder().decode(name)).toBe("alice");
    // md5 of 05 "wonderland" "0123456789abcdef"
    expect(Buffer.from(value).toString("hex")).toBe("1c722927918bb74878f4f370920a7e38");
  });
});

describe("MS-CHAPv2 (RFC 2759)", () => {
  it("a challenge that comes twice gets the same response twice, so that the proof fits both", () => {
    const { caller, clock, open } = pair({
      server: { authentication: { protocols: ["MS-CHAPv2"], provider } },
      bend: (octets, direction) => {
        const isChallenge =
          direction === "to caller" && Buffer.from(octets).toString("hex").startsWith("7ec22301");
        return isChallenge ? Uint8Array.of(...octets, ...octets) : octets;
      },
    });
    open();
    clock.advance(4_000);
    const responses = caller.trace.filter((line) => line.startsWith("sent CHAP Response"));
    expect(responses).toHaveLength(2);
    expect(caller.connections).toHaveLength(1);
  });
});

describe("secrets", () => {
  it("are in no trace and no counter", () => {
    for (const protocol of passwordProtocols) {
      const { server, caller, clock, open } = pair({
        server: { authentication: { protocols: [protocol], provider } },
      });
      open();
      clock.advance(4_000);
      expect([...server.trace, ...caller.trace].join("\n")).not.toContain("wonderland");
      expect(JSON.stringify(server.connections)).not.toContain("wonderland");
    }
  });

  it("packets of a protocol that was not agreed on get no answer of it", () => {
    const peer = new RawPeer({ authentication: { protocols: ["CHAP"], provider } }).openLcp();
    peer.take();
    peer.say(protocolPap, 1, 1, encodePapRequest({ peerId: bytes("alice"), password: bytes("wonderland") }));
    peer.request(protocolIpcp, 1, [3, 10, 99, 0, 2]);
    peer.request(protocolLcp, 2, [7]);
    expect(peer.take().filter((words) => /PAP|IPCP/.test(words))).toEqual([]);
    expect(peer.side.calls).toEqual([]);
  });
});
