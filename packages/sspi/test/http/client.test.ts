import { once } from "node:events";
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { inspect } from "node:util";
import { ntHash, Secret } from "@sallyport/crypto";
import { Agent, request, fetch as undiciFetch } from "undici";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  createNegotiateFetch,
  createSignOn,
  type NegotiateClientOptions,
  negotiateInterceptor,
  nodeSignOn,
  type SignOn,
  type SignOnEvent,
} from "../../src/http/index.ts";
import { acquireCredentials, createSspiProvider, ntlmPackage } from "../../src/index.ts";
import { certificates } from "./certificates.ts";
import { proofCredentials } from "./proof-package.ts";

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

/** A server that signs on, and answers with the method, the user and the body; it notes all that it got. */
async function site(options: { lastWord?: string; users?: Record<string, string> } = {}) {
  const { ntlm, negotiate } = await proofCredentials(options);
  const seen: {
    url: string | undefined;
    authorization: string | undefined;
    length: string | undefined;
    socket: Socket;
  }[] = [];
  const signOn = createSignOn({
    schemes: [
      { scheme: "Negotiate", credentials: negotiate },
      { scheme: "NTLM", credentials: ntlm },
    ],
  });
  const serve = nodeSignOn(signOn, async (request: IncomingMessage, response: ServerResponse, user) => {
    if (request.url?.startsWith("/to?")) {
      return response.writeHead(307, { location: decodeURIComponent(request.url.slice(4)) }).end();
    }
    return response.end(`${request.method} ${user.name} ${await textOf(request)}`);
  });
  const server = createServer((request, response) => {
    const { url, headers, socket } = request;
    seen.push({ url, authorization: headers.authorization, length: headers["content-length"], socket });
    serve(request, response);
  });
  const port = await listen(server);
  return { port, origin: `http://127.0.0.1:${port}`, seen, signOn, server };
}

async function client(options: Partial<NegotiateClientOptions> & { password?: string } = {}) {
  const { password = "wonderland", ...rest } = options;
  const { provider } = await proofCredentials();
  const acquire = (name: string) =>
    acquireCredentials({ provider, package: name, use: "outbound", principal: "alice", authData: password });
  const schemes = [
    { scheme: "Negotiate", credentials: await acquire("Negotiate") },
    { scheme: "NTLM", credentials: await acquire("NTLM") },
  ] as const;
  const fetch = createNegotiateFetch({ origins: [], schemes, ...rest });
  onTestFinished(() => fetch.close());
  return { fetch, schemes, provider };
}

describe("a client", () => {
  it("signs on, and asks further over the same connection without a word", async () => {
    const { origin, seen } = await site();
    const { fetch, provider } = await client({ origins: [origin] });
    const response = await fetch(`${origin}/a?b#c`);
    expect([response.status, response.url, await response.text()]).toEqual([
      200,
      `${origin}/a?b#c`,
      "GET TEST\\alice ",
    ]);
    expect(await (await fetch(origin)).text()).toBe("GET TEST\\alice ");
    expect(seen.map(({ authorization }) => authorization?.split(" ")[0])).toEqual([
      undefined,
      "Negotiate",
      "Negotiate",
      undefined,
    ]);
    expect(new Set(seen.map(({ socket }) => socket)).size).toBe(1);
    expect(provider.objects().contexts).toBe(0);
  });

  it("does not sign on to an origin that is not listed: the 401 is the answer", async () => {
    const { origin, seen } = await site();
    const { fetch } = await client({
      origins: ["https://127.0.0.1", "http://127.0.0.1:1", "http://*.0.0.1"],
    });
    const response = await fetch(origin);
    expect(response.status).toBe(401);
    expect(seen.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  it("a wrong password is the answer with 401, once", async () => {
    const { origin, seen } = await site();
    const { fetch } = await client({ origins: [origin], password: "wrong" });
    expect((await fetch(origin)).status).toBe(401);
    expect(seen).toHaveLength(3);
  });

  it("never answers Basic", async () => {
    let requests = 0;
    const port = await listen(
      createServer((request, response) => {
        requests += 1;
        expect(request.headers.authorization).toBeUndefined();
        response.writeHead(401, { "www-authenticate": 'Basic realm="x", Digest nonce="NTLM"' }).end();
      }),
    );
    const { fetch } = await client({ origins: [`http://127.0.0.1:${port}`] });
    expect((await fetch(`http://127.0.0.1:${port}`)).status).toBe(401);
    expect(requests).toBe(1);
  });

  it("sends a body when it is needed, not with the first message of NTLM", async () => {
    const { origin, seen } = await site();
    const { fetch } = await client({ origins: [origin] });
    const body = "x".repeat(100_000);
    const response = await fetch(origin, { method: "POST", body });
    expect(await response.text()).toBe(`POST TEST\\alice ${body}`);
    expect(seen.map(({ length }) => length)).toEqual(["100000", "0", "100000"]);
  });

  it("keeps a stream up to the bound, and refuses what is longer before anything is sent", async () => {
    const { origin, seen } = await site();
    const { fetch } = await client({ origins: [origin], maximumBody: 1000 });
    const stream = (length: number) =>
      new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode("y".repeat(length)));
          controller.close();
        },
      });
    const post = (length: number) => fetch(origin, { method: "POST", body: stream(length), duplex: "half" });
    expect(await (await post(1000)).text()).toBe(`POST TEST\\alice ${"y".repeat(1000)}`);
    seen.length = 0;
    await expect(post(1001)).rejects.toMatchObject({ name: "NegotiateError", reason: "body-too-large" });
    expect(seen).toEqual([]);
  });

  it("signs on again after the server has ended the connection", async () => {
    const { origin, server, seen } = await site();
    const { fetch } = await client({ origins: [origin] });
    await (await fetch(origin)).text();
    server.closeIdleConnections();
    expect(await (await fetch(origin)).text()).toBe("GET TEST\\alice ");
    expect(new Set(seen.map(({ socket }) => socket)).size).toBe(2);
  });

  it("redirects take no credentials to another origin", async () => {
    const elsewhere: IncomingMessage["headers"][] = [];
    const port = await listen(
      createServer((request, response) => {
        elsewhere.push(request.headers);
        response.writeHead(401, { "www-authenticate": "NTLM" }).end("elsewhere");
      }),
    );
    const { origin } = await site();
    const { fetch } = await client({ origins: [origin] });
    const to = encodeURIComponent(`http://127.0.0.1:${port}/`);
    const response = await fetch(`${origin}/to?${to}`, { headers: { cookie: "a=b", "x-kept": "yes" } });
    expect([response.status, response.redirected, await response.text()]).toEqual([401, true, "elsewhere"]);
    expect(elsewhere).toHaveLength(1);
    expect(elsewhere[0]).toMatchObject({ "x-kept": "yes" });
    expect(elsewhere[0]?.authorization ?? elsewhere[0]?.cookie).toBeUndefined();
  });

  it("redirects in a circle, and redirects that are errors, have their reason", async () => {
    const { origin } = await site();
    const { fetch } = await client({ origins: [origin] });
    const circle = `${origin}/to?${encodeURIComponent("/to?x")}`;
    await expect(fetch(circle, { redirect: "error" })).rejects.toMatchObject({ reason: "redirect-refused" });
    expect((await fetch(circle, { redirect: "manual" })).status).toBe(307);
    const port = await listen(
      createServer((_request, response) => response.writeHead(302, { location: "/again" }).end()),
    );
    await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toMatchObject({ reason: "too-many-redirects" });
  });

  it("a connection that ends in the middle of the handshake is an error, not a loop", async () => {
    const port = await listen(
      createServer((request, response) => {
        const isSecond = request.headers.authorization !== undefined;
        const challenge = isSecond
          ? `NTLM ${Buffer.from("NTLMSSP\0\x02\0\0\0xxxxxxxx").toString("base64")}`
          : "NTLM";
        response.writeHead(401, { "www-authenticate": challenge, connection: "close" }).end();
      }),
    );
    const { fetch, provider } = await client({ origins: [`http://127.0.0.1:${port}`] });
    await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toMatchObject({ reason: "connection-lost" });
    expect(provider.objects().contexts).toBe(0);
  });

  it("a bad token of the server has its reason and shows no secret", async () => {
    const port = await listen(
      createServer((_request, response) =>
        response.writeHead(401, { "www-authenticate": "NTLM AAAA" }).end(),
      ),
    );
    const { fetch } = await client({ origins: [`http://127.0.0.1:${port}`], password: "hunter2" });
    const failed = await fetch(`http://127.0.0.1:${port}`).catch((error: unknown) => error);
    expect(failed).toMatchObject({ reason: "handshake-failed", cause: { symbol: "SEC_E_INVALID_TOKEN" } });
    expect(inspect(failed, { depth: 10, showHidden: true })).not.toContain("hunter2");
  });

  it("an endless challenge text is not read to its end", async () => {
    const port = await listen(
      createServer((_request, response) => {
        response.writeHead(401, { "www-authenticate": "NTLM" });
        const more = (): void => {
          if (!response.destroyed) response.write("x".repeat(65_536), more);
        };
        more();
      }),
    );
    const { fetch } = await client({ origins: [`http://127.0.0.1:${port}`] });
    await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toMatchObject({ reason: "answer-too-large" });
  });

  it("uses so many connections and no more; an abort gives the place back", async () => {
    const { origin, seen } = await site();
    const { fetch } = await client({ origins: [origin], connections: 2 });
    const texts = await Promise.all(Array.from({ length: 10 }, async () => (await fetch(origin)).text()));
    expect(new Set(texts)).toEqual(new Set(["GET TEST\\alice "]));
    expect(new Set(seen.map(({ socket }) => socket)).size).toBeLessThanOrEqual(2);
    const held = [await fetch(origin), await fetch(origin)];
    const stop = new AbortController();
    const waiting = fetch(origin, { signal: stop.signal });
    stop.abort();
    await expect(waiting).rejects.toThrow("aborted");
    for (const response of held) await response.body?.cancel();
    expect((await fetch(origin)).status).toBe(200);
  });

  it("after close nothing goes out", async () => {
    const { origin } = await site();
    const { fetch } = await client({ origins: [origin] });
    fetch.close();
    await expect(fetch(origin)).rejects.toMatchObject({ reason: "closed" });
  });

  it.each([
    [["intranet.example"], "is no origin"],
    [["https://intranet.example/path"], "is no origin"],
    [["https://*"], "is no origin"],
    [["https://a*.example"], "is no origin"],
    [["https://user:pass@intranet.example"], "is no origin"],
  ])("origins %j are refused", async (origins, message) => {
    await expect(client({ origins })).rejects.toThrow(message);
  });
});

describe("an interceptor of undici", () => {
  async function undiciClient(origins: readonly string[], more: Partial<NegotiateClientOptions> = {}) {
    const { schemes } = await client();
    const interceptor = negotiateInterceptor({ origins, schemes, ...more });
    const agent = new Agent();
    onTestFinished(async () => {
      interceptor.close();
      await agent.close();
    });
    return agent.compose(interceptor);
  }

  it("signs on for fetch and for request, with bodies, and asks further over the same connection", async () => {
    const { origin, seen } = await site();
    const dispatcher = await undiciClient([origin]);
    const fetched = await undiciFetch(`${origin}/?a=b`, { dispatcher, method: "POST", body: "hello" });
    expect([fetched.status, await fetched.text()]).toEqual([200, "POST TEST\\alice hello"]);
    const { statusCode, body } = await request(origin, {
      dispatcher,
      method: "PUT",
      body: Buffer.from("bytes"),
    });
    expect([statusCode, await body.text()]).toEqual([200, "PUT TEST\\alice bytes"]);
    expect(seen.map(({ length }) => length)).toEqual(["5", "0", "5", "5"]);
    expect(new Set(seen.map(({ socket }) => socket)).size).toBe(1);
  });

  it("leaves other origins to the dispatcher below, and takes no credentials along with a redirect", async () => {
    const { origin } = await site();
    const elsewhere = await site();
    const dispatcher = await undiciClient([origin]);
    expect((await undiciFetch(elsewhere.origin, { dispatcher })).status).toBe(401);
    const to = encodeURIComponent(`${elsewhere.origin}/`);
    expect((await undiciFetch(`${origin}/to?${to}`, { dispatcher })).status).toBe(401);
    expect(elsewhere.seen.map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
  });

  it("large answers arrive whole, though the reader is slow; an abort ends them", async () => {
    const { ntlm } = await proofCredentials();
    const signOn = createSignOn({ schemes: [{ scheme: "NTLM", credentials: ntlm }] });
    const length = 8_000_000;
    const page = nodeSignOn(signOn, (_request: IncomingMessage, response: ServerResponse) =>
      response.end(Buffer.alloc(length, 1)),
    );
    const origin = `http://127.0.0.1:${await listen(createServer(page))}`;
    const dispatcher = await undiciClient([origin], { connections: 1 });
    const { body } = await request(origin, { dispatcher });
    let received = 0;
    for await (const part of body) {
      received += part.length;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(received).toBe(length);
    const stop = new AbortController();
    const second = await request(origin, { dispatcher, signal: stop.signal });
    stop.abort();
    await expect(second.body.text()).rejects.toThrow("aborted");
    expect((await request(origin, { dispatcher })).statusCode).toBe(200); // the only place is free again
  });

  it("errors are those of the client", async () => {
    const { origin } = await site();
    const dispatcher = await undiciClient([origin], { maximumBody: 3 });
    await expect(request(origin, { dispatcher, method: "POST", body: "long" })).rejects.toMatchObject({
      reason: "body-too-large",
    });
  });
});

/** A proxy that signs on: forwards requests, opens tunnels. */
async function proxy(signOn: SignOn) {
  const requests: string[] = [];
  const authenticate = (request: IncomingMessage) =>
    signOn.authenticate({
      connection: request.socket,
      httpVersionMajor: 1,
      header: (name) => {
        const value = request.headers[name];
        return typeof value === "string" ? value : undefined;
      },
    });
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    void authenticate(request).then((outcome) => {
      if (outcome.kind === "answered") {
        for (const [name, value] of outcome.headers) response.appendHeader(name, value);
        response.writeHead(outcome.status).end(outcome.body);
        return;
      }
      const { "proxy-authorization": _, ...headers } = request.headers;
      const onward = httpRequest(request.url ?? "", { method: request.method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(response);
      });
      request.pipe(onward);
    });
  });
  server.on("connect", (request: IncomingMessage, socket: Socket) => {
    requests.push(`CONNECT ${request.url}`);
    void authenticate(request).then((outcome) => {
      if (outcome.kind === "answered") {
        const headers = outcome.headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
        const length = Buffer.byteLength(outcome.body);
        socket.write(
          `HTTP/1.1 ${outcome.status} No\r\n${headers}content-length: ${length}\r\n\r\n${outcome.body}`,
        );
        server.emit("connection", socket); // the next CONNECT comes over the same connection
        return;
      }
      const [host, port] = (request.url ?? "").split(":");
      const onward = connect(Number(port), host, () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        socket.pipe(onward).pipe(socket);
      });
      onward.on("error", () => socket.destroy());
      socket.on("error", () => onward.destroy());
    });
  });
  return { url: `http://127.0.0.1:${await listen(server)}`, requests };
}

async function proxySignOn(): Promise<SignOn> {
  const { ntlm } = await proofCredentials();
  return createSignOn({ schemes: [{ scheme: "NTLM", credentials: ntlm }], role: "proxy" });
}

describe("through a proxy that wants a sign-on", () => {
  it("http: goes in absolute form, over a connection of its own user", async () => {
    const { origin, seen } = await site();
    const { url, requests } = await proxy(await proxySignOn());
    const { schemes } = await client();
    const { fetch } = await client({ proxy: { url, schemes } });
    expect((await fetch(`${origin}/a`)).status).toBe(401); // of the site, which is not on the list
    expect(requests).toEqual(Array.from({ length: 3 }, () => `GET ${origin}/a`));
    expect(seen).toHaveLength(1);
  });

  it("without credentials for it the 407 is the answer", async () => {
    const { origin } = await site();
    const { url } = await proxy(await proxySignOn());
    const { fetch } = await client({ origins: [origin], proxy: { url } });
    expect((await fetch(origin)).status).toBe(407);
  });

  it("https: goes through a tunnel, and the server in it is signed on to as well", async () => {
    const { ntlm } = await proofCredentials();
    const signOn = createSignOn({ schemes: [{ scheme: "NTLM", credentials: ntlm }] });
    const server = createTlsServer(
      certificates.server,
      nodeSignOn(signOn, (_request: IncomingMessage, response: ServerResponse, user) =>
        response.end(user.name),
      ),
    );
    const port = await listen(server);
    const { url, requests } = await proxy(await proxySignOn());
    const { schemes } = await client();
    const origin = `https://localhost:${port}`;
    const tls = { ca: certificates.server.cert };
    const { fetch } = await client({ origins: [origin], proxy: { url, schemes }, tls });
    expect(await (await fetch(origin)).text()).toBe("TEST\\alice");
    expect(requests).toEqual(Array.from({ length: 3 }, () => `CONNECT localhost:${port}`));
  });

  it("a tunnel that is refused has its reason", async () => {
    const { url } = await proxy(await proxySignOn());
    const { schemes } = await client({ password: "wrong" });
    const { fetch } = await client({ proxy: { url, schemes } });
    await expect(fetch("https://localhost:1/")).rejects.toMatchObject({ reason: "proxy-refused" });
    const odd = createServer();
    odd.on("connect", (_request: IncomingMessage, socket: Socket) => socket.end("SSH-2.0\r\n"));
    const { fetch: second } = await client({ proxy: { url: `http://127.0.0.1:${await listen(odd)}` } });
    await expect(second("https://localhost:1/")).rejects.toMatchObject({ reason: "bad-proxy-answer" });
  });
});

describe("over TLS, with NTLM", () => {
  const alice = { name: "alice", password: { ntHash: new Secret(ntHash("wonderland")) } };
  const provider = createSspiProvider({
    packages: [ntlmPackage({ accounts: { find: ({ name }) => (name === "alice" ? alice : undefined) } })],
  });

  async function tlsSite(channelBindings: "required" | "when-supported" = "required") {
    const authData = { channelBindings };
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

  it.each(["required", "when-supported"] as const)(
    "a man in the middle who passes it on gets nothing (%s)",
    async (policy) => {
      const { port, events } = await tlsSite(policy);
      // He has a certificate that the client trusts, and hands everything on as it is.
      const { createServer: createRaw, connect: connectTls } = await import("node:tls");
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
