// apps/docs/guides/nps-extension.md:157
import assert from "node:assert/strict";
import { test } from "node:test";
import { createNpsBench } from "@sallyport/testbench";
import secondFactor from "./second-factor.ts";

test("the code is asked for after the password, and is good for two minutes", async () => {
  const settings = { codes: { "SALLYPORT\\ALICE": "123456" } };
  const bench = createNpsBench({
    extensions: { authentication: [{ module: secondFactor, settings }], authorization: [secondFactor] },
    accounts: [{ name: "alice", password: "wonderland" }],
  });
  for (const name of ["alice", "ALICE"]) {
    const asked = await bench.access({ "User-Name": name, "User-Password": "wonderland" });
    assert.equal(asked.codeName, "Access-Challenge");
    assert.equal(asked.get("Reply-Message"), "Your code?");
    const answer = await bench.answer(asked, { "User-Password": "123456" });
    assert.equal(answer.codeName, "Access-Accept", answer.explain());
  }
  const late = await bench.access({ "User-Name": "alice", "User-Password": "wonderland" });
  await bench.clock.advanceAsync(120_000);
  assert.equal((await bench.answer(late, { "User-Password": "123456" })).codeName, "Access-Reject");
  await bench.stop();
});

export {};
