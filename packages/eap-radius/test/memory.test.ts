import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { encodeEapPacket, md5Challenge, msChapV2 } from "@sallyport/eap";
import { decodeRadiusPacket, encodeRadiusPacket, type ReceivedRequest } from "@sallyport/radius";
import { createSeededRandom, createVirtualClock, silentLog } from "@sallyport/runtime";
import { expect, it } from "vitest";
import { EapRadiusServer } from "../src/index.ts";
import { verifyAlice } from "./alice.ts";
import { methodsOf, secret, text } from "./support.ts";

const count = 10_000;
const limit = 60e6;

/** What is alive on the heap and behind it, in octets. */
function used(): number {
  setFlagsFromString("--expose_gc");
  runInNewContext("gc")();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The first response of a peer behind an access point. */
function identityOf(index: number): ReceivedRequest {
  const user = text(`user-${index}@corp.example`);
  const datagram = encodeRadiusPacket({
    code: 1,
    identifier: index & 255,
    authenticator: new Uint8Array(16),
    attributes: [
      { type: 1, value: user },
      { type: 4, value: Uint8Array.of(192, 0, 2, 1) },
      { type: 12, value: Uint8Array.of(0, 0, 5, 120) },
      { type: 30, value: text("00-00-5E-00-53-02:corporate") },
      { type: 31, value: text("00-00-5E-00-53-01") },
      { type: 61, value: Uint8Array.of(0, 0, 0, 19) },
      { type: 79, value: encodeEapPacket({ code: 2, identifier: 1, type: 1, data: user }) },
    ],
  });
  return {
    packet: decodeRadiusPacket(datagram),
    client: { name: "lab", address: "192.0.2.7", secret },
    source: { address: "192.0.2.7", port: 1 },
    receivedAt: 0,
    port: "authentication",
  };
}

it.each([
  ["MD5-Challenge", md5Challenge()],
  ["MS-CHAPv2", msChapV2({ accounts: verifyAlice })],
])(
  "10 000 half-open conversations of %s take less than 60 MB, and closing gives them back",
  async (_, method) => {
    const methods = await methodsOf(method);
    const server = new EapRadiusServer({
      methods,
      clock: createVirtualClock(),
      random: createSeededRandom(1),
      log: silentLog,
    });
    const before = used();
    for (let index = 0; index < count; index++) void server.handle(identityOf(index));
    expect(server.size).toBe(count);
    expect(used() - before).toBeLessThan(limit);
    server.close();
    expect(used() - before).toBeLessThan(limit / 10);
  },
);
