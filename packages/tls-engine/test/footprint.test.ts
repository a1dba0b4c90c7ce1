import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import type { TlsSession } from "../src/index.ts";
import { createInlineTlsEngine } from "../src/node/index.ts";
import { clientSettings, serverSettings } from "./fixtures.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const count = 300;

/** What is alive after a full collection, in octets. */
async function live(): Promise<number> {
  for (let turn = 0; turn < 4; turn += 1) {
    await new Promise(setImmediate);
    collect();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

it("conversations whose peer fell silent cost little, and nothing once they have ended", async () => {
  const engine = createInlineTlsEngine();
  const servers = engine.server(serverSettings());
  const hello = await engine.client(clientSettings()).open().step(new Uint8Array(0));
  const sessions: TlsSession[] = [];
  const open = async (): Promise<void> => {
    for (let number = 0; number < count; number += 1) {
      const session = servers.open();
      await session.step(hello);
      sessions.push(session);
    }
  };
  const end = (): void => {
    for (const session of sessions.splice(0)) session.end();
  };
  await open();
  end();
  const before = await live();
  await open();
  const during = await live();
  expect((during - before) / count).toBeLessThan(20_000);
  end();
  expect(((await live()) - before) / count).toBeLessThan(1_000);
});
