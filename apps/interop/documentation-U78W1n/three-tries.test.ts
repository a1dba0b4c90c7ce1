// apps/docs/guides/eap-method.md:177
import assert from "node:assert/strict";
import { test } from "node:test";
import { answers, cancels, corrupt, createEapBench, drop, duplicate } from "@sallyport/testbench";
import threeTries from "./three-tries.ts";

const bench = createEapBench({ method: threeTries, accounts: [{ name: "alice", password: "wonderland" }] });

test("a known password is enough, whatever happens to packets", async () => {
  const faults = [drop({ to: "peer", nth: 2 }), duplicate({ to: "authenticator" })];
  const session = await bench.connect({ faults });
  assert(session.succeeded, session.diagram());
});

test("the user is asked after a wrong one, and may take four minutes", async () => {
  const session = await bench.connect({ password: "guess", user: [answers("wonderland", 240_000)] });
  assert(session.succeeded, session.diagram());
});

test("three wrong ones are enough", async () => {
  const session = await bench.connect({ password: "one", user: ["two", "three"] });
  assert.equal(session.authenticator?.result, 691);
});

test("who cancels is out", async () => {
  const session = await bench.connect({ password: null, user: [cancels()] });
  assert.equal(session.peer?.result, 691, session.diagram());
});

test("an empty answer is none: it is discarded, and the request sent again", async () => {
  const empty = (packet: Uint8Array) => Uint8Array.of(2, packet[1] ?? 0, 0, 5, 6);
  const session = await bench.connect({ faults: [corrupt({ to: "authenticator", type: 6, nth: 1 }, empty)] });
  assert(session.calls("authenticator").some((call) => call.endsWith("722 ERROR_PPP_INVALID_PACKET")));
  assert(session.succeeded, session.diagram());
});

export {};
