// apps/docs/guides/ras-security-dialog.md:51
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRasBench } from "@sallyport/testbench";
import gate from "./gate.ts";

const bench = createRasBench({ module: gate, settings: { passcodes: { alice: "4711" } } });

test("the right passcode is let through, and never shown", async () => {
  const caller = await bench.dial();
  await caller.expect("Username: ");
  await caller.type("alice\r");
  await caller.expect("Passcode: ");
  await caller.type("4711\r", { everyMs: 9_000 }); // a slow typist
  const outcome = await caller.ended();
  assert.equal(outcome.kind, "success");
  assert.match(caller.screen, /Passcode: \*{4}\r\n$/);
});

test("three wrong answers end the call", async () => {
  const caller = await bench.dial({ script: Array(3).fill([{ expect: "Username: ", send: "eve\r" }, { expect: "Passcode: ", send: "1\r" }]).flat() });
  assert.equal((await caller.ended()).kind, "failure");
  assert.match(caller.screen, /Good bye/);
});

test("a caller who hangs up at the second prompt", async () => {
  const caller = await bench.dial();
  await caller.type("alice\r");
  await caller.expect("Passcode: ");
  await caller.hangUp();
  assert.deepEqual(await caller.ended(), { kind: "aborted", error: 629 });
});

test("a line that loses every tenth byte ends in one way or the other", async () => {
  const caller = await bench.dial({ faults: { drop: 0.1, delayMs: 200 } });
  await caller.type("alice\r4711\r");
  assert.ok(["success", "failure"].includes((await caller.ended()).kind));
});

export {};
