import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Agent, request, fetch as undiciFetch } from "undici";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  createSignOn,
  type NegotiateClientOptions,
  negotiateInterceptor,
  nodeSignOn,
} from "../../src/http/index.ts";
import { client, listen, site } from "./client-bench.ts";
import { proofCredentials } from "./proof-package.ts";

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
