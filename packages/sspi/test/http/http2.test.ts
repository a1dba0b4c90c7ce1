import { once } from "node:events";
import { connect, constants, createSecureServer, type Http2SecureServer, type Http2Server } from "node:http2";
import { Agent, request as tlsRequest } from "node:https";
import type { AddressInfo } from "node:net";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import fastify from "fastify";
import { Hono } from "hono";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  createSignOn,
  fastifySignOn,
  honoSignOn,
  nodeSignOn,
  type SignOn,
  type SignOnVariables,
  signedOnUser,
} from "../../src/http/index.ts";
import { certificates } from "./certificates.ts";
import { message, proof, proofCredentials } from "./proof-package.ts";

const options = { ...certificates.server, allowHTTP1: true } as const;

const servers: Readonly<Record<string, (signOn: SignOn) => Promise<Http2SecureServer | Http2Server>>> = {
  "node:http2": async (signOn) =>
    createSecureServer(
      options,
      nodeSignOn(signOn, (_request, response, user) => response.end(user.name)),
    ),
  Fastify: async (signOn) => {
    const app = fastify({ http2: true, https: options });
    app.addHook("onRequest", fastifySignOn(signOn));
    app.get("/", (request) => signedOnUser(request.raw)?.name);
    await app.ready();
    onTestFinished(() => app.close());
    return app.server;
  },
  Hono: async (signOn) => {
    const app = new Hono<{ Bindings: HttpBindings; Variables: SignOnVariables }>();
    app.use(honoSignOn(signOn));
    app.get("/", (context) => context.text(context.get("user").name));
    const server = createAdaptorServer({
      fetch: app.fetch,
      createServer: createSecureServer,
      serverOptions: options,
    });
    if (!("setTimeout" in server) || "closeAllConnections" in server) throw new Error("not HTTP/2");
    return server;
  },
};

describe.each(Object.entries(servers))("over HTTP/2, behind %s", (_name, make) => {
  async function serve() {
    const { ntlm } = await proofCredentials();
    const signOn = createSignOn({
      schemes: [{ scheme: "NTLM", credentials: ntlm }],
      session: { keys: [new Uint8Array(32)] },
    });
    const server = await make(signOn);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const session = connect(`https://localhost:${(server.address() as AddressInfo).port}`, {
      ca: certificates.server.cert,
    });
    onTestFinished(() => {
      session.destroy();
      server.close();
    });
    return { session, port: (server.address() as AddressInfo).port };
  }

  /** The body, or the code with which the stream ended. */
  async function get(session: ReturnType<typeof connect>, headers: Record<string, string> = {}) {
    const stream = session.request({ ":path": "/", ...headers });
    let body = "";
    stream.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    stream.on("error", () => {});
    await once(stream, "close").catch(() => {});
    return stream.rstCode === constants.NGHTTP2_NO_ERROR ? body : stream.rstCode;
  }

  it("a request without a session is sent back to HTTP/1.1; what it did there opens HTTP/2", async () => {
    const { session, port } = await serve();
    const hello = `NTLM ${Buffer.from(message(1)).toString("base64")}`;
    expect(await get(session)).toBe(constants.NGHTTP2_HTTP_1_1_REQUIRED);
    expect(await get(session, { authorization: hello })).toBe(constants.NGHTTP2_HTTP_1_1_REQUIRED);
    const cookie = await signOnOverHttp1(port);
    expect(await get(session, { cookie })).toBe("TEST\\alice");
    expect(await get(session)).toBe(constants.NGHTTP2_HTTP_1_1_REQUIRED); // the connection is nobody's
  });
});

async function signOnOverHttp1(port: number): Promise<string> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: certificates.server.cert });
  onTestFinished(() => agent.destroy());
  const ask = (token: Uint8Array) =>
    new Promise<{ challenge: string; cookie: string }>((resolve, reject) => {
      const authorization = `NTLM ${Buffer.from(token).toString("base64")}`;
      const request = tlsRequest(
        { port, host: "localhost", agent, headers: { authorization } },
        (response) => {
          response.resume().on("end", () =>
            resolve({
              challenge: response.headers["www-authenticate"]?.split(" ")[1] ?? "",
              cookie: response.headers["set-cookie"]?.[0]?.split(";")[0] ?? "",
            }),
          );
        },
      );
      request.on("error", reject).end();
    });
  const { challenge } = await ask(message(1));
  return (await ask(proof(Buffer.from(challenge, "base64"), "alice", "wonderland"))).cookie;
}
