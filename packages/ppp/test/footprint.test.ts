import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { settingsAccounts } from "@sallyport/accounts";
import { createSeededRandom, createVirtualClock } from "@sallyport/runtime";
import { expect, it } from "vitest";
import { AddressPool, accountsProvider, PppLink } from "../src/index.ts";
import { wonderland } from "./harness.ts";

it("a link that is up and idle takes less than 12 KB, buffers included", () => {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  const clock = createVirtualClock();
  const random = createSeededRandom(3);
  const provider = accountsProvider(settingsAccounts(wonderland), clock);
  const addresses = new AddressPool({ first: "10.0.0.2", last: "10.0.255.0", local: "10.0.0.1" });
  const links: PppLink[] = [];
  let up = 0;
  const connect = (count: number): void => {
    for (let index = 0; index < count; index += 1) {
      const caller: PppLink = new PppLink({
        role: "caller",
        clock,
        random,
        credentials: { userName: "alice", password: "wonderland" },
        events: { send: (octets) => server.receive(octets) },
      });
      const server: PppLink = new PppLink({
        role: "server",
        clock,
        random,
        authentication: { protocols: ["MS-CHAPv2"], provider },
        addresses,
        events: { send: (octets) => caller.receive(octets), up: () => void (up += 1) },
      });
      server.open();
      caller.open();
      links.push(server, caller);
    }
    clock.advance(5_000);
  };
  const used = (): number => {
    collect();
    const { heapUsed, external, arrayBuffers } = process.memoryUsage();
    return heapUsed + external + arrayBuffers;
  };
  connect(100);
  const before = used();
  connect(500);
  const bytes = (used() - before) / 1_000;
  expect(up).toBe(600);
  expect(links).toHaveLength(1_200);
  expect(bytes).toBeLessThan(12_000);
  expect(bytes).toBeGreaterThan(500);
});
