import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createMemoryLog, createSeededRandom, createVirtualClock, silentLog } from "@sallyport/runtime";
import { expect, it } from "vitest";
import {
  completeEngineSettings,
  createEapAuthenticator,
  type EapAuthenticatorHost,
  md5Challenge,
  openEapMethods,
} from "../src/index.ts";
import { response, text } from "./harness.ts";

it("a conversation that waits for its first answer takes less than 6 KB", async () => {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  const registry = await openEapMethods([md5Challenge()], { log: createMemoryLog() });
  const shared = {
    methods: registry.usable({ role: "authenticator" }),
    settings: completeEngineSettings({ retransmission: "lower-layer" }),
    clock: createVirtualClock(),
    random: createSeededRandom(5),
    log: silentLog,
  };
  const waiting: EapAuthenticatorHost[] = [];
  let sent = 0;
  const open = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) {
      const events = { send: () => (sent += 1), finished: () => undefined };
      const host = createEapAuthenticator({ ...shared, events });
      await host.receive(response(7, 1, text("alice@corp.example")));
      waiting.push(host);
    }
  };
  await open(200);
  collect();
  const before = process.memoryUsage();
  await open(2_000);
  collect();
  const after = process.memoryUsage();
  const bytes = (after.heapUsed + after.external - before.heapUsed - before.external) / 2_000;
  expect(sent).toBe(2_200);
  expect(waiting.every(({ outcome }) => outcome === undefined)).toBe(true);
  expect(bytes).toBeLessThan(6_000);
  expect(bytes).toBeGreaterThan(200);
});
