import { execFile } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { promisify } from "node:util";
import { Secret } from "@sallyport/crypto";
import { systemClock } from "@sallyport/runtime";
import { afterEach, describe, expect, it } from "vitest";
import {
  attributesFromNames,
  type Handler,
  RadiusReceiver,
  type RadiusReceiverOptions,
  type ReceiverEvent,
  revealUserPassword,
} from "../src/index.ts";
import {
  createRadiusClient,
  listenRadius,
  type RadiusClient,
  type RadiusListener,
  RadiusTimeoutError,
} from "../src/node/index.ts";
import { parseServerAddress } from "../src/node/server-address.ts";
import { request } from "./support.ts";

const secret = new Secret("testing123");
const opened: { close(): unknown }[] = [];

afterEach(async () => {
  for (const resource of opened.splice(0).toReversed()) await resource.close();
});

const accept: Handler = ({ packet, client, port }) => {
  if (port === "accounting") return { code: 5, attributes: [] };
  const hidden = packet.first(2);
  const password = hidden && revealUserPassword(hidden, client.secret.reveal(), packet.authenticator);
  const right = new TextDecoder().decode(password) === "wonderland";
  return {
    code: right ? 2 : 3,
    attributes: attributesFromNames({ "Reply-Message": right ? "Hello" : "No" }),
  };
};

async function serve(options: Partial<RadiusReceiverOptions & { address: string }> = {}) {
  const events: ReceiverEvent[] = [];
  const { address = "127.0.0.1", ...rest } = options;
  const receiver = new RadiusReceiver({
    port: "authentication",
    clients: ["127.0.0.1", "::1"].map((client) => ({ name: client, address: client, secret })),
    handler: accept,
    clock: systemClock,
    onEvent: (event) => void events.push(event),
    ...rest,
  });
  const listener = await listenRadius({ address, port: 0, receiver });
  opened.push(listener);
  return { receiver, listener, events };
}

function connect(
  listener: RadiusListener,
  options: { secret?: string; timeout?: number; tries?: number } = {},
): RadiusClient {
  const { address, port } = listener.address;
  const host = address === "::" ? "::1" : address;
  const server = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  const client = createRadiusClient({ server, secret, ...options });
  opened.push(client);
  return client;
}

async function rawSocket(): Promise<Socket> {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  opened.push(socket);
  await once(socket, "listening");
  return socket;
}

describe.each(["127.0.0.1", "::1"])("client and listener on %s", (address) => {
  it("exchange Access-Request and answer", async () => {
    const { listener, events } = await serve({ address });
    const client = connect(listener);
    const answer = await client.accessRequest({ "User-Name": "alice", "User-Password": "wonderland" });
    expect(answer).toMatchObject({ code: 2, codeName: "Access-Accept", tries: 1 });
    expect(answer.get("Reply-Message")).toBe("Hello");
    expect(answer.roundTrip).toBeGreaterThan(0);
    const raw = attributesFromNames({ "User-Name": "alice", "User-Password": "guess" });
    expect((await client.accessRequest(raw)).codeName).toBe("Access-Reject");
    expect(events.map(({ kind }) => kind)).toEqual(["answered", "answered"]);
    expect(events[0]?.source.address).toBe(address);
  });
});

it("Accounting-Request and Status-Server", async () => {
  const { listener } = await serve({ port: "accounting" });
  const client = connect(listener);
  const answer = await client.accountingRequest({ "Acct-Status-Type": "Start", "Acct-Session-Id": "1" });
  expect(answer.codeName).toBe("Accounting-Response");
  expect((await client.statusServer()).codeName).toBe("Accounting-Response");
});

it("a socket of both families reports IPv4 sources as IPv4", async () => {
  const { listener, events } = await serve({ address: "::" });
  const client = createRadiusClient({ server: `127.0.0.1:${listener.address.port}`, secret });
  opened.push(client);
  expect((await client.statusServer()).code).toBe(2);
  expect(events[0]?.source.address).toBe("127.0.0.1");
});

it("a host name is resolved", async () => {
  const { address } = await lookup("localhost");
  const { listener } = await serve({ address });
  const client = createRadiusClient({ server: `localhost:${listener.address.port}`, secret });
  opened.push(client);
  expect((await client.statusServer()).code).toBe(2);
});

it("a host name that does not exist rejects with the system's error, again and again", async () => {
  const client = createRadiusClient({ server: "no-such-host.invalid:1812", secret });
  opened.push(client);
  for (let count = 0; count < 2; count++) {
    await expect(client.statusServer()).rejects.toMatchObject({ syscall: "getaddrinfo" });
  }
});

it("many requests at once, more than there are identifiers", async () => {
  const { listener, receiver } = await serve();
  const client = connect(listener);
  const answers = await Promise.all(
    Array.from({ length: 600 }, () =>
      client.accessRequest({ "User-Name": "alice", "User-Password": "wonderland" }),
    ),
  );
  expect(answers.every(({ code }) => code === 2)).toBe(true);
  expect(receiver.counters["answered"]).toBe(600);
});

it("wrong secret: silence, and a timeout that says so", async () => {
  const { listener, events } = await serve();
  const client = connect(listener, { secret: "another", timeout: 150 });
  const error = await client.accessRequest({ "User-Name": "alice" }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(RadiusTimeoutError);
  expect(error).toMatchObject({ tries: 1, ignored: 0, server: `127.0.0.1:${listener.address.port}` });
  expect(events.map(({ kind }) => kind)).toEqual(["message-authenticator-wrong"]);
});

it("a port that nobody listens on: the timeout mentions what the network said", async () => {
  const socket = await rawSocket();
  const { port } = socket.address();
  opened.splice(opened.indexOf(socket), 1);
  await new Promise<void>((resolve) => socket.close(resolve));
  const client = createRadiusClient({ server: `127.0.0.1:${port}`, secret, timeout: 150 });
  opened.push(client);
  await expect(client.statusServer()).rejects.toThrow(/the network said: .*ECONNREFUSED/);
});

it("a client closed with a request outstanding rejects it, and every later one", async () => {
  const silent = await rawSocket();
  const client = createRadiusClient({ server: `127.0.0.1:${silent.address().port}`, secret });
  const pending = client.accessRequest({ "User-Name": "alice" }).catch((error: unknown) => error);
  await once(silent, "message");
  await Promise.all([client.close(), client.close()]);
  expect(await pending).toMatchObject({ message: expect.stringContaining("was closed") });
  await expect(client.statusServer()).rejects.toThrow(/was closed/);
  const unused = createRadiusClient({ server: "127.0.0.1:1812", secret });
  const raced = unused.statusServer().catch((error: unknown) => error);
  await unused.close();
  expect(await raced).toMatchObject({ message: expect.stringContaining("was closed") });
});

it("a mistake in the attributes rejects before anything is sent", async () => {
  const { listener, receiver } = await serve();
  const client = connect(listener);
  await expect(client.accessRequest({ "Usr-Name": "alice" })).rejects.toThrow(/do you mean User-Name/);
  await expect(client.accessRequest({ "NAS-Port": -1 })).rejects.toThrow(RangeError);
  expect(receiver.counters.received).toBe(0);
});

it("localAddress is the source; one that is none of this machine rejects", async () => {
  const { listener, events } = await serve({
    clients: [{ name: "two", address: "127.0.0.0/8", secret }],
  });
  const server = `127.0.0.1:${listener.address.port}`;
  const client = createRadiusClient({ server, secret, localAddress: "127.0.0.2" });
  const wrong = createRadiusClient({ server, secret, localAddress: "203.0.113.1" });
  opened.push(client, wrong);
  expect((await client.statusServer()).code).toBe(2);
  expect(events[0]?.source.address).toBe("127.0.0.2");
  await expect(wrong.statusServer()).rejects.toMatchObject({ code: "EADDRNOTAVAIL" });
});

it("an idle client does not keep the process alive; one with a request outstanding does", async () => {
  const { listener } = await serve();
  const script = `
    import { createRadiusClient } from ${JSON.stringify(new URL("../src/node/index.ts", import.meta.url).href)};
    const client = createRadiusClient({ server: process.argv[1], secret: "testing123" });
    const answer = await client.statusServer();
    console.log(answer.codeName);`;
  const args = ["--input-type=module", "--no-warnings", "-e", script, `127.0.0.1:${listener.address.port}`];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
  expect(stdout).toBe("Access-Accept\n");
}, 25_000);

describe("listenRadius", () => {
  it("rejects with the system's error when the port is taken, the address foreign, or no address", async () => {
    const { listener, receiver } = await serve();
    const { port } = listener.address;
    await expect(listenRadius({ address: "127.0.0.1", port, receiver })).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
    await expect(listenRadius({ address: "203.0.113.1", port: 0, receiver })).rejects.toMatchObject({
      code: "EADDRNOTAVAIL",
    });
    await expect(listenRadius({ address: "localhost", port: 0, receiver })).rejects.toThrow(TypeError);
  });

  it("takes a receive buffer that the system cannot give", async () => {
    const { receiver } = await serve();
    const listener = await listenRadius({
      address: "127.0.0.1",
      port: 0,
      receiver,
      receiveBufferSize: 2 ** 31 - 1,
    });
    opened.push(listener);
    expect((await connect(listener).statusServer()).code).toBe(2);
  });

  it("lives through garbage, datagrams without content, and clients that are gone", async () => {
    const { listener, receiver, events } = await serve();
    const { port } = listener.address;
    const socket = await rawSocket();
    for (const datagram of [
      new Uint8Array(0),
      Uint8Array.of(1),
      new Uint8Array(5_000),
      request({ secret }),
    ]) {
      socket.send(datagram, port, "127.0.0.1");
    }
    opened.splice(opened.indexOf(socket), 1);
    await new Promise<void>((resolve) =>
      socket.send(request({ identifier: 9, secret }), port, "127.0.0.1", () => socket.close(resolve)),
    );
    const client = connect(listener);
    for (let count = 0; count < 3; count++) expect((await client.statusServer()).code).toBe(2);
    expect(receiver.counters.malformed).toBe(3);
    expect(events.filter(({ kind }) => kind === "answered").length).toBeGreaterThanOrEqual(4);
  });

  it("stop: no more requests are taken, answers to those taken are sent; close: the port is free", async () => {
    let release = (): void => {};
    const handler: Handler = () =>
      new Promise((resolve) => {
        release = () => resolve({ code: 2, attributes: [] });
      });
    const { listener, receiver } = await serve({ handler });
    const client = connect(listener, { timeout: 5_000, tries: 1 });
    const taken = client.accessRequest({ "User-Name": "alice" });
    const probe = connect(listener, { timeout: 100, tries: 1 });
    await client.statusServer();
    expect(receiver.inProgress).toBe(1);
    listener.stop();
    await expect(probe.statusServer()).rejects.toBeInstanceOf(RadiusTimeoutError);
    release();
    await receiver.drained();
    expect((await taken).code).toBe(2);
    await Promise.all([listener.close(), listener.close()]);
    const again = await listenRadius({ ...listener.address, receiver });
    await again.close();
  });

  it("an answer after close is lost, with an event, and nothing else happens", async () => {
    let release = (): void => {};
    const handler: Handler = () =>
      new Promise((resolve) => {
        release = () => resolve({ code: 2, attributes: [] });
      });
    const { listener, receiver, events } = await serve({ handler });
    const client = connect(listener, { timeout: 5_000 });
    client.accessRequest({ "User-Name": "alice" }).catch(() => {});
    await client.statusServer();
    await listener.close();
    release();
    await receiver.drained();
    expect(events.at(-1)).toMatchObject({ kind: "unsendable-answer", reason: "send" });
  });
});

it.each([
  ["192.0.2.1:1812", { address: "192.0.2.1", port: 1812 }],
  ["radius.example.org:1812", { address: "radius.example.org", port: 1812 }],
  ["[2001:db8::1]:1645", { address: "2001:db8::1", port: 1645 }],
])("reads the server %s", (text, endpoint) => {
  expect(parseServerAddress(text)).toEqual(endpoint);
});

it.each([
  "",
  "192.0.2.1",
  "192.0.2.1:",
  "192.0.2.1:0",
  "192.0.2.1:65536",
  "2001:db8::1:1812",
  "[192.0.2.1]:1812",
  ":1812",
  "a b:1812",
])("refuses the server %j", (server) => {
  expect(() => createRadiusClient({ server, secret })).toThrow(/^server must be "host:port"/);
});
