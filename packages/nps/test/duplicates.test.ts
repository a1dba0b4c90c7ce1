import { Secret } from "@sallyport/crypto";
import {
  attributesFromNames,
  encodeRadiusPacket,
  RadiusReceiver,
  type RadiusReceiverOptions,
} from "@sallyport/radius";
import { describe, expect, it } from "vitest";
import { NpsEvent, receiverEventLog } from "../src/index.ts";
import { callLog, createHarness, type Harness } from "./harness.ts";

const source = { address: "192.0.2.7", port: 4001 };
const proxied = encodeRadiusPacket({
  code: 1,
  identifier: 7,
  authenticator: new Uint8Array(16).fill(5),
  attributes: attributesFromNames({ "User-Name": "alice", "Proxy-State": Uint8Array.of(1) }),
});

/** The pipeline behind a receiver, with what was sent. */
function behindReceiver(
  harness: Harness,
  mode: "always" | "auto" | "never",
  options: Partial<RadiusReceiverOptions> = {},
) {
  const sent: Uint8Array[] = [];
  const receiver = new RadiusReceiver({
    port: "authentication",
    clients: [
      { name: "lab", address: "192.0.2.7", secret: new Secret("s"), requireMessageAuthenticator: mode },
    ],
    handler: harness.nps.handle,
    clock: harness.clock,
    onEvent: receiverEventLog(harness.log, harness.clock),
    ...options,
  });
  return { sent, receiver, receive: () => receiver.receive(proxied, source, (answer) => sent.push(answer)) };
}

describe("duplicates", () => {
  it("NPS-84 three copies of a request in progress: modules once, one answer; a copy after that gets the same bytes", async () => {
    let finish = (_: number): void => {};
    const { calls, extension } = callLog();
    const slow = extension({
      RadiusExtensionProcess2: () => new Promise<number>((resolve) => (finish = resolve)),
    });
    const { sent, receiver, receive } = behindReceiver(createHarness({ authentication: [slow] }), "never");
    for (let copy = 0; copy < 3; copy++) receive();
    expect(calls).toHaveLength(1);
    expect(sent).toEqual([]);
    finish(0);
    await receiver.drained();
    expect(sent).toHaveLength(1);
    receive();
    expect(calls).toHaveLength(1);
    expect(sent).toHaveLength(2);
    expect(sent[1]).toEqual(sent[0]);
  });

  it("NPS-84 once the answer is forgotten, the same packet is a new request", () => {
    const { calls, extension } = callLog();
    const harness = createHarness({ authentication: [extension({ RadiusExtensionProcess2: () => 0 })] });
    const { receive } = behindReceiver(harness, "never", { duplicates: { keepAnswersFor: 5_000 } });
    receive();
    harness.clock.advance(4_999);
    receive();
    expect(calls).toHaveLength(1);
    harness.clock.advance(1);
    receive();
    expect(calls).toHaveLength(2);
  });

  it("NPS-84 a request that a module's error discarded leaves the ring at once", () => {
    const { calls, extension } = callLog();
    const harness = createHarness({ authentication: [extension({ RadiusExtensionProcess2: () => 5 })] });
    const { receive, sent } = behindReceiver(harness, "never");
    receive();
    receive();
    expect(calls).toHaveLength(2);
    expect(sent).toEqual([]);
  });
});

describe("Message-Authenticator", () => {
  it("NPS-87 a request with Proxy-State and without Message-Authenticator is dropped by default, with event 4418", () => {
    const { calls, extension } = callLog();
    const harness = createHarness({ authentication: [extension({ RadiusExtensionProcess2: () => 0 })] });
    const { receive, sent } = behindReceiver(harness, "auto");
    receive();
    expect(calls).toEqual([]);
    expect(sent).toEqual([]);
    expect(harness.log.events.map(({ id }) => id)).toEqual([NpsEvent.ProxyStateDropped]);
  });

  it("NPS-87 a client may be exempted, and the answer carries Message-Authenticator first all the same", () => {
    const { receive, sent } = behindReceiver(createHarness(), "never");
    receive();
    expect(sent[0]?.slice(20, 22)).toEqual(Uint8Array.of(80, 18));
  });
});

it.each([
  [
    "reject",
    21,
    () => ({
      RadiusExtensionProcess2: (ecb: { setResponseType(type: 3): number }) => ecb.setResponseType(3),
    }),
  ],
  [
    "silence",
    9,
    () => ({
      RadiusExtensionProcess2: (ecb: { setResponseType(type: 256): number }) => ecb.setResponseType(256),
    }),
  ],
  ["silence", 10, () => ({ RadiusExtensionProcess2: () => 1 })],
] as const)("NPS-90 an extension's decision: %s with reason %i", async (answer, reason, module) => {
  const { extension } = callLog();
  expect(await createHarness({ authentication: [extension(module())] }).access()).toMatchObject({
    answer,
    reason,
  });
});

it("NPS-47 the second form may be offered instead of the first, and beside it", async () => {
  const called: string[] = [];
  const { extension } = callLog();
  const instead = extension({ RadiusExtensionProcessEx: () => (called.push("second alone"), 0) });
  const beside = extension({
    RadiusExtensionProcess: () => (called.push("first"), 0),
    RadiusExtensionProcessEx: () => (called.push("second beside"), 0),
  });
  expect((await createHarness({ authentication: [instead, beside] }).access()).answer).toBe("accept");
  expect(called).toEqual(["second alone", "second beside"]);
});
