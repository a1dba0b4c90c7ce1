import { Secret } from "@sallyport/crypto";
import { RadiusExchange, RadiusReceiver } from "@sallyport/radius";
import { createSeededRandom, createVirtualClock } from "@sallyport/runtime";
import { describe, expect, it } from "vitest";
import { chart, Monitor, sparkline } from "../src/index.ts";

const secret = new Secret("testing123");

/** A server that answers after so long; undefined is silence. Real packets go both ways, without a socket. */
function laboratory(delays: readonly (number | undefined)[]) {
  const clock = createVirtualClock();
  const source = { address: "127.0.0.1", port: 1812 };
  let question = 0;
  const receiver = new RadiusReceiver({
    port: "authentication",
    clients: [{ name: "monitor", address: "127.0.0.1", secret }],
    clock,
    handler: () => null,
  });
  const exchange = new RadiusExchange({
    server: "lab",
    secret,
    clock,
    random: createSeededRandom(1),
    timeout: 1_000,
    tries: 1,
    send: (datagram) => {
      const delay = delays[question++];
      if (delay === undefined) return;
      const copy = datagram.slice();
      clock.after(delay, () => receiver.receive(copy, source, (answer) => exchange.receive(answer.slice())));
    },
  });
  const monitor = new Monitor({
    servers: [{ name: "lab", ask: () => exchange.request(12, []) }],
    clock,
    interval: 2_000,
    keep: 4,
  });
  return { clock, monitor };
}

describe("the monitor", () => {
  it("measures how long a server takes to answer a Status-Server", async () => {
    const { clock, monitor } = laboratory([5, 25, 10]);
    monitor.start();
    await clock.advanceAsync(5_000);
    monitor.stop();
    expect(monitor.reports()).toMatchObject([
      {
        name: "lab",
        state: "up",
        availability: 1,
        median: 10,
        slowest: 25,
        samples: [{ took: 5 }, { took: 25 }, { took: 10 }],
      },
    ]);
  });

  it("calls a server down after three questions without an answer, and up again after one with", async () => {
    const { clock, monitor } = laboratory([5, undefined, undefined, undefined, 5]);
    const states: string[] = [];
    monitor.start();
    for (let round = 0; round < 5; round++) {
      await clock.advanceAsync(1_999);
      states.push(monitor.reports()[0]?.state ?? "");
      await clock.advanceAsync(1);
    }
    monitor.stop();
    expect(states).toEqual(["up", "unknown", "unknown", "down", "up"]);
  });

  it("keeps so many samples and no more, and says why one is missing", async () => {
    const { clock, monitor } = laboratory([1, 2, 3, undefined, 5, 6]);
    monitor.start();
    await clock.advanceAsync(11_000);
    monitor.stop();
    const samples = monitor.reports()[0]?.samples ?? [];
    expect(samples).toHaveLength(4);
    expect(samples[1]).toMatchObject({ lost: expect.stringContaining("no answer from lab") });
  });

  it("does not ask again while a question is open", async () => {
    const clock = createVirtualClock();
    let asked = 0;
    const monitor = new Monitor({
      servers: [{ name: "slow", ask: () => new Promise(() => asked++) }],
      clock,
      interval: 100,
    });
    monitor.start();
    await clock.advanceAsync(1_000);
    monitor.stop();
    expect(asked).toBe(1);
  });
});

describe("the chart", () => {
  it("has a bar for each answer, and a cross where there was none", () => {
    expect(sparkline([{ took: 1 }, { took: 8 }, { lost: "why" }, { took: 4 }], 6)).toBe("  ▂█×▅");
  });

  it("has a line for each server", () => {
    const report = {
      name: "a",
      samples: [{ took: 2 }],
      state: "up",
      availability: 0.5,
      median: 2,
      slowest: 2,
    } as const;
    const silent = {
      ...report,
      name: "lab",
      state: "down",
      samples: [],
      median: undefined,
      slowest: undefined,
    } as const;
    const [first, second] = chart([report, silent], 80).split("\n");
    expect(first).toMatch(/^a {3}up .* 50% {2}2\.0 ms, at most 2\.0$/);
    expect(second).toMatch(/^lab DOWN .*no answer yet$/);
  });
});
