import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Agent, createServer as createTlsServer, get } from "node:https";
import type { AddressInfo } from "node:net";
import { connect as connectTls, createServer as createRaw } from "node:tls";
import { inspect } from "node:util";
import { ntHash, Secret } from "@sallyport/crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import { createNegotiateFetch, createSignOn, nodeSignOn, type SignOnEvent } from "../../src/http/index.ts";
import {
  acquireCredentials,
  createSspiProvider,
  initializeSecurityContext,
  type NtlmAuthData,
  ntlmPackage,
} from "../../src/index.ts";
import { tlsBindingsOf } from "../../src/node/http/tls-bindings.ts";
import { certificates } from "./certificates.ts";
import { listen } from "./client-bench.ts";

describe("over TLS, with NTLM", () => {
  const alice = { name: "alice", password: { ntHash: new Secret(ntHash("wonderland")) } };
  const provider = createSspiProvider({
    packages: [ntlmPackage({ accounts: { find: ({ name }) => (name === "alice" ? alice : undefined) } })],
  });

  async function tlsSite(
    channelBindings: "required" | "when-supported" = "required",
    authData: NtlmAuthData | null = null,
  ) {
    const credentials = await acquireCredentials({ provider, package: "NTLM", use: "inbound", authData });
    const events: SignOnEvent[] = [];
    const signOn = createSignOn({
      schemes: [{ scheme: "NTLM", credentials }],
      channelBindings,
      onEvent: (event) => events.push(event),
    });
    const server = createTlsServer(
      certificates.server,
      nodeSignOn(signOn, (_request: IncomingMessage, response: ServerResponse, user) =>
        response.end(user.name),
      ),
    );
    return { port: await listen(server), events };
  }

  async function ntlmFetch(origin: string, ca: string) {
    const authData = { user: "alice", password: "wonderland" };
    const credentials = await acquireCredentials({ provider, package: "NTLM", use: "outbound", authData });
    const fetch = createNegotiateFetch({
      origins: [origin],
      schemes: [{ scheme: "NTLM", credentials }],
      tls: { ca },
    });
    onTestFinished(() => fetch.close());
    return fetch;
  }

  it("the handshake belongs to the server's certificate", async () => {
    const { port } = await tlsSite();
    const fetch = await ntlmFetch(`https://localhost:${port}`, certificates.server.cert);
    expect(await (await fetch(`https://localhost:${port}`)).text()).toMatch(/\\alice$/);
  });

  /** Signs on over one connection as a client that knows nothing of bindings. */
  async function withoutBindings(port: number): Promise<number> {
    const authData = { user: "alice", password: "wonderland" };
    const credentials = await acquireCredentials({ provider, package: "NTLM", use: "outbound", authData });
    const client = initializeSecurityContext(credentials);
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: certificates.server.cert });
    onTestFinished(() => agent.destroy());
    let token: Uint8Array | undefined;
    for (;;) {
      const step = await client.step(token);
      const authorization = `NTLM ${Buffer.from(step.token).toString("base64")}`;
      const request = get({ host: "localhost", port, agent, headers: { authorization } });
      const [response] = (await once(request, "response")) as [IncomingMessage];
      response.resume();
      await once(response, "end");
      const challenge = /^NTLM (\S+)$/.exec(response.headers["www-authenticate"] ?? "")?.[1];
      if (challenge === undefined) return response.statusCode ?? 0;
      token = Buffer.from(challenge, "base64");
    }
  }

  it.each([
    ["of the sign-on alone", "required", null],
    ["of the credentials alone", "when-supported", { channelBindings: "required" }],
    ["of the sign-on, against the credentials", "required", { channelBindings: "ignore" }],
  ] as const)(
    "a client without bindings is refused where they are required %s",
    async (_, policy, authData) => {
      const { port, events } = await tlsSite(policy, authData);
      expect(await withoutBindings(port)).toBe(401);
      expect(events).toMatchObject([{ kind: "refused", symbol: "SEC_E_BAD_BINDINGS" }]);
      const fetch = await ntlmFetch(`https://localhost:${port}`, certificates.server.cert);
      expect((await fetch(`https://localhost:${port}`)).status).toBe(200);
    },
  );

  it("a client without bindings is let in where they are not", async () => {
    expect(await withoutBindings((await tlsSite("when-supported")).port)).toBe(200);
  });

  it("who is refused learns nothing; the server learns why", async () => {
    const { port, events } = await tlsSite();
    const origin = `https://localhost:${port}`;
    const authData = { user: "alice", password: "looking-glass" };
    const credentials = await acquireCredentials({ provider, package: "NTLM", use: "outbound", authData });
    const tls = { ca: certificates.server.cert };
    const fetch = createNegotiateFetch({
      origins: [origin],
      schemes: [{ scheme: "NTLM", credentials }],
      tls,
    });
    onTestFinished(() => fetch.close());
    expect(await (await fetch(origin)).text()).toBe("sign on to see this\n");
    expect(events).toMatchObject([
      { kind: "refused", cause: { name: "NtlmRefusal", reason: "wrong-password" } },
    ]);
    expect(inspect(events, { depth: 10 })).not.toMatch(/looking-glass|TlRM/);
  });

  it.each(["required", "when-supported"] as const)(
    "a man in the middle who passes it on gets nothing (%s)",
    async (policy) => {
      const { port, events } = await tlsSite(policy);
      // He has a certificate that the client trusts, and hands everything on as it is.
      const middle = createRaw(certificates.other, (socket) => {
        const onward = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false });
        socket.pipe(onward).pipe(socket);
        socket.on("error", () => onward.destroy());
        onward.on("error", () => socket.destroy());
      });
      middle.listen(0, "127.0.0.1");
      await once(middle, "listening");
      onTestFinished(() => void middle.close());
      const origin = `https://localhost:${(middle.address() as AddressInfo).port}`;
      const fetch = await ntlmFetch(origin, certificates.other.cert);
      expect((await fetch(origin)).status).toBe(401);
      expect(events).toMatchObject([{ kind: "refused", symbol: "SEC_E_BAD_BINDINGS" }]);
    },
  );
});

describe("the bindings of a connection", () => {
  async function bothEnds(versions: {
    minVersion: "TLSv1.2" | "TLSv1.3";
    maxVersion: "TLSv1.2" | "TLSv1.3";
  }) {
    const server = createRaw({ ...certificates.server, ...versions });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const accepted = once(server, "secureConnection");
    const client = connectTls({ port, host: "localhost", ca: certificates.server.cert, ...versions });
    await once(client, "secureConnect");
    const [socket] = await accepted;
    onTestFinished(() => void client.destroy());
    return { client, server: socket };
  }

  it.each([
    ["tls-server-end-point", "TLSv1.2", 48],
    ["tls-server-end-point", "TLSv1.3", 48],
    ["tls-exporter", "TLSv1.2", 32],
    ["tls-exporter", "TLSv1.3", 32],
    ["tls-unique", "TLSv1.2", 12],
  ] as const)("%s over %s is the same at both ends", async (kind, version, length) => {
    const { client, server } = await bothEnds({ minVersion: version, maxVersion: version });
    const seen = tlsBindingsOf(client, kind, client.getPeerX509Certificate()?.raw, "client");
    const own = tlsBindingsOf(server, kind, server.getCertificate().raw, "server");
    expect(seen).toEqual(own);
    expect(seen?.applicationData).toHaveLength(kind.length + 1 + length);
    const other = await bothEnds({ minVersion: version, maxVersion: version });
    const elsewhere = tlsBindingsOf(other.client, kind, other.client.getPeerX509Certificate()?.raw, "client");
    if (kind === "tls-server-end-point") expect(elsewhere).toEqual(seen);
    else expect(elsewhere).not.toEqual(seen);
  });

  it("TLS 1.3 has no tls-unique, and a certificate that is none no end point", async () => {
    const { client } = await bothEnds({ minVersion: "TLSv1.3", maxVersion: "TLSv1.3" });
    expect(tlsBindingsOf(client, "tls-unique", undefined, "client")).toBeUndefined();
    expect(
      tlsBindingsOf(client, "tls-server-end-point", Uint8Array.of(0x30, 0x82), "client"),
    ).toBeUndefined();
  });
});
