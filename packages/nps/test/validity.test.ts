import { Secret } from "@sallyport/crypto";
import { attributesFromNames, encodeRadiusPacket, RadiusReceiver } from "@sallyport/radius";
import { expect, it } from "vitest";
import { receiverEventLog } from "../src/index.ts";
import { callLog, createHarness } from "./harness.ts";

const authenticator = new Uint8Array(16).fill(3);
const plain = (code: number) =>
  encodeRadiusPacket({
    code,
    identifier: 1,
    authenticator,
    attributes: attributesFromNames({ "User-Name": "alice" }),
  });

it.each([
  ["unknown client", "203.0.113.9", "authentication", plain(1), 13],
  ["wrong authenticator", "192.0.2.7", "accounting", plain(4), 14],
  ["missing Message-Authenticator", "192.0.2.7", "authentication", plain(1), 17],
  [
    "wrong Message-Authenticator",
    "192.0.2.7",
    "authentication",
    encodeRadiusPacket({
      code: 1,
      identifier: 1,
      authenticator,
      attributes: [{ type: 80, value: new Uint8Array(16) }],
    }),
    18,
  ],
  ["malformed", "192.0.2.7", "authentication", plain(1).subarray(0, 25), 23],
] as const)(
  "NPS-10 a packet with %s reaches no module and gets no answer; event %s",
  (_, address, port, datagram, event) => {
    const { calls, extension } = callLog();
    const harness = createHarness({ authentication: [extension({ RadiusExtensionProcess2: () => 0 })] });
    const receiver = new RadiusReceiver({
      port,
      clients: [
        { name: "lab", address: "192.0.2.7", secret: new Secret("s"), requireMessageAuthenticator: "always" },
      ],
      handler: harness.nps.handle,
      clock: harness.clock,
      onEvent: receiverEventLog(harness.log, harness.clock),
    });
    const sent: Uint8Array[] = [];
    receiver.receive(datagram, { address, port: 1 }, (answer) => sent.push(answer));
    expect(calls).toEqual([]);
    expect(sent).toEqual([]);
    expect(harness.log.events.map(({ id }) => id)).toEqual([event]);
  },
);

it("an outsider cannot fill the log: one event in ten seconds for a source and kind, then with the number left out", () => {
  const harness = createHarness();
  const receiver = new RadiusReceiver({
    port: "authentication",
    clients: [],
    handler: harness.nps.handle,
    clock: harness.clock,
    onEvent: receiverEventLog(harness.log, harness.clock),
  });
  for (let count = 0; count < 1_000; count++)
    receiver.receive(plain(1), { address: "203.0.113.9", port: count }, () => {});
  expect(harness.log.events).toHaveLength(1);
  expect(receiver.counters["unknown-client"]).toBe(1_000);
  harness.clock.advance(10_000);
  receiver.receive(plain(1), { address: "203.0.113.9", port: 1 }, () => {});
  expect(harness.log.events.at(-1)?.fields).toMatchObject({ suppressed: 999 });
});

it("a flood from many sources keeps the log's memory bounded: beyond a thousand sources a kind has one entry", () => {
  const harness = createHarness();
  const write = receiverEventLog(harness.log, harness.clock);
  for (let source = 0; source < 5_000; source++) {
    write({ kind: "unknown-client", source: { address: `198.51.${source >> 8}.${source & 255}`, port: 1 } });
  }
  expect(harness.log.events.length).toBeLessThanOrEqual(1_001);
});
