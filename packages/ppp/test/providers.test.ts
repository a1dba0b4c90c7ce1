import { describe, expect, it } from "vitest";
import { encodePapRequest, type PppVerdict, protocolIpcp, protocolLcp, protocolPap } from "../src/index.ts";
import { pair } from "./harness.ts";
import { optionData, pap, RawPeer } from "./raw-peer.ts";

describe("providers", () => {
  const failing: readonly (readonly [string, () => unknown])[] = [
    [
      "throws",
      () => {
        throw new Error("down");
      },
    ],
    ["rejects", () => Promise.reject(new Error("down"))],
    ["answers with nothing", () => undefined],
  ];
  it.each(failing)("that %s: 645, and the link is closed in order", async (_, verify) => {
    const { server, clock, open } = pair({
      server: { authentication: { protocols: ["PAP"], provider: { verify: verify as () => PppVerdict } } },
    });
    open();
    await clock.advanceAsync(4_000);
    await clock.advanceAsync(20_000);
    expect(server.outcome).toMatchObject({ code: 645, wasUp: false });
  });

  it("that is not there: 645", () => {
    const { server, clock, open } = pair({ server: { authentication: { protocols: ["PAP"] } } });
    open();
    clock.advance(20_000);
    expect(server.outcome).toMatchObject({ code: 645 });
  });

  it("that answers when the line is gone has no effect", async () => {
    let conclude: (verdict: PppVerdict) => void = () => undefined;
    const { server, serverLink, clock, open } = pair({
      server: {
        authentication: {
          protocols: ["PAP"],
          provider: { verify: () => new Promise<PppVerdict>((resolve) => (conclude = resolve)) },
        },
      },
    });
    open();
    clock.advance(4_000);
    serverLink.lineLost();
    conclude({ kind: "accepted" });
    await clock.advanceAsync(10_000);
    expect(server.calls).toEqual(["closed"]);
  });

  it("RAS-64 first who it is, then whether he may come in, then his address", async () => {
    const order: string[] = [];
    const { server, clock, open } = pair({
      server: {
        admit: async ({ userName }) => {
          order.push(`admit ${userName}`);
          return { kind: "admitted" };
        },
        addresses: {
          assign: async ({ userName }) => {
            order.push(`assign ${userName}`);
            return { kind: "assigned", address: "10.0.0.9", local: "10.0.0.1" };
          },
        },
      },
    });
    open();
    await clock.advanceAsync(8_000);
    expect(order).toEqual(["admit alice", "assign alice"]);
    expect(server.calls).toEqual(["authenticated alice", "up"]);
    expect(server.connections).toMatchObject([{ local: "10.0.0.1", peer: "10.0.0.9" }]);
  });

  it("who is not admitted is told so and gets no address", () => {
    const assigned: string[] = [];
    const { server, clock, open } = pair({
      server: {
        admit: () => ({ kind: "refused", code: 649, reason: "not today" }),
        addresses: {
          assign: ({ userName }) => (assigned.push(userName), { kind: "refused", code: 1, reason: "" }),
        },
      },
    });
    open();
    clock.advance(20_000);
    expect(server.outcome).toMatchObject({ code: 649, reason: "not today" });
    expect(assigned).toEqual([]);
  });

  it.each([
    ["refuses", { kind: "refused", code: 5, reason: "no" }, 5],
    ["gives none", { kind: "assigned", address: "0.0.0.0", local: "10.0.0.1" }, 645],
    ["gives what is none", { kind: "assigned", address: "ten", local: "10.0.0.1" }, 645],
    ["answers with nothing", undefined, 645],
  ] as const)("RAS-70 who %s an address ends the connection", (_, answer, code) => {
    const { server, clock, open } = pair({
      server: { addresses: { assign: () => answer as { kind: "refused"; code: number; reason: string } } },
    });
    open();
    clock.advance(20_000);
    expect(server.outcome).toMatchObject({ code, wasUp: false });
  });

  it("an address that comes when the line is gone is given back", async () => {
    let released = 0;
    const { serverLink, clock, open } = pair({
      server: {
        addresses: {
          assign: async () => ({
            kind: "assigned",
            address: "10.0.0.9",
            local: "10.0.0.1",
            release: () => void (released += 1),
          }),
        },
      },
    });
    open();
    clock.advance(4_000);
    serverLink.lineLost();
    await clock.advanceAsync(1_000);
    expect(released).toBe(1);
  });
});

describe("a link that is negotiated anew", () => {
  const request = encodePapRequest({
    peerId: new TextEncoder().encode("alice"),
    password: new TextEncoder().encode("wonderland"),
  });
  const connected = (): RawPeer => {
    const peer = new RawPeer().openLcp();
    peer.say(protocolPap, 1, 1, request);
    return peer.openIpcp();
  };

  it("asks again who is there: what was proved before does not count", () => {
    const peer = connected();
    expect(peer.side.calls).toEqual(["authenticated alice", "up"]);
    peer.request(protocolLcp, 2);
    peer.acknowledge(protocolLcp);
    peer.take();
    peer.request(protocolIpcp, 9, [3, 10, 99, 0, 3]);
    peer.frame(0x21, new Uint8Array(40));
    expect(peer.take()).toEqual([]);
    expect(peer.link.phase).toBe("authenticate");
    peer.say(protocolPap, 1, 2, request);
    expect(peer.side.calls).toEqual(["authenticated alice", "up", "down", "authenticated alice"]);
  });

  it("cannot be talked out of asking: 919", () => {
    const peer = connected();
    peer.request(protocolLcp, 2);
    const asked = peer.last(protocolLcp, 1);
    peer.lcp(4, asked[1] ?? 0, optionData(pap));
    peer.clock.advance(20_000);
    expect(peer.side.outcome).toMatchObject({ code: 919 });
  });
});
