import { EventEmitter, once } from "node:events";
import { Agent, createServer, request as httpRequest, type IncomingMessage, type Server } from "node:http";
import { type AddressInfo, connect as connectSocket } from "node:net";
import { inspect } from "node:util";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  acquireClientSchemes,
  acquireServerSchemes,
  createNegotiateFetch,
  createSignOn,
  expressSignOn,
  fastifySignOn,
  honoSignOn,
  nodeSignOn,
  type SignedOnUser,
  type SignOn,
  type SignOnOutcome,
  type SignOnRequest,
  type SignOnVariables,
  serveSignedOn,
  signedOnUser,
} from "../../src/http/index.ts";
import { message, proof, proofCredentials } from "./proof-package.ts";

/** Within a time that a busy machine has, too. */
const eventually = <Value>(value: () => Value) => expect.poll(value, { timeout: 20_000 });

const settingsLike = { find: () => undefined };

const asked = ({ socket }: { socket: EventEmitter }): SignOnRequest => ({
  connection: socket,
  httpVersionMajor: 1,
  header: () => undefined,
});

/** Every server answers GET with the user's name and POST with the body it got. */
const servers: Readonly<Record<string, (signOn: SignOn) => Promise<Server>>> = {
  "node:http": async (signOn) =>
    createServer(
      nodeSignOn(signOn, async (request: IncomingMessage & { user: SignedOnUser }, response, user) => {
        expect(request.user).toBe(user);
        expect(signedOnUser(request)).toBe(user);
        response.end(request.method === "POST" ? await bodyOf(request) : user.name);
      }),
    ),
  "node:http with Expect": async (signOn) => {
    const server = createServer();
    serveSignedOn(server, signOn, async (request: IncomingMessage, response, user) => {
      response.end(request.method === "POST" ? await bodyOf(request) : user.name);
    });
    return server;
  },
  Express: async (signOn) => {
    const app = express();
    app.use(expressSignOn(signOn));
    app.use(express.text());
    app.get("/", (request, response) => void response.send(signedOnUser(request)?.name));
    app.post("/", (request, response) => void response.send(request.body));
    return createServer(app);
  },
  Fastify: async (signOn) => {
    const app = fastify();
    app.decorateRequest("user");
    app.addHook("onRequest", fastifySignOn(signOn));
    app.get("/", (request) => signedOnUser(request.raw)?.name);
    app.post("/", (request) => request.body);
    await app.ready();
    onTestFinished(() => app.close());
    return app.server;
  },
  Hono: async (signOn) => {
    const app = new Hono<{ Bindings: HttpBindings; Variables: SignOnVariables }>();
    app.use(honoSignOn(signOn));
    app.get("/", (context) => context.text(context.get("user").name));
    app.post("/", async (context) => new Response(await context.req.text()));
    const server = createAdaptorServer({ fetch: app.fetch });
    if (!("closeAllConnections" in server)) throw new Error("not HTTP/1.1");
    return server;
  },
};

async function bodyOf(request: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

interface Answer {
  readonly status: number | undefined;
  readonly challenges: readonly string[];
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A client with one connection. */
function oneConnection(port: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  const sockets = new Set<unknown>();
  const ask = (token?: Uint8Array, body?: string, scheme = "NTLM"): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const authorization = token && `${scheme} ${Buffer.from(token).toString("base64")}`;
      const request = httpRequest({
        port,
        host: "127.0.0.1",
        agent,
        method: body === undefined ? "GET" : "POST",
        headers: {
          ...(authorization !== undefined && { authorization }),
          ...(body !== undefined && {
            "content-type": "text/plain",
            "content-length": Buffer.byteLength(body),
          }),
        },
      });
      request.on("socket", (socket) => sockets.add(socket));
      request.on("error", reject);
      request.on("response", (response) => {
        const { statusCode, headers } = response;
        const challenges = response.headersDistinct["www-authenticate"] ?? [];
        bodyOf(response).then(
          (text) => resolve({ status: statusCode, headers, challenges, body: text }),
          reject,
        );
      });
      request.end(body);
    });
  return { ask, sockets };
}

const challengeOf = ({ challenges }: Answer): Uint8Array =>
  Buffer.from(challenges[0]?.split(" ")[1] ?? "", "base64");

describe.each(Object.entries(servers))("behind %s", (_name, make) => {
  async function serve(options: { session?: boolean; lastWord?: string } = {}) {
    const { ntlm, negotiate, provider } = await proofCredentials(
      options.lastWord ? { lastWord: options.lastWord } : {},
    );
    const signOn = createSignOn({
      schemes: [
        { scheme: "Negotiate", credentials: negotiate },
        { scheme: "NTLM", credentials: ntlm },
      ],
      ...(options.session && { session: { keys: [new Uint8Array(32)] } }),
    });
    const server = await make(signOn);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    return { port, signOn, provider };
  }

  it("a handshake on a kept connection, then requests as the user", async () => {
    const { port } = await serve();
    const { ask, sockets } = oneConnection(port);
    const first = await ask();
    expect(first).toMatchObject({ status: 401, challenges: ["Negotiate", "NTLM"] });
    const challenge = challengeOf(await ask(message(1)));
    const last = await ask(proof(challenge, "alice", "wonderland"));
    expect(last).toMatchObject({ status: 200, body: "TEST\\alice", headers: { "persistent-auth": "true" } });
    expect(await ask()).toMatchObject({ status: 200, body: "TEST\\alice" });
    expect(sockets.size).toBe(1);
    expect(await oneConnection(port).ask()).toMatchObject({ status: 401 });
  });

  it("the body of a POST is left alone until the handshake has ended", async () => {
    const { port } = await serve();
    const { ask, sockets } = oneConnection(port);
    const body = "x".repeat(50_000);
    expect(await ask(undefined, body)).toMatchObject({ status: 401 });
    const challenge = challengeOf(await ask(message(1), body));
    expect(await ask(proof(challenge, "alice", "wonderland"), body)).toMatchObject({ status: 200, body });
    expect(await ask(undefined, body)).toMatchObject({ status: 200, body });
    expect(sockets.size).toBeLessThanOrEqual(2);
  });

  it("the last token and the session cookie are on the answer; the cookie opens another connection", async () => {
    const { port } = await serve({ session: true, lastWord: "bye" });
    const { ask } = oneConnection(port);
    const challenge = challengeOf(await ask(message(1), undefined, "Negotiate"));
    const { headers, challenges } = await ask(
      proof(challenge, "alice", "wonderland"),
      undefined,
      "Negotiate",
    );
    expect(challenges).toEqual([`Negotiate ${Buffer.from("bye").toString("base64")}`]);
    const cookie = headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
    const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { cookie } });
    expect(await response.text()).toBe("TEST\\alice");
  });

  it("a connection that is torn down in the middle leaves nothing", async () => {
    const { port, signOn, provider } = await serve();
    const socket = connectSocket(port, "127.0.0.1");
    const hello = Buffer.from(message(1)).toString("base64");
    socket.write(`GET / HTTP/1.1\r\nHost: x\r\nAuthorization: NTLM ${hello}\r\n\r\n`);
    await once(socket, "data");
    expect(signOn.halfOpen).toBe(1);
    socket.resetAndDestroy();
    await eventually(() => signOn.halfOpen).toBe(0);
    await eventually(() => provider.objects().contexts).toBe(0);
  });

  it("pipelined requests are answered in their order, as the user", async () => {
    const { port } = await serve();
    const socket = connectSocket(port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    let text = "";
    socket.setEncoding("latin1").on("data", (data: string) => {
      text += data;
    });
    const get = (token?: Uint8Array) =>
      `GET / HTTP/1.1\r\nHost: x\r\n${token ? `Authorization: NTLM ${Buffer.from(token).toString("base64")}\r\n` : ""}\r\n`;
    socket.write(get(message(1)));
    await eventually(() => /NTLM (\S+)/.exec(text)?.[1]).toBeDefined();
    const challenge = Buffer.from(/NTLM (\S+)/.exec(text)?.[1] ?? "", "base64");
    text = "";
    socket.write(get(proof(challenge, "alice", "wonderland")) + get() + get());
    await eventually(() => text.match(/HTTP\/1\.1 200/g)?.length).toBe(3);
    expect(text.match(/TEST\\alice/g)).toHaveLength(3);
  });
});

it("Expect: the body is asked for after the sign-on, and not before", async () => {
  const { ntlm } = await proofCredentials();
  const signOn = createSignOn({ schemes: [{ scheme: "NTLM", credentials: ntlm }] });
  const server = await (servers["node:http with Expect"] ?? expect.unreachable())(signOn);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const socket = connectSocket(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  let text = "";
  socket.setEncoding("latin1").on("data", (data: string) => {
    text += data;
  });
  const post = (more: string) =>
    `POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n${more}\r\n`;
  const authorization = (token: Uint8Array) =>
    `Authorization: NTLM ${Buffer.from(token).toString("base64")}\r\n`;
  const stranger = connectSocket(port, "127.0.0.1");
  stranger.write(post(""));
  const [refusal] = await once(stranger.setEncoding("latin1"), "data");
  expect(refusal).toMatch(/^HTTP\/1\.1 401/);
  stranger.destroy();

  socket.write(`GET / HTTP/1.1\r\nHost: x\r\n${authorization(message(1))}\r\n`);
  await eventually(() => /NTLM (\S+)/.exec(text)?.[1]).toBeDefined();
  const challenge = Buffer.from(/NTLM (\S+)/.exec(text)?.[1] ?? "", "base64");
  socket.write(post(authorization(proof(challenge, "alice", "wonderland"))));
  await eventually(() => text).toContain("100 Continue");
  socket.write("hello");
  await eventually(() => text).toMatch(/200 OK[\s\S]*hello/);
});

it("Hono on another server than Node's has no connection to look at", async () => {
  const { ntlm } = await proofCredentials();
  const app = new Hono<{ Variables: SignOnVariables }>();
  app.use(honoSignOn(createSignOn({ schemes: [{ scheme: "NTLM", credentials: ntlm }] })));
  app.onError((error, context) => context.text(error.message, 500));
  expect(await (await app.request("/")).text()).toContain("@hono/node-server");
});

describe("an answer that somebody else has given meanwhile", () => {
  const late = {
    statusCode: 200,
    headersSent: true,
    appendHeader: () => expect.unreachable(),
    writeContinue: () => expect.unreachable(),
    end: () => expect.unreachable(),
  };
  const request = { socket: new EventEmitter(), headers: {}, httpVersionMajor: 1 };

  it("stays as it is, whatever the sign-on comes to", async () => {
    const { ntlm } = await proofCredentials();
    const signOn = createSignOn({ schemes: [{ scheme: "NTLM", credentials: ntlm }] });
    const user: SignOnOutcome = {
      kind: "admitted",
      user: expect.anything(),
      headers: [["set-cookie", "a=b"]],
    };
    for (const outcome of [await signOn.authenticate(asked(request)), user]) {
      const decided = { ...signOn, authenticate: () => Promise.resolve(outcome) };
      nodeSignOn(decided, () => expect.unreachable())(request, late);
      expressSignOn(decided)(request, late, () => expect.unreachable());
      await new Promise((resolve) => setImmediate(resolve));
    }
  });

  it("a sign-on that breaks is 500, or goes to Express, and ends no process", async () => {
    const { ntlm } = await proofCredentials();
    const signOn = createSignOn({
      schemes: [{ scheme: "NTLM", credentials: ntlm }],
      onEvent: () => {
        throw new Error("the log is full");
      },
    });
    const broken = { ...request, socket: new EventEmitter(), headers: { authorization: "NTLM !" } };
    const answers: unknown[] = [];
    const response = {
      ...late,
      headersSent: false,
      end: (body: string) => answers.push(response.statusCode, body),
    };
    nodeSignOn(signOn, () => expect.unreachable())(broken, response);
    expressSignOn(signOn)(broken, response, (error) => answers.push(error));
    await new Promise((resolve) => setImmediate(resolve));
    expect(answers).toEqual(
      expect.arrayContaining([500, "", expect.objectContaining({ message: "the log is full" })]),
    );
  });

  it("HTTP/2 without a stream to end is 505", async () => {
    const { ntlm } = await proofCredentials();
    const signOn = createSignOn({ schemes: [{ scheme: "NTLM", credentials: ntlm }] });
    const answers: unknown[] = [];
    const response = { ...late, headersSent: false, end: () => answers.push(response.statusCode) };
    nodeSignOn(signOn, () => expect.unreachable())({ ...request, httpVersionMajor: 2 }, response);
    await new Promise((resolve) => setImmediate(resolve));
    expect(answers).toEqual([505]);
  });
});

it("nothing that can be printed shows a key or a password", async () => {
  const server = await acquireServerSchemes({ accounts: settingsLike, server: { domain: "CORP" } });
  const visitor = await acquireClientSchemes({ user: "alice", password: "hunter2" });
  const signOn = createSignOn({
    schemes: server.schemes,
    session: { keys: [new Uint8Array(32).fill(0x42)] },
  });
  const fetch = createNegotiateFetch({ origins: [], schemes: visitor.schemes });
  const shown = inspect([server, visitor, signOn, fetch], { depth: 20, showHidden: true });
  expect(shown).not.toMatch(/hunter2|66, 66|42 42/);
  expect(JSON.stringify([server.schemes, visitor.schemes, signOn])).not.toContain("hunter2");
  await server.close();
  await visitor.close();
});
