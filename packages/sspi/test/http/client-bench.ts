import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { onTestFinished } from "vitest";
import {
  createNegotiateFetch,
  createSignOn,
  type NegotiateClientOptions,
  type NegotiateFetch,
  nodeSignOn,
  type SignOnOffer,
} from "../../src/http/index.ts";
import { acquireCredentials, type SspiProvider } from "../../src/index.ts";
import { proofCredentials } from "./proof-package.ts";

/** Listens on loopback until the test has ended. */
export async function listen(server: Server): Promise<number> {
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

/** A request, as a site saw it. */
interface SeenRequest {
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  readonly length: string | undefined;
  readonly socket: Socket;
}

interface Site {
  readonly port: number;
  readonly origin: string;
  readonly seen: SeenRequest[];
  readonly server: Server;
}

/** A server that signs on, and answers with the method, the user and the body; it notes all that it got. */
export async function site(
  options: { lastWord?: string; users?: Record<string, string> } = {},
): Promise<Site> {
  const { ntlm, negotiate } = await proofCredentials(options);
  const seen: SeenRequest[] = [];
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
  return { port, origin: `http://127.0.0.1:${port}`, seen, server };
}

interface Client {
  readonly fetch: NegotiateFetch;
  readonly schemes: readonly SignOnOffer[];
  readonly provider: SspiProvider;
}

/** A client who is alice. */
export async function client(
  options: Partial<NegotiateClientOptions> & { password?: string } = {},
): Promise<Client> {
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
