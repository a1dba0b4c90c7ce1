import { connect } from "node:tls";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { TlsError, type TlsSession, tlsAlerts } from "../src/index.ts";
import { createInlineTlsEngine } from "../src/node/index.ts";
import { KeyLog } from "../src/node/key-log.ts";
import { MemorySocket } from "../src/node/memory-socket.ts";
import { clientSettings, hex, identity, pem, serverSettings, shakeHands, utf8 } from "./fixtures.ts";

const engine = createInlineTlsEngine();
const nothing = new Uint8Array(0);
const servers = engine.server(serverSettings());

async function failure(promise: Promise<unknown>): Promise<TlsError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof TlsError) return error;
  throw new Error(`no TlsError: ${inspect(error)}`);
}

describe("what is no TLS", () => {
  it.each([
    ["text", utf8("GET / HTTP/1.0\r\n\r\n")],
    ["zeros", new Uint8Array(300)],
    ["a handshake message that is none", Uint8Array.of(22, 3, 1, 0, 5, 99, 0, 0, 1, 9)],
    ["a hello whose length lies", Uint8Array.of(22, 3, 1, 0, 5, 1, 0, 0, 1, 9)],
    ["application data before a handshake", Uint8Array.of(23, 3, 3, 0, 4, 1, 2, 3, 4)],
    ["a record of 65535 octets", Uint8Array.of(22, 3, 3, 255, 255, 1, 0, 0)],
  ])("%s ends the session with a typed error", async (_what, bytes) => {
    const session = servers.open();
    const error = await failure(session.step(bytes));
    expect(error.reason).toBe("protocol");
    expect((await failure(session.step(bytes))).reason).toBe("ended");
  });

  it("an alert is told with its number", async () => {
    const client = engine.client(clientSettings()).open();
    await client.step(nothing);
    const error = await failure(client.step(Uint8Array.of(21, 3, 3, 0, 2, 2, 48)));
    expect(error).toMatchObject({ reason: "alert-received", alert: 48 });
    expect(error.message).toBe("TLS: alert-received (alert unknown_ca, ERR_SSL_TLSV1_ALERT_UNKNOWN_CA)");
  });

  it.each(Object.entries(tlsAlerts).filter(([name]) => !/close_notify|no_renegotiation/.test(name)))(
    "%s is told as what it is",
    async (_name, alert) => {
      const client = engine.client(clientSettings()).open();
      await client.step(nothing);
      const error = await failure(client.step(Uint8Array.of(21, 3, 3, 0, 2, 2, alert)));
      expect(error).toMatchObject({ reason: "alert-received", alert });
    },
  );

  it("a version that is too old is answered with protocol_version, which the other side understands", async () => {
    const modern = engine.server(serverSettings({ minVersion: "TLSv1.3" })).open();
    const old = engine.client(clientSettings({ maxVersion: "TLSv1.2" })).open();
    const error = await failure(modern.step(await old.step(nothing)));
    expect(error).toMatchObject({ reason: "protocol", alert: 70 });
    expect(hex(error.flight)).toBe("15030300020246");
    expect(await failure(old.step(error.flight))).toMatchObject({ reason: "alert-received", alert: 70 });
  });

  it("a downgrade on the way is found out (RFC 8446 section 4.1.3)", async () => {
    const client = engine.client(clientSettings()).open();
    const hello = await client.step(nothing);
    // Somebody takes TLS 1.3 out of the offer: the extension becomes one that nobody knows.
    const offered = hex(hello).indexOf("002b0005040304");
    expect(offered).toBeGreaterThan(0);
    hello.set([0xfa, 0xfa], offered / 2);
    const server = servers.open();
    const answer = await server.step(hello);
    expect(await failure(client.step(answer))).toMatchObject({ reason: "protocol", alert: 47 });
  });
});

describe.each(["TLSv1.2", "TLSv1.3"] as const)("%s", (protocol) => {
  const clients = engine.client(clientSettings({ minVersion: protocol, maxVersion: protocol }));

  it("flights may come in pieces, cut anywhere; until they are whole there is no answer", async () => {
    for (const part of [1, 4, 5, 6, 40, 100]) {
      const server = servers.open();
      const client = clients.open();
      const inPieces = async (session: TlsSession, flight: Uint8Array): Promise<Uint8Array> => {
        const first = await session.step(flight.subarray(0, part));
        const rest = await session.step(flight.subarray(part));
        return Buffer.concat([first, rest]);
      };
      let flight: Uint8Array = await client.step(nothing);
      for (let turn = 0; flight.length > 0; turn += 1) {
        flight = await inPieces(turn % 2 === 0 ? server : client, flight);
      }
      expect(server.connection?.authorized).toBe(true);
      expect(client.connection?.authorized).toBe(true);
    }
  });

  it("a session can be ended wherever it stands; what comes then is refused", async () => {
    for (let flights = 0; flights <= 4; flights += 1) {
      const server = servers.open();
      const client = clients.open();
      let flight = await client.step(nothing);
      for (let turn = 0; turn < flights && flight.length > 0; turn += 1) {
        flight = await (turn % 2 === 0 ? server : client).step(flight);
      }
      for (const session of [server, client]) {
        session.end();
        session.end();
        expect((await failure(session.step(flight))).reason).toBe("ended");
        expect(session.read()).toHaveLength(0);
      }
    }
  });

  it("whoever touched a flight after the hellos is found out", async () => {
    const server = servers.open();
    const client = clients.open();
    const answer = await client.step(await server.step(await client.step(nothing)));
    answer[answer.length - 1] = (answer[answer.length - 1] ?? 0) ^ 1;
    const error = await failure(server.step(answer));
    expect(error.reason).toBe("protocol");
    expect(error.flight.length).toBeGreaterThan(0);
    // TLS 1.3 sends that alert under the keys of the handshake; the client knows it all the same.
    expect(await failure(client.step(error.flight))).toMatchObject({ reason: "alert-received", alert: 20 });
  });

  it("a certificate of 63 KiB passes, and one that makes too long a flight does not", async () => {
    const large = engine.client(
      clientSettings({ identity: identity("client-large"), minVersion: protocol, maxVersion: protocol }),
    );
    // Without tickets: in TLS 1.3 there are two, and each has the certificate in it.
    const server = engine.server(serverSettings({ resumption: false })).open();
    await shakeHands(large.open(), server);
    expect(server.connection?.peerCertificates[0]?.der.length).toBeGreaterThan(63_000);

    const narrow = engine.server(serverSettings({ maxBytes: 8_192 })).open();
    const client = large.open();
    const flight = await client.step(await narrow.step(await client.step(nothing)));
    expect((await failure(narrow.step(flight))).reason).toBe("too-long");

    const tight = engine
      .client(clientSettings({ identity: identity("client-large"), maxBytes: 16_384 }))
      .open();
    const other = servers.open();
    const answer = await other.step(await tight.step(nothing));
    expect((await failure(tight.step(answer))).reason).toBe("too-long");
  });

  it("application data that nobody reads have a bound", async () => {
    const server = engine.server(serverSettings({ maxBytes: 4_096 })).open();
    const client = clients.open();
    await shakeHands(client, server);
    for (let sent = 0; sent < 4; sent += 1) await server.step(await client.write(new Uint8Array(1_000)));
    expect((await failure(server.step(await client.write(new Uint8Array(1_000))))).reason).toBe("too-long");
  });

  it("calls out of order are refused, and break nothing", async () => {
    const server = servers.open();
    const client = clients.open();
    expect((await failure(server.write(utf8("early")))).reason).toBe("misuse");
    expect((await failure(server.close())).reason).toBe("misuse");
    const flight = await client.step(nothing);
    const first = server.step(flight);
    expect((await failure(server.step(flight))).reason).toBe("misuse");
    let next = await client.step(await first);
    next = await server.step(next);
    if (next.length > 0) await client.step(next);
    expect(server.connection?.authorized).toBe(true);
    expect(() => server.remember(new Uint8Array(4_097))).toThrow(RangeError);
  });
});

it("renegotiation is refused", async () => {
  const socket = new MemorySocket(65_536);
  const client = connect({
    socket,
    ca: pem("authority"),
    servername: "radius.example",
    maxVersion: "TLSv1.2",
    rejectUnauthorized: false,
  });
  client.on("error", () => undefined);
  const server = engine.server(serverSettings()).open();
  const exchange = async (): Promise<Uint8Array> => {
    const answer = await server.step(socket.takeFlight());
    socket.deliver(answer);
    await new Promise(setImmediate);
    return answer;
  };
  await exchange();
  await exchange();
  const before = server.connection;
  expect(before).toBeDefined();

  client.renegotiate({}, () => undefined);
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
  // A warning that says no (RFC 5746 section 4.5), and no ServerHello.
  expect(await exchange()).toHaveLength(31);
  expect(server.connection).toBe(before);
  // The client gives up by itself.
  await expect(exchange()).rejects.toMatchObject({ reason: "alert-received", alert: 40 });
  client.destroy();
});

it("secrets of the key log are overwritten when no alert can need them anymore, and those that come later, too", () => {
  const keyLog = new KeyLog();
  const line = utf8("SERVER_TRAFFIC_SECRET_0 aa bb\n");
  keyLog.note(line);
  expect(hex(keyLog.secretFor("server", true)?.secret)).toBe("bb");
  keyLog.clear();
  const late = utf8("SERVER_TRAFFIC_SECRET_0 aa cc\n");
  keyLog.note(late);
  expect(keyLog.secretFor("server", true)).toBeUndefined();
  for (const octets of [line, late]) expect(octets.every((octet) => octet === 0)).toBe(true);
});

it("an alert is for the step that completed the handshake: who has gone on has no keys for it", async () => {
  const servers = engine.server(serverSettings());
  const [client, server] = [engine.client(clientSettings()).open(), servers.open()];
  await shakeHands(client, server);
  await server.write(utf8("welcome"));
  expect(await server.refuse("access_denied")).toHaveLength(0);
});

it("nothing secret shows where objects are printed", async () => {
  const server = servers.open();
  const client = engine.client(clientSettings()).open();
  await shakeHands(client, server);
  const key = server.connection?.keyingMaterial("key") ?? nothing;
  for (const printed of [server, server.connection, client, client.connection]) {
    const text = `${inspect(printed, { depth: 9, showHidden: true })}${JSON.stringify(printed)}`;
    expect(text).not.toContain(hex(key).slice(0, 8));
    expect(text).not.toContain(`${key[0]}, ${key[1]}, ${key[2]}`);
    expect(text).not.toContain("PRIVATE KEY");
  }
});

it("an exporter that TLS does not take ends the session with a typed error, and the process goes on", async () => {
  // RFC 5705 section 4: the labels of TLS itself are reserved.
  const reserved = [{ name: "key", label: "key expansion", length: 16 }];
  const server = engine.server(serverSettings({ exporters: reserved, maxVersion: "TLSv1.2" })).open();
  const client = engine.client(clientSettings()).open();
  await expect(shakeHands(client, server)).rejects.toMatchObject({ reason: "internal" });
});
