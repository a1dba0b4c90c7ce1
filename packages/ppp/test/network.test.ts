import { describe, expect, it } from "vitest";
import {
  AddressPool,
  decodeIcmpEcho,
  decodeIpv4,
  encodeIcmpEcho,
  encodeIpv4,
  ipProtocolIcmp,
  type PppAddressAnswer,
  type PppGrant,
  parseIpv4,
  protocolIpcp,
  protocolIpv4,
  protocolLcp,
} from "../src/index.ts";
import { pair, pool } from "./harness.ts";
import { open, optionData, RawPeer, rawServer } from "./raw-peer.ts";

const session = (grant: PppGrant = {}) => ({ userName: "alice", protocol: "PAP" as const, grant });
const addressOf = (answer: PppAddressAnswer): string =>
  answer.kind === "assigned" ? answer.address : answer.reason;

describe("RFC 1332 and RFC 1877, what a server's IPCP makes of an option", () => {
  it.each([
    ["no address", [3, 0, 0, 0, 0], "IPCP Configure-Nak id=9 address=10.99.0.2"],
    ["another address", [3, 10, 99, 0, 77], "IPCP Configure-Nak id=9 address=10.99.0.2"],
    ["the server's own address", [3, 10, 99, 0, 1], "IPCP Configure-Nak id=9 address=10.99.0.2"],
    ["its address", [3, 10, 99, 0, 2], "IPCP Configure-Ack id=9 address=10.99.0.2"],
    ["an address of two octets", [3, 10, 99], "IPCP Configure-Nak id=9 address=10.99.0.2"],
    ["VJ compression", [2, 0, 0x2d, 15, 1], "IPCP Configure-Reject id=9 compression(2)=002d0f01"],
    [
      "both addresses at once",
      [1, 0, 0, 0, 0, 0, 0, 0, 0],
      "IPCP Configure-Reject id=9 option(1)=0000000000000000",
    ],
    ["the first DNS server", [129, 0, 0, 0, 0], "IPCP Configure-Nak id=9 dns1=10.99.0.53 address=10.99.0.2"],
    [
      "the second NBNS server, which there is not",
      [132, 0, 0, 0, 0],
      "IPCP Configure-Reject id=9 nbns2=0.0.0.0",
    ],
    ["an option nobody knows", [77, 1], "IPCP Configure-Reject id=9 option(77)=01"],
  ])("%s", (_, option, answer) => {
    const peer = new RawPeer(open).openLcp();
    peer.take();
    peer.request(protocolIpcp, 9, option);
    expect(peer.take()).toEqual([answer]);
  });

  it("nothing at all is told the address (RFC 1332 section 3.3)", () => {
    const peer = new RawPeer(open).openLcp();
    peer.take();
    peer.request(protocolIpcp, 9);
    expect(peer.take()).toEqual(["IPCP Configure-Nak id=9 address=10.99.0.2"]);
  });

  it("the server's own address is not for the other side to choose: 735", () => {
    const peer = new RawPeer(open).openLcp();
    peer.say(protocolIpcp, 3, 1, optionData([3, 10, 99, 0, 99]));
    peer.clock.advance(20_000);
    expect(peer.side.outcome).toMatchObject({ code: 735 });
  });
});

describe("what a caller's IPCP does", () => {
  it("asks for an address and four servers, takes what it is told, and gives up what is rejected", () => {
    const peer = rawServer({ credentials: undefined }).openLcp();
    expect(peer.take().at(-1)).toBe(
      "IPCP Configure-Request id=1 address=0.0.0.0 dns1=0.0.0.0 dns2=0.0.0.0 nbns1=0.0.0.0 nbns2=0.0.0.0",
    );
    peer.say(protocolIpcp, 4, 1, optionData([130, 0, 0, 0, 0], [132, 0, 0, 0, 0]));
    peer.say(protocolIpcp, 3, 2, optionData([3, 10, 0, 0, 9], [129, 10, 0, 0, 53], [131, 10, 0, 0, 54]));
    expect(peer.take().at(-1)).toBe(
      "IPCP Configure-Request id=3 address=10.0.0.9 dns1=10.0.0.53 dns2=10.0.0.54",
    );
    peer.acknowledge(protocolIpcp);
    peer.request(protocolIpcp, 1, [3, 10, 0, 0, 1]);
    expect(peer.side.connections).toMatchObject([
      { local: "10.0.0.9", peer: "10.0.0.1", dns: ["10.0.0.53", "10.0.0.54"], nbns: [] },
    ]);
  });

  it("without an address there is no network: 738", () => {
    const peer = rawServer({ credentials: undefined }).openLcp();
    peer.say(protocolIpcp, 4, 1, optionData([3, 0, 0, 0, 0]));
    peer.clock.advance(20_000);
    expect(peer.side.outcome).toMatchObject({ code: 738 });
    const taken = rawServer({ credentials: undefined }).openLcp();
    taken.acknowledge(protocolIpcp);
    taken.request(protocolIpcp, 1, [3, 10, 0, 0, 1]);
    taken.clock.advance(20_000);
    expect(taken.side.outcome).toMatchObject({ code: 738, wasUp: false });
  });

  it("that must have an address does not take another: 735", () => {
    const both = pair({ caller: { address: "192.0.2.1" } });
    both.open();
    both.clock.advance(20_000);
    expect(both.caller.outcome).toMatchObject({ code: 735 });
  });

  it("an address that is none is refused when the link is made", () => {
    expect(() => pair({ caller: { address: "300.1.1.1" } })).toThrow(RangeError);
  });
});

describe("an address pool", () => {
  it("lends each address to one link, leaves its own out, and says why when there is none", () => {
    const small = new AddressPool({ first: "10.0.0.1", last: "10.0.0.3", local: "10.0.0.2" });
    expect([small.size, small.free]).toEqual([2, 2]);
    expect([addressOf(small.assign(session())), addressOf(small.assign(session()))]).toEqual([
      "10.0.0.1",
      "10.0.0.3",
    ]);
    const none = small.assign(session());
    expect(none).toEqual({
      kind: "refused",
      code: 717,
      reason: "all 2 addresses from 10.0.0.1 to 10.0.0.3 are in use",
    });
  });

  it("lends what was given back longest ago, after what was never lent", () => {
    const small = new AddressPool({ first: "10.0.0.1", last: "10.0.0.3", local: "10.0.0.200" });
    const [one, two] = [small.assign(session()), small.assign(session())];
    for (const answer of [two, one]) if (answer.kind === "assigned") answer.release?.();
    expect([1, 2, 3].map(() => addressOf(small.assign(session())))).toEqual([
      "10.0.0.3",
      "10.0.0.2",
      "10.0.0.1",
    ]);
    expect(small.free).toBe(0);
  });

  it("an address is given back once, whoever says so", () => {
    const small = new AddressPool({ first: "10.0.0.1", last: "10.0.0.1", local: "10.0.0.200" });
    const one = small.assign(session());
    if (one.kind === "assigned") one.release?.();
    const two = small.assign(session());
    if (one.kind === "assigned") one.release?.();
    expect(small.free).toBe(0);
    expect(addressOf(two)).toBe("10.0.0.1");
  });

  it("a grant's address comes first, and nobody gets it twice", () => {
    const some = pool();
    expect(addressOf(some.assign(session({ address: "192.0.2.7" })))).toBe("192.0.2.7");
    expect(some.assign(session({ address: "192.0.2.7" }))).toMatchObject({ kind: "refused", code: 717 });
    expect(addressOf(some.assign(session({ address: "10.99.0.2" })))).toBe("10.99.0.2");
    expect(addressOf(some.assign(session({ address: "255.255.255.254" })))).toBe("10.99.0.3");
  });

  it("is bounded, and refuses what makes no sense", () => {
    expect(() => new AddressPool({ first: "10.0.0.0", last: "10.2.0.0", local: "10.9.0.1" })).toThrow(
      RangeError,
    );
    expect(() => new AddressPool({ first: "10.0.0.9", last: "10.0.0.1", local: "10.9.0.1" })).toThrow(
      RangeError,
    );
    expect(() => new AddressPool({ first: "10.0.0", last: "10.0.0.1", local: "10.9.0.1" })).toThrow(
      RangeError,
    );
  });

  it("a link gives its address back when it is over, and when it is negotiated anew", () => {
    const some = pool();
    const peer = new RawPeer({ ...open, addresses: some }).openLcp().openIpcp();
    expect(some.free).toBe(some.size - 1);
    peer.request(protocolLcp, 9);
    expect(some.free).toBe(some.size);
    peer.acknowledge(protocolLcp);
    expect(some.free).toBe(some.size - 1);
    peer.link.lineLost();
    expect(some.free).toBe(some.size);
  });

  it("that is empty refuses the caller with its reason: 717", () => {
    const empty = new AddressPool({ first: "10.0.0.1", last: "10.0.0.1", local: "10.0.0.9" });
    empty.assign(session());
    const { server, clock, open: dial } = pair({ server: { addresses: empty } });
    dial();
    clock.advance(20_000);
    expect(server.outcome).toMatchObject({ code: 717, reason: expect.stringContaining("in use") });
  });
});

describe("ping", () => {
  it("goes both ways over a link, of any size that fits", async () => {
    const { clock, callerLink, serverLink, open: dial, caller } = pair();
    dial();
    clock.advance(4_000);
    for (const size of [0, 1, 56, 1472]) {
      expect(await callerLink.ping({ size })).toEqual({ kind: "reply", milliseconds: 0 });
      expect(await serverLink.ping({ size, to: "10.99.0.2" })).toEqual({ kind: "reply", milliseconds: 0 });
    }
    expect(await callerLink.ping({ size: 1473 })).toEqual({ kind: "not-sent" });
    expect(caller.packets.length).toBeGreaterThan(4);
  });

  it("without reply says so, and no more than 32 wait", async () => {
    const { clock, callerLink, open: dial } = pair({ server: { settings: { answerPing: false } } });
    expect(await callerLink.ping()).toEqual({ kind: "not-sent" });
    dial();
    clock.advance(4_000);
    const pings = Array.from({ length: 40 }, () => callerLink.ping({ timeoutMs: 1_000 }));
    clock.advance(1_000);
    const kinds = (await Promise.all(pings)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "no-reply")).toHaveLength(32);
    expect(kinds.filter((kind) => kind === "not-sent")).toHaveLength(8);
    expect(() => callerLink.ping({ to: "x" })).toThrow(RangeError);
    expect(() => callerLink.ping({ size: -1 })).toThrow(RangeError);
  });

  it("ends with the link", async () => {
    const { clock, callerLink, open: dial } = pair({ server: { settings: { answerPing: false } } });
    dial();
    clock.advance(4_000);
    const reply = callerLink.ping();
    callerLink.lineLost();
    expect(await reply).toEqual({ kind: "no-reply" });
    expect(await callerLink.ping()).toEqual({ kind: "not-sent" });
  });

  const echo = (change: (packet: Uint8Array) => void = () => {}, to = "10.99.0.1"): Uint8Array => {
    const data = new Uint8Array(8);
    const payload = encodeIcmpEcho({ kind: "request", identifier: 1, sequence: 2, data });
    const packet = encodeIpv4({
      source: parseIpv4("10.99.0.2"),
      destination: parseIpv4(to),
      protocol: ipProtocolIcmp,
      payload,
    });
    change(packet);
    return packet;
  };
  const replies = (packet: Uint8Array): number => {
    const peer = new RawPeer(open).openLcp().openIpcp();
    peer.take();
    peer.frame(protocolIpv4, packet);
    return peer.take().length;
  };

  it.each([
    ["is answered", echo(), 1],
    ["to another address is not", echo(() => {}, "10.99.0.9"), 0],
    ["with a wrong checksum of the header is not", echo((packet) => (packet[8] = 9)), 0],
    ["with a wrong checksum of ICMP is not", echo((packet) => (packet[27] = 9)), 0],
    ["of another version is not", echo((packet) => (packet[0] = 0x65)), 0],
    ["whose length lies is not", echo((packet) => (packet[3] = 200)), 0],
    ["that is cut is not", echo().subarray(0, 15), 0],
  ])("an echo request that %s", (_, packet, count) => {
    expect(replies(packet)).toBe(count);
  });

  it("RFC 792: the reply has the data, identifier and sequence of its request, and right checksums", () => {
    const peer = new RawPeer(open).openLcp().openIpcp();
    peer.frame(protocolIpv4, echo());
    const reply = decodeIpv4(peer.heard.at(-1)?.packet ?? new Uint8Array(0));
    expect(reply).toMatchObject({
      source: parseIpv4("10.99.0.1"),
      destination: parseIpv4("10.99.0.2"),
      fragment: false,
    });
    expect(decodeIcmpEcho(reply.payload)).toMatchObject({ kind: "reply", identifier: 1, sequence: 2 });
  });
});
