import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { createSignOn, nodeSignOn, type SignOn } from "../../src/http/index.ts";
import { certificates } from "./certificates.ts";
import { client, listen, site } from "./client-bench.ts";
import { proofCredentials } from "./proof-package.ts";

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
    const tls = { ca: certificates.server.cert };
    for (const host of ["localhost", "127.0.0.1"]) {
      const origin = `https://${host}:${port}`;
      const { fetch } = await client({ origins: [origin], proxy: { url, schemes }, tls });
      expect(await (await fetch(origin)).text()).toBe("TEST\\alice");
      expect(requests.splice(0)).toEqual(Array.from({ length: 3 }, () => `CONNECT ${host}:${port}`));
    }
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
