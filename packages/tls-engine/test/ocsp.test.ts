import { type ConnectionOptions, connect } from "node:tls";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { readOcspResponse, type TlsConnection, type TlsEndpoint, type TlsSession } from "../src/index.ts";
import { createInlineTlsEngine, createTlsWorkerPool } from "../src/node/index.ts";
import { MemorySocket } from "../src/node/memory-socket.ts";
import { clientSettings, pem, serverSettings, shakeHands, utf8 } from "./fixtures.ts";
import { type OcspResponseOptions, ocspResponse } from "./ocsp-responses.ts";

/** What a client that asks for an OCSP response is given; undefined where there is none. */
async function stapled(servers: TlsEndpoint): Promise<Uint8Array | undefined> {
  const socket = new MemorySocket(65_536);
  // The types of Node.js leave out `requestOCSP`, which its documentation has.
  const options: ConnectionOptions & { requestOCSP: true } = {
    socket,
    requestOCSP: true,
    rejectUnauthorized: false,
  };
  const client = connect(options);
  let response: Uint8Array | undefined;
  client.on("OCSPResponse", (given: Uint8Array | null) => {
    if (given !== null) response = new Uint8Array(given);
  });
  const server = servers.open();
  for (let turn = 0; turn < 2; turn += 1) {
    socket.deliver(await server.step(socket.takeFlight()));
    await new Promise(setImmediate);
  }
  expect(server.connection).toBeDefined();
  client.destroy();
  server.end();
  return response;
}

it.each([
  ["inline", createInlineTlsEngine()],
  ["workers", createTlsWorkerPool({ workers: 1 })],
])(
  "RFC 6066 section 8: clients that ask get the OCSP response, which can be replaced (%s)",
  async (_where, engine) => {
    const servers = engine.server(serverSettings({ requestClientCertificate: false }));
    expect(await stapled(servers)).toBeUndefined();
    servers.staple(utf8("first"));
    expect(await stapled(servers)).toEqual(utf8("first"));
    servers.staple(utf8("second"));
    expect(await stapled(servers)).toEqual(utf8("second"));
    servers.staple(null);
    expect(await stapled(servers)).toBeUndefined();
    const others = engine.server(serverSettings({ ocspResponse: utf8("from the start") }));
    expect(await stapled(others)).toEqual(utf8("from the start"));
    await engine.close();
  },
);

describe("a client looks at the OCSP response that the server staples", () => {
  const engines = { inline: createInlineTlsEngine(), workers: createTlsWorkerPool({ workers: 1 }) };
  afterAll(() => engines.workers.close());

  async function seen(
    response: Uint8Array,
    protocol: "TLSv1.2" | "TLSv1.3" = "TLSv1.3",
    where: "inline" | "workers" = "inline",
  ): Promise<{ readonly connection: TlsConnection | undefined; readonly client: TlsSession }> {
    const engine = engines[where];
    const server = engine.server(serverSettings({ ocspResponse: response })).open();
    const client = engine.client(clientSettings({ minVersion: protocol, maxVersion: protocol })).open();
    await shakeHands(client, server);
    return { connection: client.connection, client };
  }

  const day = 86_400_000;
  const delegated = { signer: "responder", certificates: ["responder"] };
  const rows: [string, OcspResponseOptions, string | undefined][] = [
    ["good", {}, undefined],
    ["good, with SHA-256 in its name", { hash: "sha256" }, undefined],
    ["good, without an end", { nextUpdate: null }, undefined],
    ["good, of a responder that the authority certified", delegated, undefined],
    ["revoked", { status: "revoked" }, "CERT_REVOKED"],
    ["revoked, says the responder", { ...delegated, status: "revoked" }, "CERT_REVOKED"],
    ["unknown", { status: "unknown" }, "OCSP_CERT_UNKNOWN"],
    ["out of date", { nextUpdate: -day / 2 }, "OCSP_VERIFY_FAILED"],
    ["of tomorrow", { thisUpdate: day, nextUpdate: 2 * day }, "OCSP_VERIFY_FAILED"],
    ["about another certificate", { about: "server-rsa" }, "OCSP_VERIFY_FAILED"],
    ["about a certificate of another authority", { issuer: "other-authority" }, "OCSP_VERIFY_FAILED"],
    ["of a responder whose certificate is not there", { signer: "responder" }, "OCSP_VERIFY_FAILED"],
    ["signed by the server itself", { signer: "server", certificates: ["server"] }, "OCSP_VERIFY_FAILED"],
    [
      "signed by another authority",
      { signer: "other-authority", certificates: ["other-authority"] },
      "OCSP_VERIFY_FAILED",
    ],
  ];
  it.each(rows)("RFC 6066 section 8, RFC 6960 section 3.2: %s", async (_name, options, code) => {
    const { connection } = await seen(ocspResponse(options));
    expect(connection).toMatchObject({ authorized: code === undefined, authorizationError: code });
  });

  it.each([
    ["TLSv1.2", "inline"],
    ["TLSv1.2", "workers"],
    ["TLSv1.3", "workers"],
  ] as const)("with %s, %s, too; and what is refused gives nothing to resume by", async (protocol, where) => {
    const good = await seen(ocspResponse(), protocol, where);
    expect(good.connection).toMatchObject({ protocol, authorized: true });
    const revoked = await seen(ocspResponse({ status: "revoked" }), protocol, where);
    expect(revoked.connection).toMatchObject({ authorized: false, authorizationError: "CERT_REVOKED" });
    expect(revoked.client.ticket).toBeUndefined();
    // In TLS 1.3 tickets come after the handshake, and the server has sent them by now.
    expect(good.client.ticket).toBeDefined();
  });

  it("a response that is none, or touched, is not satisfactory", async () => {
    const touched = ocspResponse();
    touched[touched.length - 5] = (touched[touched.length - 5] ?? 0) ^ 1;
    for (const response of [utf8("no response"), touched, ocspResponse().subarray(0, -1)]) {
      const { connection } = await seen(response);
      expect(connection).toMatchObject({ authorized: false, authorizationError: "OCSP_VERIFY_FAILED" });
    }
  });

  it("a certificate that is refused anyhow stays refused for that", async () => {
    const engine = engines.inline;
    const server = engine
      .server(serverSettings({ ocspResponse: ocspResponse({ status: "revoked" }) }))
      .open();
    const client = engine.client(clientSettings({ trustedAuthorities: [pem("other-authority")] })).open();
    await shakeHands(client, server);
    expect(client.connection?.authorizationError).toBe("SELF_SIGNED_CERT_IN_CHAIN");
  });
});

describe("OCSP responses (RFC 6960 section 4.2.1)", () => {
  it("what they say of certificates", () => {
    const read = readOcspResponse(ocspResponse({ status: "revoked", nextUpdate: null }));
    expect(read?.answers).toMatchObject([{ status: "revoked", nextUpdate: undefined }]);
    expect(read?.signatureAlgorithm).toBe("1.2.840.10045.4.3.2");
    expect(read?.answers[0]?.hashAlgorithm).toBe("1.3.14.3.2.26");
  });

  it("any octets are a response or none", () => {
    const response = ocspResponse({ signer: "responder", certificates: ["responder"] });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => void readOcspResponse(octets)),
      { numRuns: 2_000, seed: 1 },
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: response.length - 1 }),
        fc.integer({ min: 0, max: 255 }),
        fc.boolean(),
        (at, octet, cut) => {
          const changed = response.slice();
          changed[at] = octet;
          readOcspResponse(cut ? changed.subarray(0, at) : changed);
        },
      ),
      { numRuns: 2_000, seed: 1 },
    );
    for (let length = 0; length < response.length; length += 1) {
      expect(readOcspResponse(response.subarray(0, length))).toBeUndefined();
    }
  });
});
