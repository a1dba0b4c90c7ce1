import { createSeededRandom } from "@sallyport/runtime";
import { expect, it } from "vitest";
import {
  completeEngineSettings,
  defineEapMethod,
  EapRelay,
  encodeEapResult,
  findMppeKeys,
  type RelayAnswer,
  type RelayEffect,
  type RelayOutcome,
} from "../src/index.ts";
import { authenticator, hex, peer, requestPacket, response, text } from "./harness.ts";

const keys = { send: new Uint8Array(32).fill(1), receive: new Uint8Array(32).fill(2) };
const method = defineEapMethod({
  type: 255,
  name: "Echo",
  keys: true,
  async authenticator(session) {
    await session.request(Uint8Array.of(1));
    return session.succeed({ keys });
  },
  async peer(session) {
    let event = await session.receive();
    while (event.kind === "request") event = await session.respond(event.data);
    return event.kind === "success" ? session.succeed({ keys }) : session.fail();
  },
});

const newRelay = (settings = {}): EapRelay =>
  new EapRelay({ settings: completeEngineSettings(settings), random: createSeededRandom(9) });
const sentBy = (effects: readonly RelayEffect[]): string[] =>
  effects.flatMap((effect) => (effect.kind === "send" ? [hex(effect.packet)] : []));

it("EAP-13 with Windows authentication the method runs here; a relay has none, passes packets unread, takes the keys", async () => {
  const local = await authenticator([method], { askIdentity: true });
  const localPeer = await peer([method]);
  local.host.start();
  for (let step = 0; local.outcomes.length === 0 && step < 9; step += 1) {
    localPeer.host.receive(Buffer.from(local.sent.at(-1) ?? "", "hex"));
    await localPeer.host.idle();
    local.host.receive(Buffer.from(localPeer.sent.at(-1) ?? "", "hex"));
    await local.host.idle();
  }
  localPeer.host.receive(Buffer.from(local.sent.at(-1) ?? "", "hex"));
  await localPeer.host.idle();

  const server = await authenticator([method], {
    askIdentity: true,
    settings: { retransmission: "lower-layer" },
  });
  const remotePeer = await peer([method]);
  const relay = newRelay();
  const forwarded: string[] = [];
  const outcomes: RelayOutcome[] = [];
  const work: RelayEffect[] = [...relay.start(0)];
  for (let effect = work.shift(); effect !== undefined; effect = work.shift()) {
    if (effect.kind === "send") {
      const before = remotePeer.sent.length;
      remotePeer.host.receive(effect.packet);
      await remotePeer.host.idle();
      for (const packet of remotePeer.sent.slice(before))
        work.push(...relay.receive(Buffer.from(packet, "hex"), 0));
    } else if (effect.kind === "forward") {
      forwarded.push(hex(effect.packet));
      server.host.receive(effect.packet);
      await server.host.idle();
      const packet = Buffer.from(server.sent.at(-1) ?? "", "hex");
      const [outcome] = server.outcomes;
      const answer: RelayAnswer =
        outcome === undefined
          ? { kind: "challenge", packet }
          : { kind: "accept", packet, attributes: outcome.attributes };
      work.push(...relay.serverAnswered(answer, 0));
    } else if (effect.kind === "finished") outcomes.push(effect.outcome);
  }
  expect(forwarded).toEqual(remotePeer.sent);
  expect(local.outcomes).toMatchObject([{ result: 0, identity: "alice" }]);
  expect(outcomes).toMatchObject([{ result: 0, identity: "alice" }]);
  expect(findMppeKeys(outcomes[0]?.attributes ?? [])).toEqual(keys);
  expect(findMppeKeys(local.outcomes[0]?.attributes ?? [])).toEqual(keys);
  expect([localPeer.outcomes[0]?.result, remotePeer.outcomes[0]?.result]).toEqual([0, 0]);
});

it("EAP-13 the relay sends requests again until the limit, and forwards only the answer to the last one", () => {
  const relay = newRelay({ maxRetransmits: 2 });
  const [first] = sentBy(relay.start(0));
  const id = Number.parseInt(first?.slice(2, 4) ?? "", 16);
  expect(relay.deadline).toBe(3_000);
  expect(sentBy(relay.expire(2_999))).toEqual([]);
  expect(sentBy(relay.expire(3_000))).toEqual([first]);
  expect(relay.receive(response(id + 1, 1, text("mallory")), 3_000).map(({ kind }) => kind)).toEqual([
    "diagnostic",
  ]);
  expect(relay.receive(requestPacket(id, 1), 3_000).map(({ kind }) => kind)).toEqual(["diagnostic"]);
  expect(relay.receive(Uint8Array.of(2), 3_000).map(({ kind }) => kind)).toEqual(["diagnostic"]);
  expect(relay.receive(response(id, 1, text("alice")), 3_000)).toMatchObject([
    { kind: "forward", identity: "alice" },
  ]);
  expect(relay.receive(response(id, 1, text("alice")), 3_000).map(({ kind }) => kind)).toEqual([
    "diagnostic",
  ]);
  expect(relay.serverAnswered({ kind: "silence" }, 4_000)).toEqual([]);
  expect(sentBy(relay.expire(7_000))).toEqual([first]);
  expect(sentBy(relay.expire(10_000))).toEqual([first]);
  expect(relay.expire(13_000).at(-1)).toMatchObject({ kind: "finished", outcome: { result: 718 } });
  expect([relay.finished, relay.deadline, relay.expire(99_000), relay.start(0)]).toEqual([
    true,
    undefined,
    [],
    [],
  ]);
});

it("EAP-62, EAP-89: a challenge's Session-Timeout is the time for the user, and does not count as the session's", () => {
  const relay = newRelay({ sessionLimitMs: 10_000 });
  const id = Number.parseInt(sentBy(relay.start(0))[0]?.slice(2, 4) ?? "", 16);
  relay.receive(response(id, 1, text("alice")), 1_000);
  const asked = relay.serverAnswered(
    { kind: "challenge", packet: requestPacket(7, 6), waitMs: 60_000 },
    1_000,
  );
  expect(asked).toMatchObject([{ kind: "send", interactive: true, retransmitAfter: 60_000 }]);
  expect(relay.deadline).toBe(61_000);
  relay.receive(response(7, 6), 60_000);
  expect(relay.deadline).toBe(69_000);
  expect(relay.expire(69_000).at(-1)).toMatchObject({ outcome: { result: 718 } });
});

it.each([
  [
    "accept with its packet",
    { kind: "accept", packet: encodeEapResult(3, 5), attributes: [] },
    "03050004",
    0,
  ],
  ["accept without a packet", { kind: "accept", packet: null, attributes: [] }, "03..0004", 0],
  [
    "reject with a Success in it",
    { kind: "reject", packet: encodeEapResult(3, 5), result: 691 },
    "04..0004",
    691,
  ],
  ["a challenge that is no request", { kind: "challenge", packet: encodeEapResult(3, 5) }, undefined, 939],
  ["a challenge that is no packet", { kind: "challenge", packet: Uint8Array.of(1) }, undefined, 939],
] as const)("EAP-13 the server's verdict counts, not the packet with it: %s", (_, answer, packet, result) => {
  const relay = newRelay();
  const id = Number.parseInt(sentBy(relay.start(0))[0]?.slice(2, 4) ?? "", 16);
  relay.receive(response(id, 1, text("alice")), 0);
  const effects = relay.serverAnswered(answer, 0);
  expect(effects.at(-1)).toMatchObject({ kind: "finished", outcome: { result, attributes: [] } });
  if (packet === undefined) expect(sentBy(effects)).toEqual([]);
  else expect(sentBy(effects)[0]).toMatch(new RegExp(`^${packet}$`));
  expect(relay.stop(719)).toEqual([]);
});
