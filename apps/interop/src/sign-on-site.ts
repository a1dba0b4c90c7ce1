import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createSecureServer } from "node:http2";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { settingsAccounts } from "@sallyport/accounts";
import {
  acquireServerSchemes,
  createSignOn,
  nodeSignOn,
  type SignOnEvent,
  type SignOnOptions,
  type SignOnScheme,
} from "@sallyport/sspi/http";
import { onTestFinished } from "vitest";

/** A certificate with its key. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

export interface SiteOptions extends Partial<Omit<SignOnOptions, "schemes" | "onEvent">> {
  readonly offer?: readonly SignOnScheme[];
  readonly tls?: TlsFiles;
  /** HTTP/2 beside HTTP/1.1. */
  readonly isHttp2?: boolean;
}

/** A site of one page, which greets alice by name and says how long the body was; it ends with the test. */
export async function signOnSite({ offer, tls, isHttp2, ...options }: SiteOptions = {}) {
  const accounts = settingsAccounts([{ name: "alice", password: "wonderland", groups: ["staff"] }], {
    defaultDomain: "TESTDOM",
  });
  const acquired = await acquireServerSchemes({
    accounts,
    server: { computer: "WEB", domain: "TESTDOM" },
    ...(offer && { offer }),
  });
  const events: SignOnEvent[] = [];
  const signOn = createSignOn({
    ...options,
    schemes: acquired.schemes,
    onEvent: (event) => events.push(event),
  });
  const seen: { readonly version: string; readonly authorization: string }[] = [];
  const page = nodeSignOn(signOn, async (request: IncomingMessage, response: ServerResponse, user) => {
    let length = 0;
    for await (const part of request) length += (part as Buffer).length;
    response.setHeader("content-type", "text/html");
    response.end(`user ${user.name} by ${user.scheme} (${user.mechanism}), body ${length}\n`);
  });
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    seen.push({
      version: request.httpVersion,
      authorization: request.headers.authorization?.split(" ")[0] ?? "",
    });
    page(request, response);
  };
  const server = (
    tls === undefined
      ? createServer(listener)
      : isHttp2
        ? createSecureServer({ ...tls, allowHTTP1: true }, listener as never)
        : createTlsServer(tls, listener)
  ) as Server;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.closeAllConnections?.();
    server.close();
    signOn.close();
    await acquired.close();
  });
  const { port } = server.address() as AddressInfo;
  return { port, url: `${tls ? "https" : "http"}://localhost:${port}/`, events, seen, signOn };
}
