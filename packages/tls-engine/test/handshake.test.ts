import { X509Certificate } from "node:crypto";
import { afterAll, describe, expect, it } from "vitest";
import type { TlsServerSettings } from "../src/index.ts";
import { createInlineTlsEngine, createTlsWorkerPool } from "../src/node/index.ts";
import { clientSettings, hex, identity, pem, serverSettings, shakeHands, utf8 } from "./fixtures.ts";

const engines = { inline: createInlineTlsEngine(), workers: createTlsWorkerPool({ workers: 2 }) };
afterAll(() => engines.workers.close());

const cases = (["inline", "workers"] as const).flatMap((where) =>
  (["TLSv1.2", "TLSv1.3"] as const).map((protocol) => ({ where, protocol })),
);

describe.each(cases)("$where, $protocol", ({ where, protocol }) => {
  const engine = engines[where];

  it("both sides come to the same keys, and see each other's certificate", async () => {
    const server = engine.server(serverSettings()).open();
    const client = engine.client(clientSettings({ minVersion: protocol, maxVersion: protocol })).open();

    const flights = await shakeHands(client, server);
    expect(flights).toHaveLength(4);

    expect(server.connection).toMatchObject({ protocol, resumed: false, authorized: true });
    expect(client.connection).toMatchObject({ protocol, resumed: false, authorized: true });
    expect(server.connection?.peerCertificates.map(({ subject }) => subject)).toEqual([
      "O=Sallyport tests\nCN=alice",
    ]);
    expect(client.connection?.peerCertificates[0]?.subjectAltName).toBe(
      "DNS:radius.example, DNS:radius2.example",
    );
    expect(hex(server.connection?.keyingMaterial("key"))).toMatch(/^[0-9a-f]{256}$/);
    expect(hex(server.connection?.keyingMaterial("key"))).toBe(hex(client.connection?.keyingMaterial("key")));
    expect(server.connection?.clientRandom).toEqual(client.connection?.clientRandom);
    expect(server.connection?.serverRandom).toEqual(client.connection?.serverRandom);
    expect(server.connection?.serverRandom).toHaveLength(32);
    server.end();
    client.end();
  });

  it("agrees on another group than the client began with", async () => {
    const servers = engine.server(serverSettings({ identity: identity("server-rsa"), ecdhCurve: "P-384" }));
    const rsa = identity("client-rsa");
    const clients = engine.client(
      clientSettings({ identity: rsa, minVersion: protocol, maxVersion: protocol }),
    );
    const [client, server] = [clients.open(), servers.open()];
    const flights = await shakeHands(client, server);
    // In TLS 1.3 the server asks for another hello (RFC 8446 section 4.1.4).
    expect(flights).toHaveLength(protocol === "TLSv1.2" ? 4 : 6);
    expect(server.connection?.authorized).toBe(true);
    expect(server.connection?.clientRandom).toEqual(client.connection?.clientRandom);
  });

  it("keeps the authorities for clients to itself where it asks for no certificate", async () => {
    const flightOf = async (settings: Parameters<typeof serverSettings>[0]): Promise<number> => {
      const client = engine.client(clientSettings({ minVersion: protocol, maxVersion: protocol })).open();
      const server = engine.server(serverSettings(settings)).open();
      const flight = await server.step(await client.step(new Uint8Array(0)));
      server.end();
      client.end();
      return flight.length;
    };
    const without = await flightOf({ requestClientCertificate: false, trustedAuthorities: [] });
    // A signature with P-256 has two octets more or less, from one to the next.
    expect(Math.abs((await flightOf({ requestClientCertificate: false })) - without)).toBeLessThan(8);
    expect(await flightOf({})).toBeGreaterThan(without + 300);
  });

  it("tells the whole chain where it is wanted", async () => {
    const versions = { minVersion: protocol, maxVersion: protocol } as const;
    for (const peerChain of [false, true]) {
      const servers = engine.server(serverSettings({ peerChain }));
      const clients = engine.client(
        clientSettings({ identity: identity("client-chain"), peerChain, ...versions }),
      );
      const client = clients.open();
      const names = [];
      for (const ticket of [undefined, client]) {
        const server = servers.open();
        const one = ticket === undefined ? client : clients.open({ ticket: ticket.ticket });
        await shakeHands(one, server);
        expect(server.connection).toMatchObject({ authorized: true, resumed: ticket !== undefined });
        names.push(server.connection?.peerCertificates.map(({ subject }) => subject.split("=").at(-1)));
      }
      // Before version 26, Node.js tells of the certificate of the other side alone.
      const told = peerChain && Number.parseInt(process.versions.node, 10) >= 26;
      expect(names[0]).toEqual(told ? ["frank", "Intermediate", "Test authority"] : ["frank"]);
      expect(client.connection?.peerCertificates.map(({ subject }) => subject.split("=").at(-1))).toEqual(
        told ? ["radius.example", "Test authority"] : ["radius.example"],
      );
      // The intermediate authority is not kept with a session.
      expect(names[1]).toEqual(["frank"]);
    }
  });

  it("carries application data and close_notify", async () => {
    const server = engine.server(serverSettings()).open();
    const client = engine.client(clientSettings({ minVersion: protocol, maxVersion: protocol })).open();
    await shakeHands(client, server);

    await client.step(await server.write(utf8("to the client")));
    expect(client.read()).toEqual(utf8("to the client"));
    expect(client.read()).toHaveLength(0);
    await server.step(await client.write(utf8("to the server")));
    expect(server.read()).toEqual(utf8("to the server"));

    expect(client.peerClosed).toBe(false);
    await client.step(await server.close());
    expect(client.peerClosed).toBe(true);
    server.end();
    client.end();
  });

  it.each(["tickets", "ids", "both"] as const)("resumes by %s what was remembered", async (carrier) => {
    const endpoint = engine.server(serverSettings({ resumption: { carrier } }));
    const clients = engine.client(clientSettings({ minVersion: protocol, maxVersion: protocol }));
    const server = endpoint.open();
    const client = clients.open();
    await shakeHands(client, server);
    server.remember(utf8("alice"));
    const ticket = client.ticket;
    expect(ticket !== undefined).toBe(protocol === "TLSv1.2" || carrier !== "ids" || ticket !== undefined);

    const again = endpoint.open();
    const againClient = clients.open({ ticket });
    await shakeHands(againClient, again);
    const resumes = protocol === "TLSv1.2" || carrier !== "ids";
    expect(again.connection).toMatchObject({ resumed: resumes, authorized: true });
    expect(againClient.connection).toMatchObject({ resumed: resumes, authorized: true });
    expect(again.connection?.remembered).toEqual(resumes ? utf8("alice") : undefined);
    expect(again.connection?.peerCertificates[0]?.subject).toBe("O=Sallyport tests\nCN=alice");
    expect(hex(again.connection?.keyingMaterial("key"))).toBe(
      hex(againClient.connection?.keyingMaterial("key")),
    );
  });

  it("refuses with an alert in place of the last flight, either side, full or resumed", async () => {
    const endpoint = engine.server(serverSettings());
    const clients = engine.client(clientSettings({ minVersion: protocol, maxVersion: protocol }));
    let ticket: Uint8Array | undefined;
    for (const kind of ["full", "resumed"]) {
      for (const who of ["server", "client"]) {
        const server = endpoint.open();
        const client = clients.open({ ticket });
        const refuser = who === "server" ? server : client;
        const other = who === "server" ? client : server;
        let flight = await client.step(new Uint8Array(0));
        for (let turn = 0; refuser.connection === undefined; turn += 1) {
          flight = await (turn % 2 === 0 ? server : client).step(flight);
        }
        const alert = await refuser.refuse("access_denied");
        await expect(other.step(alert), `${kind} ${who}`).rejects.toMatchObject({
          reason: "alert-received",
          alert: 49,
        });
      }
      const server = endpoint.open();
      const client = clients.open();
      await shakeHands(client, server);
      ticket = client.ticket;
    }
  });
});

describe("what a server sends of a certificate that stands alone", () => {
  const [leaf = ""] = /-----BEGIN[\s\S]*?-----END CERTIFICATE-----/.exec(pem("client-chain")) ?? [];
  const underIntermediate = { key: pem("client-chain.test-key"), certificateChain: leaf };
  const names = ["client-chain", "server", "intermediate", "authority"] as const;

  it.each<[string, Partial<TlsServerSettings>, readonly string[]]>([
    ["its issuer, although that is a root", {}, ["server", "authority"]],
    [
      "all above it but the root",
      { identity: underIntermediate, trustedAuthorities: [pem("authority"), pem("intermediate")] },
      ["client-chain", "intermediate"],
    ],
    ["nothing more where its issuer is not known", { identity: underIntermediate }, ["client-chain"]],
    [
      "nothing more where no client is asked for a certificate",
      { requestClientCertificate: false },
      ["server"],
    ],
    [
      "what its owner has put behind it, and only that",
      { identity: { ...identity("server"), certificateChain: pem("server") + pem("intermediate") } },
      ["server", "intermediate"],
    ],
  ])("%s", async (_, settings, sent) => {
    // In TLS 1.2 certificates are to be read by everybody.
    const client = engines.inline.client(clientSettings({ maxVersion: "TLSv1.2" })).open();
    const server = engines.inline.server(serverSettings(settings)).open();
    const flight = Buffer.from(await server.step(await client.step(new Uint8Array(0))));
    client.end();
    server.end();
    expect(names.filter((name) => flight.includes(new X509Certificate(pem(name)).raw))).toEqual(sent);
  });
});
