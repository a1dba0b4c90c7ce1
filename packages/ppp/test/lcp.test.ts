import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  encodeFrame,
  type PppServerEap,
  protocolCcp,
  protocolIpcp,
  protocolIpv6cp,
  protocolLcp,
} from "../src/index.ts";
import { pair } from "./harness.ts";
import { chapMd5, open, optionData, pap, RawPeer, rawServer } from "./raw-peer.ts";

const answers = (peer: RawPeer): string[] => peer.take().filter((words) => !words.includes("Request"));

describe("RFC 1661 section 6 and RFC 1662 section 7, what LCP makes of an option", () => {
  it.each([
    ["an MRU", [1, 0x05, 0x78], "LCP Configure-Ack id=9 mru=1400"],
    ["an MRU above ours", [1, 0xff, 0xff], "LCP Configure-Ack id=9 mru=65535"],
    ["an MRU too small for anything", [1, 0, 64], "LCP Configure-Nak id=9 mru=128"],
    ["an MRU of three octets", [1, 0, 0, 64], "LCP Configure-Nak id=9 mru=1500"],
    ["a character map", [2, 0, 10, 0, 0], "LCP Configure-Ack id=9 accm=0x000a0000"],
    ["a character map of one octet", [2, 0], "LCP Configure-Nak id=9 accm=0xffffffff"],
    ["authentication of the server", pap, "LCP Configure-Reject id=9 auth=PAP"],
    ["link quality", [4, 0xc0, 0x25, 0, 0, 0, 1], "LCP Configure-Reject id=9 quality(4)=c02500000001"],
    ["a magic number", [5, 1, 2, 3, 4], "LCP Configure-Ack id=9 magic=0x01020304"],
    ["compressed protocols", [7], "LCP Configure-Ack id=9 pfc"],
    ["compressed addresses", [8], "LCP Configure-Ack id=9 acfc"],
    ["compressed addresses with a value", [8, 1], "LCP Configure-Nak id=9 acfc"],
    ["callback", [13, 6], "LCP Configure-Reject id=9 callback(13)=06"],
    ["multilink", [17, 5, 220], "LCP Configure-Reject id=9 mrru(17)=05dc"],
    ["an option nobody knows", [99, 1, 2], "LCP Configure-Reject id=9 option(99)=0102"],
  ])("%s", (_, option, answer) => {
    const peer = new RawPeer();
    peer.take();
    peer.request(protocolLcp, 9, option);
    expect(answers(peer)).toEqual([answer]);
  });

  it("asks for a magic number above 0: 0 is told another one (section 6.4)", () => {
    const peer = new RawPeer();
    peer.take();
    peer.request(protocolLcp, 9, [5, 0, 0, 0, 0]);
    expect(answers(peer)).toEqual([expect.stringMatching(/^LCP Configure-Nak id=9 magic=0x(?!00000000)/)]);
  });

  it("rejects before it tells better values, and only what is to be rejected (section 5.4)", () => {
    const peer = new RawPeer();
    peer.take();
    peer.request(protocolLcp, 9, [1, 0, 64], [13, 6], [5, 1, 2, 3, 4]);
    expect(answers(peer)).toEqual(["LCP Configure-Reject id=9 callback(13)=06"]);
  });

  it("rejects an option that comes twice (section 6)", () => {
    const peer = new RawPeer();
    peer.take();
    peer.request(protocolLcp, 9, [7], [7]);
    expect(answers(peer)).toEqual(["LCP Configure-Reject id=9 pfc"]);
  });

  it("an option whose length lies is no option: the packet is left out", () => {
    const peer = new RawPeer();
    peer.take();
    peer.lcp(1, 9, Uint8Array.of(1, 40, 5, 220));
    peer.lcp(1, 9, Uint8Array.of(1, 1));
    peer.lcp(1, 9, Uint8Array.of(1));
    expect(peer.take()).toEqual([]);
    expect(peer.link.counters.discarded).toBe(3);
  });
});

describe("what LCP asks for", () => {
  it("no escapes, a magic number, compressed headers, and who the other side is", () => {
    expect(new RawPeer().take()).toEqual([
      expect.stringMatching(
        /^LCP Configure-Request id=1 accm=0x00000000 auth=PAP magic=0x[0-9a-f]{8} pfc acfc$/,
      ),
    ]);
  });

  it("gives way: a Reject takes an option out, a Nak another value in", () => {
    const peer = new RawPeer({ settings: { mru: 1400 } });
    peer.take();
    peer.lcp(4, 1, optionData([7], [8]));
    expect(peer.take()).toEqual([
      expect.stringMatching(/^LCP Configure-Request id=2 mru=1400 accm=0x00000000 auth=PAP magic=\S+$/),
    ]);
    peer.lcp(3, 2, optionData([1, 5, 0], [2, 0, 10, 0, 0]));
    expect(peer.take()).toEqual([
      expect.stringMatching(/^LCP Configure-Request id=3 mru=1280 accm=0x000a0000 auth=PAP magic=\S+$/),
    ]);
  });

  it("an Ack for something else, or with another identifier, is left out (section 5.2)", () => {
    const peer = new RawPeer(open);
    peer.lcp(2, 1, optionData([7]));
    peer.lcp(2, 77, peer.last(protocolLcp, 1).subarray(4));
    peer.request(protocolLcp, 1);
    expect(peer.link.phase).toBe("establish");
    expect(peer.link.counters.discarded).toBe(2);
    peer.acknowledge(protocolLcp);
    expect(peer.link.phase).toBe("network");
  });

  it("asks again every 3 seconds, ten times, and then nobody is there: 721", () => {
    const peer = new RawPeer();
    peer.clock.advance(60_000);
    expect(peer.take()).toHaveLength(10);
    expect(peer.side.outcome).toMatchObject({ code: 721, by: "line", wasUp: false });
    expect(peer.clock.pending).toBe(0);
  });
});

describe("who the other side is: the order of protocols (RFC 1661 section 6.2)", () => {
  const protocols = ["EAP", "MS-CHAPv2", "CHAP", "PAP"] as const;
  const eap: PppServerEap = { kind: "relay", forward: () => ({ kind: "silence" }) };
  const asks = (peer: RawPeer): string | undefined =>
    peer
      .take()
      .at(-1)
      ?.match(/auth=(\S+)/)?.[1];

  it("a Nak that names one of ours gets that one", () => {
    const peer = new RawPeer({ authentication: { protocols, eap } });
    expect(asks(peer)).toBe("EAP");
    peer.lcp(3, 1, optionData(chapMd5));
    expect(asks(peer)).toBe("CHAP");
  });

  it("a Nak that names none of ours gets the next, and never one that was refused; at the end stands 917", () => {
    const peer = new RawPeer({ authentication: { protocols, eap } });
    const asked = [asks(peer)];
    for (let identifier = 1; identifier <= 4; identifier += 1) {
      // MS-CHAP of the first version; then EAP, which it has refused before.
      peer.lcp(3, identifier, optionData(identifier === 1 ? [3, 0xc2, 0x23, 0x80] : [3, 0xc2, 0x27]));
      asked.push(asks(peer));
    }
    expect(asked).toEqual(["EAP", "MS-CHAPv2", "CHAP", "PAP", undefined]);
    peer.clock.advance(10_000);
    expect(peer.side.outcome).toMatchObject({ code: 917, by: "this side" });
  });

  it("a Reject ends the link: 919", () => {
    const peer = new RawPeer();
    peer.take();
    peer.lcp(4, 1, optionData(pap));
    expect(peer.take()).toEqual([expect.stringMatching(/^LCP Terminate-Request/)]);
    peer.clock.advance(10_000);
    expect(peer.side.outcome).toMatchObject({ code: 919, by: "this side" });
  });

  it("a caller tells what it can do, and what it cannot do it refuses", () => {
    const peer = rawServer();
    peer.take();
    peer.request(protocolLcp, 1, pap);
    expect(answers(peer)).toEqual(["LCP Configure-Nak id=1 auth=MS-CHAPv2"]);
    const silent = rawServer({ credentials: undefined });
    silent.take();
    silent.request(protocolLcp, 1, pap);
    expect(answers(silent)).toEqual(["LCP Configure-Reject id=1 auth=PAP"]);
  });
});

describe("loops and disagreement have an end", () => {
  it("a line that is looped back is found out: 737 (RFC 1661 section 6.4)", () => {
    const peer = new RawPeer(open);
    for (let heard = 0; heard < peer.heard.length && heard < 200; heard += 1) {
      const { protocol, packet } = peer.heard[heard] ?? { protocol: 0, packet: new Uint8Array(0) };
      peer.frame(protocol, packet);
    }
    peer.clock.advance(20_000);
    expect(peer.side.outcome).toMatchObject({ code: 737 });
    expect(peer.heard.length).toBeLessThan(60);
  });

  it("after five Naks the option is rejected (Max-Failure, section 4.6)", () => {
    const peer = new RawPeer(open);
    peer.take();
    const kinds: (string | undefined)[] = [];
    for (let identifier = 1; identifier <= 7; identifier += 1) {
      peer.request(protocolLcp, identifier, [1, 0, 1]);
      kinds.push(answers(peer)[0]?.split(" ")[1]);
    }
    expect(kinds).toEqual([...Array(5).fill("Configure-Nak"), ...Array(2).fill("Configure-Reject")]);
  });

  it("a side that asks for the same again and again: 732", () => {
    const peer = new RawPeer(open);
    for (let identifier = 0; identifier < 200; identifier += 1)
      peer.request(protocolLcp, identifier & 255, [13, 1]);
    expect(peer.heard.length).toBeLessThan(50);
    peer.clock.advance(20_000);
    expect(peer.side.outcome).toMatchObject({ code: 732, by: "this side" });
  });

  it("a side that refuses again and again: 732", () => {
    const peer = new RawPeer(open);
    for (let identifier = 1; identifier < 100; identifier += 1) {
      peer.lcp(3, identifier & 255, optionData([2, 0, 10, 0, 0]));
    }
    peer.clock.advance(20_000);
    expect(peer.side.outcome).toMatchObject({ code: 732 });
    expect(peer.heard.length).toBeLessThan(50);
  });

  it("a side that opens the link anew for ever: 732", () => {
    const peer = new RawPeer(open).openLcp();
    for (let identifier = 2; identifier < 100; identifier += 1) {
      peer.request(protocolLcp, identifier);
      peer.acknowledge(protocolLcp);
    }
    peer.clock.advance(20_000);
    expect(peer.side.outcome).toMatchObject({
      code: 732,
      reason: expect.stringContaining("again and again"),
    });
  });

  it("whatever Configure packets come, the link ends within its limit and says no more than it hears", () => {
    const option = fc.tuple(fc.integer({ min: 0, max: 20 }), fc.uint8Array({ maxLength: 6 }));
    const packet = fc.record({
      code: fc.integer({ min: 0, max: 13 }),
      identifier: fc.integer({ min: 0, max: 4 }),
      data: fc.oneof(
        fc.uint8Array({ maxLength: 12 }),
        fc
          .array(option, { maxLength: 4 })
          .map((list) => optionData(...list.map(([type, value]) => [type, ...value]))),
      ),
      pause: fc.integer({ min: 0, max: 4000 }),
    });
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 40 }), fc.boolean(), (packets, ipcp) => {
        const peer = ipcp ? new RawPeer(open).openLcp() : new RawPeer();
        peer.take();
        for (const { code, identifier, data, pause } of packets) {
          peer.say(ipcp ? protocolIpcp : protocolLcp, code, identifier, data);
          peer.clock.advance(pause);
        }
        // Every packet has at most an answer and a request of our own, beside what timers send.
        expect(peer.heard.length).toBeLessThanOrEqual(3 * packets.length + 70);
        peer.clock.advance(600_000);
        if (peer.side.connections.length === 0) expect(peer.link.phase).toBe("dead");
      }),
      { numRuns: 400 },
    );
  });
});

describe("beside negotiation", () => {
  it("an Echo-Request is answered with our magic number, and only when LCP is open (section 5.8)", () => {
    const peer = new RawPeer(open);
    const magic = /magic=0x([0-9a-f]{8})/.exec(peer.heard[0]?.words ?? "")?.[1];
    peer.take();
    peer.lcp(9, 5, Uint8Array.of(0, 0, 0, 0, 1, 2, 3));
    expect(peer.take()).toEqual([]);
    const again = new RawPeer(open).openLcp();
    again.take();
    again.lcp(9, 5, Uint8Array.of(0, 0, 0, 0, 1, 2, 3));
    const reply = again.last(protocolLcp, 10);
    expect(Buffer.from(reply).toString("hex")).toBe(`0a05000b${magic}010203`);
  });

  it("RFC 1570: the version that Windows tells is read, and not answered", () => {
    const peer = new RawPeer(open).openLcp();
    peer.take();
    peer.lcp(12, 5, Uint8Array.of(1, 2, 3, 4, ...new TextEncoder().encode("MSRASV5.20")));
    peer.lcp(13, 6, new Uint8Array(8));
    expect(peer.take()).toEqual([]);
    expect(peer.side.trace).toContain('received LCP Identification id=5 "MSRASV5.20"');
    expect(peer.link.phase).toBe("network");
  });

  it("Echo-Replies, Discard-Requests and an Echo-Request that is too short get no answer", () => {
    const peer = new RawPeer(open).openLcp();
    peer.take();
    peer.lcp(10, 5, new Uint8Array(4));
    peer.lcp(11, 6, new Uint8Array(4));
    peer.lcp(9, 7, new Uint8Array(2));
    expect(peer.take()).toEqual([]);
    expect(peer.link.phase).toBe("network");
  });

  it("a side that is gone is found out: four Echo-Requests without reply, then 721", () => {
    const peer = new RawPeer(open).openLcp().openIpcp();
    expect(peer.side.calls).toEqual(["up"]);
    peer.take();
    peer.clock.advance(149_000);
    expect(peer.take()).toEqual(Array(4).fill(expect.stringMatching(/^LCP Echo-Request/)));
    peer.clock.advance(1_000);
    expect(peer.side.outcome).toMatchObject({ code: 721, by: "line", wasUp: true });
    expect(peer.side.calls).toEqual(["up", "down", "closed"]);
    expect(peer.clock.pending).toBe(0);
  });

  it("a side that says anything is there", () => {
    const peer = new RawPeer(open).openLcp().openIpcp();
    for (let minute = 0; minute < 60; minute += 1) {
      peer.clock.advance(60_000);
      peer.lcp(11, 1, new Uint8Array(4));
    }
    expect(peer.side.outcome).toBeUndefined();
  });

  it("an unknown code is rejected with what it came with (section 5.6)", () => {
    const peer = new RawPeer(open).openLcp();
    peer.take();
    peer.lcp(99, 5, Uint8Array.of(1, 2, 3));
    expect(Buffer.from(peer.last(protocolLcp, 7).subarray(4)).toString("hex")).toBe("63050007010203");
    expect(peer.link.phase).toBe("network");
  });

  it("a Code-Reject of what every side must know ends the link: 733", () => {
    const peer = new RawPeer(open).openLcp();
    peer.lcp(7, 5, Uint8Array.of(1, 1, 0, 4));
    peer.clock.advance(20_000);
    expect(peer.side.outcome).toMatchObject({ code: 733 });
  });
});

describe("protocols that are not known here", () => {
  it("CCP and IPV6CP get a Protocol-Reject, and their late Terminate-Request is acknowledged", () => {
    const peer = new RawPeer(open).openLcp();
    peer.take();
    peer.request(protocolCcp, 1, [26, 4, 120, 0]);
    peer.request(protocolIpv6cp, 1, [1, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(peer.take()).toEqual(["LCP Protocol-Reject id=1 of CCP", "LCP Protocol-Reject id=2 of IPV6CP"]);
    peer.say(protocolIpv6cp, 5, 2);
    expect(peer.take()).toEqual(["IPV6CP Terminate-Ack id=2"]);
    peer.openIpcp();
    expect(peer.side.calls).toEqual(["up"]);
  });

  it("a flood of them gets few answers, and the link lives", () => {
    const peer = new RawPeer(open).openLcp().openIpcp();
    peer.take();
    for (let count = 0; count < 10_000; count += 1)
      peer.frame(0x4021 + 2 * (count % 50), new Uint8Array(1000));
    expect(peer.take()).toHaveLength(8);
    peer.clock.advance(1_000);
    for (let count = 0; count < 10_000; count += 1) peer.frame(0x4021, new Uint8Array(8));
    expect(peer.take()).toHaveLength(4);
    expect(peer.link.counters.unknownProtocols).toBe(20_000);
    expect(peer.link.phase).toBe("network");
  });

  it("what is returned is cut to what the other side takes (section 5.7)", () => {
    const peer = new RawPeer(open).openLcp([1, 0, 200]);
    peer.take();
    peer.frame(0x4021, new Uint8Array(1000));
    expect(peer.last(protocolLcp, 8)).toHaveLength(200);
  });

  it("a Protocol-Reject of IPCP ends the link, one of anything else does not", () => {
    const peer = new RawPeer(open).openLcp();
    peer.lcp(8, 1, Uint8Array.of(0x80, 0x57, 1, 1, 0, 4));
    expect(peer.link.phase).toBe("network");
    peer.lcp(8, 2, Uint8Array.of(0x80, 0x21, 1, 1, 0, 4));
    peer.clock.advance(20_000);
    expect(peer.side.outcome).toMatchObject({ code: 733 });
  });
});

describe("compression and maps", () => {
  it("count from the moment LCP is open, and not before", () => {
    const peer = new RawPeer(open);
    const before = peer.side.sent.length;
    peer.openLcp([2, 0, 0, 0, 0], [7], [8]);
    const [ipcp] = peer.side.sent.slice(before).filter((frame) => frame[1] === 0x80);
    expect(ipcp?.subarray(0, 4)).toEqual(Uint8Array.of(0x7e, 0x80, 0x21, 1));
    peer.link.receive(encodeFrame(protocolLcp, Uint8Array.of(1, 9, 0, 4)));
    const { sent } = peer.side;
    expect(sent.at(-1)?.subarray(0, 4)).toEqual(Uint8Array.of(0x7e, 0xff, 0x7d, 0x23));
  });

  it("work between two links of ours with every choice", () => {
    for (const compressHeaders of [true, false]) {
      for (const characterMap of [0, 0x000a0000, 0xffffffff]) {
        const settings = { compressHeaders, characterMap, mru: 1400 };
        const both = pair({ server: { settings }, caller: { settings } });
        both.open();
        both.clock.advance(4_000);
        expect(both.caller.connections).toMatchObject([{ mru: 1400, peerMru: 1400 }]);
        expect(both.serverLink.counters).toMatchObject({ badFcs: 0, malformed: 0 });
      }
    }
  });
});
