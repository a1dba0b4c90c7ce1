import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSocketServer } from "node:net";
import { inspect } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { createSignOn, serveSignedOn } from "../../src/http/index.ts";
import { client, listen, site } from "./client-bench.ts";
import { proofCredentials } from "./proof-package.ts";

/** Within a time that a busy machine has, too. */
const eventually = <Value>(value: () => Value) => expect.poll(value, { timeout: 20_000 });

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
    const body = "x".repeat(60_000);
    const response = await fetch(origin, { method: "POST", body });
    expect(await response.text()).toBe(`POST TEST\\alice ${body}`);
    expect(seen.map(({ length }) => length)).toEqual(["60000", "0", "60000"]);
  });

  it("a long body is sent once where the server asks for it after the sign-on", async () => {
    const { ntlm } = await proofCredentials();
    const signOn = createSignOn({ schemes: [{ scheme: "NTLM", credentials: ntlm }] });
    const server = createServer();
    serveSignedOn(server, signOn, async (request: IncomingMessage, response: ServerResponse) => {
      let length = 0;
      for await (const part of request) length += Buffer.from(part).length;
      response.end(String(length));
    });
    let received = 0;
    server.on("connection", (socket) => socket.on("close", () => void (received += socket.bytesRead)));
    const origin = `http://127.0.0.1:${await listen(server)}`;
    const { fetch } = await client({ origins: [origin] });
    const response = await fetch(origin, { method: "POST", body: "x".repeat(800_000) });
    expect(await response.text()).toBe("800000");
    fetch.close();
    await eventually(() => received).toBeGreaterThan(800_000);
    expect(received).toBeLessThan(810_000);
  });

  it.each([
    ["says nothing", ""],
    ["does not know what to expect", "HTTP/1.1 417 No\r\ncontent-length: 0\r\n\r\n"],
  ])("a server that %s gets the long body all the same", async (_what, first) => {
    let answers = [first].filter((answer) => answer !== "");
    const server = createSocketServer((socket) => {
      let text = "";
      socket.setEncoding("latin1").on("data", (data: string) => {
        for (const answer of answers) socket.end(answer);
        answers = [];
        text += data;
        if (text.endsWith("END")) socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const address = server.address();
    const origin = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
    const { fetch } = await client({ continueWait: first === "" ? 10 : 60_000 });
    const sent = fetch(origin, { method: "POST", body: `${"x".repeat(100_000)}END` });
    expect(await (await sent).text()).toBe("ok");
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

  it("a redirect within the origin keeps the connection and its user", async () => {
    const { origin, seen } = await site();
    const { fetch } = await client({ origins: [origin] });
    expect(await (await fetch(`${origin}/to?${encodeURIComponent("/here")}`)).text()).toBe(
      "GET TEST\\alice ",
    );
    expect(new Set(seen.map(({ socket }) => socket)).size).toBe(1);
    expect(seen).toHaveLength(4);
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
