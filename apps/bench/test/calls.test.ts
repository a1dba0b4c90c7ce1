import { expect, it } from "vitest";
import { callsText, runCalls } from "../src/calls/run-calls.ts";

it("so many calls at once are connected, and an idle one holds less than 30 KB", async () => {
  const results = await runCalls(300, () => {});
  expect(results).toMatchObject({ calls: 300, connected: 300 });
  expect(results.promises.filter(({ kept }) => !kept)).toEqual([]);
  expect(callsText(results)).toMatch(/CPU time of a call, both sides +\d+\.\d\d ms/);
});
