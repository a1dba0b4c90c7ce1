import { Secret } from "@sallyport/crypto";
import { expect, it } from "vitest";
import type { Answer } from "../src/index.ts";
import { createReceiver, hex, request, secret, source } from "./support.ts";

const client = { name: "lab", address: source.address, secret };

it("setClients takes effect with the next datagram", () => {
  const observed = createReceiver({ clients: [client] });
  observed.receiver.setClients([{ ...client, address: "198.51.100.0/24", name: "other" }]);
  observed.receive(request({ nonce: 1 }));
  observed.receive(request({ nonce: 2 }), { address: "198.51.100.9", port: 1 });
  expect(observed.handled.map((received) => received.client.name)).toEqual(["other"]);
  expect(observed.kinds()[0]).toBe("unknown-client");
});

it("setClients leaves requests in progress their secret, and duplicates known (NPS-84)", async () => {
  let answer = (_: Answer): void => {};
  const observed = createReceiver({
    clients: [client],
    handler: () => new Promise((resolve) => (answer = resolve)),
  });
  const settled = createReceiver({ clients: [client], handler: () => ({ code: 2, attributes: [] }) });
  observed.receive(request());
  settled.receive(request());
  observed.receiver.setClients([{ ...client, secret: new Secret("another") }]);
  observed.receive(request());
  expect(observed.kinds().at(-1)).toBe("duplicate-in-progress");
  answer({ code: 2, attributes: [] });
  await observed.receiver.drained();
  expect(observed.sent.map(hex)).toEqual(settled.sent.map(hex));
});

it("setClients with a mistake changes nothing", () => {
  const observed = createReceiver({ clients: [client] });
  expect(() => observed.receiver.setClients([client, { ...client, name: "twin" }])).toThrow(/^clients\[1\]/);
  observed.receive(request());
  expect(observed.handled).toHaveLength(1);
});
