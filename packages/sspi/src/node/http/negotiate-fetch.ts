import type { Readable } from "node:stream";
import { NegotiateError } from "../../http/client/negotiate-error.ts";
import { redirectOf } from "../../http/client/redirect.ts";
import { drain, type IncomingAnswer, type OutgoingRequest } from "./exchange.ts";
import { NegotiateClient, type NegotiateClientOptions } from "./negotiate-client.ts";

/** `fetch`, with a sign-on. */
export interface NegotiateFetch {
  (input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /** Ends every connection. Requests under way fail. The credentials are not closed. */
  close(): void;
}

const mostRedirects = 20;

/**
 * Makes a `fetch` that signs on by Negotiate or NTLM where the list of origins allows it, over connections of its own. It
 * never sends a password in any other way: not by Basic, not to another origin, not with a redirect. As with any `fetch`, read or
 * cancel every body: until then its connection is taken. Bodies arrive as they were sent; ask for no `Accept-Encoding` that you do
 * not read yourself.
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
export function createNegotiateFetch(options: NegotiateClientOptions): NegotiateFetch {
  const client = new NegotiateClient(options);
  const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const asked = new Request(input, init);
    let request = await outgoing(asked, client);
    for (let redirects = 0; ; redirects += 1) {
      const answer = await client.send(request);
      const next = redirectOf(request, answer.status, answer.values("location")[0]);
      if (next === undefined || asked.redirect === "manual")
        return responseOf(request, answer, redirects > 0);
      await drain(answer).catch(() => answer.message.destroy());
      if (asked.redirect === "error") throw new NegotiateError("redirect-refused", "the server redirects");
      if (redirects === mostRedirects)
        throw new NegotiateError("too-many-redirects", "the server redirects too often");
      request = { ...request, ...next, proxy: client.proxyFor(next.url) };
    }
  };
  return Object.assign(fetch, { close: () => client.close() });
}

async function outgoing(request: Request, client: NegotiateClient): Promise<OutgoingRequest> {
  const url = new URL(request.url);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new TypeError(`cannot fetch ${url.protocol}`);
  }
  return {
    url,
    proxy: client.proxyFor(url),
    method: request.method,
    headers: { accept: "*/*", ...Object.fromEntries(request.headers) },
    body: request.body === null ? undefined : await client.keep(request.body),
    signal: request.signal,
  };
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
