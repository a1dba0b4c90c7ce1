import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createRadiusClient } from "@sallyport/radius/node";
import { createSeededRandom } from "@sallyport/runtime";
import { expect, it } from "vitest";
import { labSettings, type Sallyport, startSallyport } from "../src/sallyport.ts";

const packets = 100_000;
/** Sent before the server is asked whether it has read them: less than its receive buffer holds. */
const batch = 500;

it(`${packets} random datagrams: no answer to any, each counted, the server answers the next good request`, async () => {
  const clients = [
    {
      name: "lab",
      address: "127.0.0.1",
      secret: "testing123",
      requireMessageAuthenticator: "always" as const,
    },
  ];
  const server = await startSallyport({
    ...labSettings,
    radius: { ...labSettings.radius, clients },
    log: { requests: false },
  });
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  let answers = 0;
  socket.on("message", () => answers++);
  const port = Number(server.auth.split(":")[1]);
  const random = createSeededRandom(20261121);
  for (let sent = 0; sent < packets; sent += batch) {
    for (let index = 0; index < batch; index++)
      socket.send(randomPacket(random, sent + index), port, "127.0.0.1");
    while ((await counters(server))["received"] !== sent + batch)
      await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const counted = await counters(server);
  expect(answers).toBe(0);
  expect(counted["answered"]).toBe(0);
  expect(counted["handler-failed"]).toBe(0);
  const dropped = [
    "malformed",
    "unexpected-code",
    "message-authenticator-missing",
    "message-authenticator-wrong",
  ];
  expect(dropped.reduce((sum, kind) => sum + (counted[kind] ?? 0), 0)).toBe(packets);
  expect(counted["malformed"]).toBeGreaterThan(packets / 10);
  const client = createRadiusClient({ server: server.auth, secret: "testing123" });
  expect((await client.accessRequest({ "User-Name": "alice", "User-Password": "wonderland" })).codeName).toBe(
    "Access-Accept",
  );
  await client.close();
  socket.close();
  expect(server.log().split("\n").length).toBeLessThan(200);
  expect(await server.stop()).toMatchObject({ status: 0 });
});

/** Pure noise, noise behind a right header, and noise in attributes whose lengths are right. */
function randomPacket(random: (length: number) => Uint8Array, index: number): Uint8Array {
  const [a = 0, b = 0] = random(2);
  if (index % 3 === 0) return random((a << 4) | (b & 15));
  const body = index % 3 === 1 ? random((a << 2) | (b & 3)) : randomAttributes(random, b & 15);
  const packet = new Uint8Array(20 + body.length);
  packet.set(random(20));
  packet[0] = 1;
  packet[2] = packet.length >> 8;
  packet[3] = packet.length & 255;
  packet.set(body, 20);
  return packet;
}

/** Behind a Message-Authenticator that is wrong. */
function randomAttributes(random: (length: number) => Uint8Array, count: number): Uint8Array {
  const attributes = [[80, 18, ...random(16)]];
  for (let index = 0; index < count; index++) {
    const [type = 0, length = 0] = random(2);
    attributes.push([type, (length % 60) + 2, ...random(length % 60)]);
  }
  return Uint8Array.from(attributes.flat());
}

async function counters(server: Sallyport): Promise<Record<string, number>> {
  const file = join(server.folder, "sallyport-state", `running-${server.process.pid}.json`);
  const { token } = JSON.parse(readFileSync(file, "utf8")) as { token: string };
  const response = await fetch(`${server.console}/api/status`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return ((await response.json()) as { auth: Record<string, number> }).auth;
}
