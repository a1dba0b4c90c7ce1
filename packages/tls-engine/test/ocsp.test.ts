import { type ConnectionOptions, connect } from "node:tls";
import { expect, it } from "vitest";
import type { TlsEndpoint } from "../src/index.ts";
import { createInlineTlsEngine, createTlsWorkerPool } from "../src/node/index.ts";
import { MemorySocket } from "../src/node/memory-socket.ts";
import { serverSettings, utf8 } from "./fixtures.ts";

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
