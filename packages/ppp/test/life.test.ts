import { createMemoryLog } from "@sallyport/runtime";
import { describe, expect, it } from "vitest";
import {
  encodeFrame,
  PppLink,
  type PppLinkSettings,
  protocolIpcp,
  protocolIpv4,
  protocolLcp,
} from "../src/index.ts";
import { pair, pool } from "./harness.ts";
import { open, RawPeer } from "./raw-peer.ts";

describe("how a link ends", () => {
  it("by the other side: it is told so, and the line stays a little for what may come again", () => {
    const peer = new RawPeer(open).openLcp().openIpcp();
    peer.take();
    peer.lcp(5, 40);
    expect(peer.take()).toEqual(["LCP Terminate-Ack id=40"]);
    expect(peer.side.calls).toEqual(["up", "down"]);
    expect(peer.link.phase).toBe("terminate");
    peer.lcp(5, 41);
    expect(peer.take()).toEqual(["LCP Terminate-Ack id=41"]);
    peer.clock.advance(3_000);
    expect(peer.side.outcome).toMatchObject({ code: 719, by: "other side", wasUp: true });
    expect(peer.side.phases).toEqual(["establish", "authenticate", "network", "terminate", "dead"]);
  });

  it("by this side: two Terminate-Requests, three seconds apart, and then without an answer", () => {
    const peer = new RawPeer(open).openLcp().openIpcp();
    peer.take();
    peer.link.close("the server stops", 631);
    peer.link.close("again", 5);
    peer.clock.advance(3_000);
    expect(peer.take()).toEqual([
      expect.stringMatching(/^LCP Terminate-Request/),
      expect.stringMatching(/^LCP Terminate-Request/),
    ]);
    expect(peer.side.outcome).toBeUndefined();
    peer.clock.advance(3_000);
    expect(peer.side.outcome).toMatchObject({ code: 631, reason: "the server stops", by: "this side" });
    expect(peer.clock.pending).toBe(0);
  });

  it("by this side: at once when the other side agrees", () => {
    const peer = new RawPeer(open).openLcp().openIpcp();
    peer.link.close();
    peer.lcp(6, 1);
    expect(peer.side.outcome).toMatchObject({ code: 0, by: "this side" });
  });

  it("by the line, in every phase: 629, once, and no timer is left", () => {
    for (const stage of [0, 1, 2, 3]) {
      const peer = new RawPeer(stage === 1 ? {} : open);
      if (stage >= 1) peer.openLcp();
      if (stage >= 2) peer.openIpcp();
      if (stage >= 3) peer.link.close();
      peer.link.lineLost();
      peer.link.lineLost();
      expect(peer.side.outcome).toMatchObject({ by: stage === 3 ? "this side" : "line" });
      if (stage < 3) expect(peer.side.outcome?.code).toBe(629);
      expect(peer.side.calls.filter((call) => call === "closed")).toHaveLength(1);
      expect(peer.clock.pending).toBe(0);
      peer.take();
      peer.link.receive(encodeFrame(protocolLcp, Uint8Array.of(1, 1, 0, 4)));
      peer.link.open();
      expect(peer.take()).toEqual([]);
    }
  });

  it("when IPCP ends: 736", () => {
    const peer = new RawPeer(open).openLcp().openIpcp();
    peer.say(protocolIpcp, 5, 1);
    expect(peer.side.calls).toEqual(["up", "down"]);
    peer.clock.advance(30_000);
    expect(peer.side.outcome).toMatchObject({ code: 736, wasUp: true });
  });

  it("when IPCP is never answered: 718", () => {
    const peer = new RawPeer({ ...open, settings: { echoIntervalMs: 0 } }).openLcp();
    peer.clock.advance(60_000);
    expect(peer.side.outcome).toMatchObject({ code: 718, wasUp: false });
  });

  it("when it is not up after 150 seconds, however busy the other side is (RAS-55)", () => {
    const peer = new RawPeer({ settings: { negotiation: { maxRounds: 10_000 } } });
    for (let second = 0; second < 160; second += 1) {
      peer.request(protocolLcp, second & 255, [13, 1]);
      if (second % 5 === 0 && peer.side.outcome === undefined) {
        peer.lcp(3, peer.last(protocolLcp, 1)[1] ?? 0, Uint8Array.of(2, 6, 0, 0, 0, 0));
      }
      peer.clock.advance(1_000);
    }
    expect(peer.side.outcome).toMatchObject({ code: 718, reason: expect.stringContaining("150 s") });
  });

  it("after its session time-out: 932", () => {
    const {
      server,
      clock,
      open: dial,
    } = pair({
      server: { authentication: limited({ sessionTimeoutSeconds: 3_600 }) },
    });
    dial();
    clock.advance(3_590_000);
    expect(server.outcome).toBeUndefined();
    clock.advance(20_000);
    expect(server.outcome).toMatchObject({ code: 932, wasUp: true });
  });

  it("after its idle time-out, which every packet of IP puts off, and LCP does not: 828", async () => {
    const {
      server,
      callerLink,
      clock,
      open: dial,
    } = pair({
      server: { authentication: limited({ idleTimeoutSeconds: 60 }) },
    });
    dial();
    clock.advance(4_000);
    for (let minute = 0; minute < 5; minute += 1) {
      clock.advance(50_000);
      await callerLink.ping();
    }
    expect(server.outcome).toBeUndefined();
    clock.advance(80_000);
    expect(server.outcome).toMatchObject({ code: 828 });
  });
});

describe("what goes over a link", () => {
  it("is counted", async () => {
    const { callerLink, serverLink, clock, open: dial } = pair();
    dial();
    clock.advance(4_000);
    await callerLink.ping();
    expect(callerLink.counters).toMatchObject({ packetsSent: 1, packetsReceived: 1, badFcs: 0 });
    expect(callerLink.counters.framesSent).toBe(serverLink.counters.framesReceived);
    expect(serverLink.counters.octetsSent).toBe(callerLink.counters.octetsReceived);
  });

  it("is left out before its time: IP before IPCP, IPCP before LCP, IP of ours before both", () => {
    const peer = new RawPeer(open);
    expect(peer.link.sendPacket(new Uint8Array(40))).toBe(false);
    peer.take();
    peer.request(protocolIpcp, 1, [3, 0, 0, 0, 0]);
    peer.openLcp();
    peer.frame(protocolIpv4, new Uint8Array(40));
    expect(peer.side.packets).toEqual([]);
    expect(peer.link.counters.discarded).toBe(2);
  });

  it("waits when it comes before the link is open, up to a bound, and is lost when the link is never opened", () => {
    const { callerLink, serverLink, caller } = pair();
    callerLink.open();
    serverLink.receive(new Uint8Array(70_000));
    expect(serverLink.counters).toMatchObject({ dropped: 1, framesReceived: 0, framesSent: 0 });
    serverLink.open();
    expect(caller.connections).toHaveLength(1);
  });

  it("is dropped when it is longer than the other side takes", () => {
    const peer = new RawPeer(open).openLcp([1, 0, 200]).openIpcp();
    expect(peer.link.sendPacket(new Uint8Array(200))).toBe(true);
    expect(peer.link.sendPacket(new Uint8Array(201))).toBe(false);
    expect(peer.link.counters.dropped).toBe(1);
  });

  it("waits for nothing when the line is full: it is dropped and counted, until there is room", () => {
    let full = false;
    const sent: Uint8Array[] = [];
    const raw = new RawPeer((events, clock) => {
      const send = (octets: Uint8Array<ArrayBuffer>): boolean => {
        sent.push(octets);
        events.send(octets);
        return !full;
      };
      return new PppLink({
        role: "server",
        clock,
        random: (length) => new Uint8Array(length).fill(7),
        ...open,
        addresses: pool(),
        events: { ...events, send },
      });
    })
      .openLcp()
      .openIpcp();
    full = true;
    const before = sent.length;
    expect(raw.link.sendPacket(new Uint8Array(40))).toBe(true);
    for (let count = 0; count < 1000; count += 1) raw.lcp(9, count & 255, new Uint8Array(4));
    expect(raw.link.sendPacket(new Uint8Array(40))).toBe(false);
    expect(sent.length).toBe(before + 1);
    expect(raw.link.counters.dropped).toBe(1001);
    full = false;
    raw.link.drained();
    expect(raw.link.sendPacket(new Uint8Array(40))).toBe(true);
  });

  it("negotiated anew: the network goes down and up again", () => {
    const peer = new RawPeer(open).openLcp().openIpcp();
    peer.request(protocolLcp, 9);
    expect(peer.link.phase).toBe("establish");
    peer.acknowledge(protocolLcp);
    peer.acknowledge(protocolIpcp);
    peer.request(protocolIpcp, 1, [3, 10, 99, 0, 3]);
    expect(peer.side.calls).toEqual(["up", "down", "up"]);
  });

  it("can be read as a conversation", () => {
    const { caller, clock, open: dial } = pair();
    dial();
    clock.advance(4_000);
    const words = caller.trace
      .filter((line) => !line.startsWith("note"))
      .map((line) => line.replace(/ magic=\S+/, ""));
    expect(words).toContain('sent PAP Authenticate-Request id=1 user="alice" password=***');
    expect(words).toContain(
      "received IPCP Configure-Nak id=2 address=10.99.0.2 dns1=10.99.0.53 dns2=10.99.0.54 nbns1=10.99.0.42",
    );
    expect(caller.trace).toContain("note phase network");
    expect(caller.trace).toContain("note network up, here 10.99.0.2, there 10.99.0.1");
  });
});

describe("receivers of events", () => {
  it("that throw are logged by their name, and the link goes on", () => {
    const log = createMemoryLog();
    const fail = (): never => {
      throw new TypeError("a receiver's own mistake");
    };
    const peer = new RawPeer(
      (events, clock) =>
        new PppLink({
          role: "server",
          name: "gate-1",
          clock,
          log,
          random: (length) => new Uint8Array(length).fill(7),
          ...open,
          addresses: {
            assign: () => ({ kind: "assigned", address: "10.99.0.2", local: "10.99.0.1", release: fail }),
          },
          events: {
            send: events.send,
            phase: fail,
            up: fail,
            down: fail,
            packet: fail,
            trace: fail,
            closed: fail,
          },
        }),
    )
      .openLcp()
      .openIpcp();
    peer.frame(protocolIpv4, new Uint8Array(40));
    expect(peer.link.phase).toBe("network");
    peer.link.lineLost();
    expect(peer.link.phase).toBe("dead");
    const told = new Set(log.withId(1).map(({ message }) => message));
    for (const name of ["phase", "up", "down", "packet", "trace", "closed", "release"]) {
      expect(told).toContain(`The receiver of "${name}" failed.`);
    }
    expect(log.events[0]).toMatchObject({ source: "PPP", fields: { link: "gate-1", error: "TypeError" } });
    expect(JSON.stringify(log.events)).not.toContain("own mistake");
  });
});

describe("settings", () => {
  const bad: readonly (readonly [keyof PppLinkSettings, number])[] = [
    ["mru", 100],
    ["mru", 20_000],
    ["characterMap", -1],
    ["echoIntervalMs", -1],
    ["echoFailures", 0],
    ["negotiationLimitMs", 0],
    ["authenticationTransmissions", 0],
    ["authenticationRetransmitMs", Number.NaN],
  ];
  it.each(bad)("%s of %d is refused by its name", (name, value) => {
    expect(() => pair({ server: { settings: { [name]: value } } })).toThrow(name);
  });
  it("of negotiation are, too", () => {
    expect(() => pair({ server: { settings: { negotiation: { maxConfigure: 0 } } } })).toThrow(
      "maxConfigure",
    );
  });
});

function limited(grant: { readonly sessionTimeoutSeconds?: number; readonly idleTimeoutSeconds?: number }) {
  return {
    protocols: ["PAP" as const],
    provider: { verify: () => ({ kind: "accepted" as const, ...grant }) },
  };
}
