import { Secret } from "@sallyport/crypto";
import { RequestTrace } from "@sallyport/nps";
import { decodeRadiusPacket, encodeRadiusPacket } from "@sallyport/radius";
import { createVirtualClock } from "@sallyport/runtime";
import { expect, it } from "vitest";
import { TraceRing } from "../src/trace-ring.ts";

const packet = decodeRadiusPacket(
  encodeRadiusPacket({ code: 1, identifier: 1, authenticator: new Uint8Array(16), attributes: [] }),
);
const received = {
  packet,
  client: { name: "lab", address: "127.0.0.1", secret: new Secret("testing123") },
  source: { address: "127.0.0.1", port: 50_000 },
  receivedAt: 0,
  port: "authentication",
} as const;
const trace = (id: number): RequestTrace => new RequestTrace(id, received, createVirtualClock());

it("keeps the last traces, oldest first, and forgets those before", () => {
  const ring = new TraceRing(3);
  for (let id = 1; id <= 5; id++) ring.add(trace(id));
  expect(ring.last(10).map(({ id }) => id)).toEqual([3, 4, 5]);
  expect(ring.last(1).map(({ id }) => id)).toEqual([5]);
  expect([ring.find(2), ring.find(4)?.id]).toEqual([undefined, 4]);
});

it("tells followers of each new trace until they stop", () => {
  const ring = new TraceRing(3);
  const followed: number[] = [];
  const stop = ring.follow(({ id }) => followed.push(id));
  ring.add(trace(1));
  stop();
  ring.add(trace(2));
  expect(followed).toEqual([1]);
});
