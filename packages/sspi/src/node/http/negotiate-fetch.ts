import type { OutgoingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import { NegotiateError } from "../../http/client/negotiate-error.ts";
import { OriginList } from "../../http/client/origin-list.ts";
import { redirectOf } from "../../http/client/redirect.ts";
import type { SignOnOffer } from "../../http/sign-on.ts";
import { type ClientTlsOptions, ConnectionPool } from "./connection-pool.ts";
import type { IncomingAnswer, OutgoingRequest } from "./exchange.ts";
import { negotiateExchange, type Parties, type Party } from "./negotiate-exchange.ts";
import { tunnelMaker } from "./proxy-tunnel.ts";

/** How a client signs on. */
export interface NegotiateFetchOptions {
  /**
   * Where to sign on, and nowhere else: `https://intranet.example`, `http://localhost:8080`, `https://*.corp.example`. To other
   * origins requests go as they are.
   */
  readonly origins: readonly string[];
  /** What to sign on with, the best first: outbound credentials of Negotiate for `Negotiate`, of NTLM for `NTLM`. */
  readonly schemes: readonly SignOnOffer[];
  /** The target name for an origin. Default `HTTP/` and the host, without its port, as browsers do. */
  readonly target?: (origin: URL) => string;
  /** Sends everything through an HTTP proxy, and signs on to it where it asks for that. */
  readonly proxy?: { readonly url: string; readonly schemes?: readonly SignOnOffer[] };
  /**
   * How many bytes of a body are kept for a second sending: a handshake takes two or more requests. Default 1048576; 0 refuses
   * bodies. Longer ones, and streams that turn out to be longer, fail with `body-too-large` before anything is sent.
   */
  readonly maximumBody?: number;
  /** Connections per origin, from 1. Default 8. */
  readonly connections?: number;
  readonly tls?: ClientTlsOptions;
}

/** `fetch`, with a sign-on. */
export interface NegotiateFetch {
  (input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /** Ends every connection. Requests under way fail. The credentials are not closed. */
  close(): void;
}

const mostRedirects = 20;

/**
 * Makes a `fetch` that signs on by Negotiate or NTLM where the list of origins allows it, over connections of its own. It
 * never sends a password in any other way: not by Basic, not to another origin, not with a redirect.
 *
 * @throws {TypeError} for an entry of `origins` that is no origin, or a proxy that is not `http:`
 * @throws {RangeError} for a limit that is none
 *
 * @example
 * ```ts
 * import type { SecurityCredentials } from "@sallyport/sspi";
 * import { createNegotiateFetch } from "@sallyport/sspi/http";
 *
 * export async function report(credentials: SecurityCredentials) {
 *   const fetch = createNegotiateFetch({
 *     origins: ["https://intranet.example"],
 *     schemes: [{ scheme: "NTLM", credentials }],
 *   });
 *   const response = await fetch("https://intranet.example/report");
 *   return response.ok ? response.json() : undefined; // 401: the password is wrong
 * }
 * ```
 */
export function createNegotiateFetch(options: NegotiateFetchOptions): NegotiateFetch {
  const { schemes, maximumBody = 1_048_576, connections = 8, target = defaultTarget } = options;
  const origins = new OriginList(options.origins);
  const proxy = options.proxy && proxyOf(options.proxy.url);
  if (!(connections >= 1)) throw new RangeError(`connections must be at least 1, not ${connections}`);
  if (!(maximumBody >= 0)) throw new RangeError(`maximumBody must be at least 0, not ${maximumBody}`);
  const proxyParty: Party = {
    schemes: options.proxy?.schemes ?? [],
    target: proxy === undefined ? "" : target(proxy),
  };
  const tunnel = proxy && tunnelMaker({ proxy, ...proxyParty });
  const pool = new ConnectionPool(connections, options.tls ?? {}, tunnel);

  const partiesFor = ({ url, headers }: OutgoingRequest): Parties => {
    const isListed = origins.has(url) && headers["authorization"] === undefined;
    return {
      server: { schemes: isListed ? schemes : [], target: target(url) },
      proxy: url.protocol === "http:" ? proxyParty : { ...proxyParty, schemes: [] },
    };
  };

  const send = async (request: OutgoingRequest): Promise<IncomingAnswer> => {
    const { origin } = request.url;
    const connection = await pool.acquire(origin, request.signal);
    let answer: IncomingAnswer;
    try {
      answer = await negotiateExchange(connection, request, partiesFor(request));
    } catch (error) {
      connection.agent.destroy(); // whatever is half said on it
      pool.release(origin, connection);
      throw error;
    }
    answer.message.once("close", () => pool.release(origin, connection));
    return answer;
  };

  const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const asked = new Request(input, init);
    let request = await outgoing(asked, proxy, maximumBody);
    for (let redirects = 0; ; redirects += 1) {
      const answer = await send(request);
      const next = redirectOf(request, answer.status, answer.values("location")[0]);
      if (next === undefined || asked.redirect === "manual")
        return responseOf(request, answer, redirects > 0);
      answer.message.destroy();
      if (asked.redirect === "error") throw new NegotiateError("redirect-refused", "the server redirects");
      if (redirects === mostRedirects)
        throw new NegotiateError("too-many-redirects", "the server redirects too often");
      request = { ...request, ...next, proxy: next.url.protocol === "http:" ? proxy : undefined };
    }
  };
  return Object.assign(fetch, { close: () => pool.close() });
}

function defaultTarget({ hostname }: URL): string {
  return `HTTP/${hostname}`;
}

function proxyOf(text: string): URL {
  const url = new URL(text);
  if (url.protocol !== "http:") throw new TypeError(`proxy.url must begin with http:, not ${url.protocol}`);
  if (url.username !== "" || url.password !== "") throw new TypeError("proxy.url may not hold a password");
  return url;
}

async function outgoing(
  request: Request,
  proxy: URL | undefined,
  maximumBody: number,
): Promise<OutgoingRequest> {
  const url = new URL(request.url);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new TypeError(`cannot fetch ${url.protocol}`);
  }
  const headers: OutgoingHttpHeaders = { accept: "*/*", ...Object.fromEntries(request.headers) };
  return {
    url,
    proxy: url.protocol === "http:" ? proxy : undefined,
    method: request.method,
    headers,
    body: request.body === null ? undefined : await kept(request.body, maximumBody),
    signal: request.signal,
  };
}

async function kept(body: ReadableStream<Uint8Array>, maximum: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body) {
    length += part.length;
    if (length > maximum) {
      throw new NegotiateError(
        "body-too-large",
        `a body may have ${maximum} bytes, to be sent again where needed`,
      );
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Answers that have no body (Fetch standard: null body status). */
const withoutBody: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

function responseOf(
  { url, method }: OutgoingRequest,
  { status, message }: IncomingAnswer,
  redirected: boolean,
): Response {
  const headers = new Headers();
  const raw = message.rawHeaders;
  for (let at = 0; at + 1 < raw.length; at += 2) headers.append(raw[at] ?? "", raw[at + 1] ?? "");
  const isEmpty = method === "HEAD" || withoutBody.has(status);
  if (isEmpty) message.resume();
  const response = new Response(isEmpty ? null : webStream(message), {
    status,
    statusText: message.statusMessage ?? "",
    headers,
  });
  return Object.defineProperties(response, { url: { value: url.href }, redirected: { value: redirected } });
}

function webStream(message: Readable): ReadableStream<Uint8Array> {
  const parts = message[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await parts.next();
      if (done === true) controller.close();
      else controller.enqueue(new Uint8Array(value));
    },
    cancel() {
      message.destroy();
    },
  });
}
