import { NegotiateError } from "../../http/client/negotiate-error.ts";
import type { IncomingAnswer, OutgoingRequest } from "./exchange.ts";
import { NegotiateClient, type NegotiateClientOptions } from "./negotiate-client.ts";

/** What undici hands to `dispatch`, as far as it is looked at here. */
export interface UndiciDispatchOptions {
  readonly origin?: string | URL | undefined;
  readonly path: string;
  readonly method: string;
  readonly body?: unknown;
  readonly headers?: unknown;
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  readonly upgrade?: unknown;
}

/** What undici 7 and 8 let a handler do with its request. */
export interface UndiciController {
  readonly aborted: boolean;
  readonly paused: boolean;
  readonly reason: Error | null;
  pause(): void;
  resume(): void;
  abort(reason: Error): void;
}

/** Whom undici 7 and 8 tell how a request goes on. */
export interface UndiciHandler {
  onRequestStart?(controller: UndiciController, context: unknown): void;
  onResponseStart?(
    controller: UndiciController,
    statusCode: number,
    headers: Record<string, string | string[]>,
    statusMessage?: string,
  ): void;
  onResponseData?(controller: UndiciController, chunk: Buffer): void;
  onResponseEnd?(controller: UndiciController, trailers: Record<string, string | string[]>): void;
  onResponseError?(controller: UndiciController, error: Error): void;
}

/** `dispatch` of undici. */
export type UndiciDispatch<Options, Handler> = (options: Options, handler: Handler) => boolean;

/** An interceptor of undici, with an end. */
export interface NegotiateInterceptor {
  <Options extends UndiciDispatchOptions, Handler extends UndiciHandler>(
    dispatch: UndiciDispatch<Options, Handler>,
  ): UndiciDispatch<Options, Handler>;
  /** Ends its connections. */
  close(): void;
}

/**
 * Makes an interceptor for undici, 7 or later: requests to the origins of the list go over connections of its own, and sign on
 * there; all others go where they went before. Undici itself is not needed to make it.
 *
 * @throws {TypeError} for an entry of `origins` that is no origin, or a proxy that is not `http:`
 * @throws {RangeError} for a limit that is none
 *
 * @example
 * ```ts
 * import { acquireClientSchemes, negotiateInterceptor } from "@sallyport/sspi/http";
 * import { Agent, fetch } from "undici";
 *
 * const { schemes } = await acquireClientSchemes({ user: "CORP\\alice", password: "wonderland" });
 * const dispatcher = new Agent().compose(negotiateInterceptor({ origins: ["https://intranet.example"], schemes }));
 * export const report = () => fetch("https://intranet.example/report", { dispatcher });
 * ```
 */
export function negotiateInterceptor(options: NegotiateClientOptions): NegotiateInterceptor {
  const client = new NegotiateClient(options);
  const interceptor =
    <Options extends UndiciDispatchOptions, Handler extends UndiciHandler>(
      dispatch: UndiciDispatch<Options, Handler>,
    ): UndiciDispatch<Options, Handler> =>
    (asked, handler) => {
      const url = urlOf(asked);
      const isOther =
        url === undefined || !client.isListed(url) || asked.upgrade || asked.method === "CONNECT";
      if (isOther) return dispatch(asked, handler);
      void carryOut(client, url, asked, handler);
      return true;
    };
  return Object.assign(interceptor, { close: () => client.close() });
}

async function carryOut(
  client: NegotiateClient,
  url: URL,
  options: UndiciDispatchOptions,
  handler: UndiciHandler,
): Promise<void> {
  const controller = new Controller();
  try {
    handler.onRequestStart?.(controller, {});
    const request = await outgoing(client, url, options, controller.signal);
    const answer = await client.send(request);
    controller.attach(answer);
    await tell(answer, handler, controller);
  } catch (error) {
    handler.onResponseError?.(
      controller,
      controller.reason ?? (error instanceof Error ? error : new Error(String(error))),
    );
  }
}

async function tell(
  { status, message }: IncomingAnswer,
  handler: UndiciHandler,
  controller: Controller,
): Promise<void> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, values = []] of Object.entries(message.headersDistinct)) {
    headers[name] = values.length === 1 ? (values[0] ?? "") : values;
  }
  handler.onResponseStart?.(controller, status, headers, message.statusMessage);
  for await (const part of message) {
    await controller.resumed();
    if (controller.aborted)
      throw controller.reason ?? new NegotiateError("connection-lost", "the request was aborted");
    handler.onResponseData?.(controller, part);
  }
  if (controller.aborted)
    throw controller.reason ?? new NegotiateError("connection-lost", "the request was aborted");
  handler.onResponseEnd?.(controller, {});
}

class Controller implements UndiciController {
  readonly #abort = new AbortController();
  #answer: IncomingAnswer | undefined;
  #reason: Error | null = null;
  #paused: { readonly ended: Promise<void>; readonly end: () => void } | undefined;

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get aborted(): boolean {
    return this.#abort.signal.aborted;
  }

  get paused(): boolean {
    return this.#paused !== undefined;
  }

  get reason(): Error | null {
    return this.#reason;
  }

  attach(answer: IncomingAnswer): void {
    this.#answer = answer;
    if (this.aborted) answer.message.destroy();
  }

  pause(): void {
    if (this.#paused !== undefined) return;
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#paused = { ended, end };
  }

  resume(): void {
    this.#paused?.end();
    this.#paused = undefined;
  }

  async resumed(): Promise<void> {
    while (this.#paused !== undefined) await this.#paused.ended;
  }

  abort(reason: Error): void {
    if (this.aborted) return;
    this.#reason = reason;
    this.#abort.abort(reason);
    this.#answer?.message.destroy();
    this.resume();
  }
}

function urlOf({ origin, path, query }: UndiciDispatchOptions): URL | undefined {
  const base = origin === undefined ? undefined : String(origin);
  if (base === undefined || !URL.canParse(path, base)) return undefined;
  const url = new URL(path, base);
  for (const [name, value] of Object.entries(query ?? {})) url.searchParams.append(name, String(value));
  return url.origin === new URL(base).origin ? url : undefined;
}

async function outgoing(
  client: NegotiateClient,
  url: URL,
  { method, headers, body }: UndiciDispatchOptions,
  signal: AbortSignal,
): Promise<OutgoingRequest> {
  return {
    url,
    proxy: client.proxyFor(url),
    method,
    headers: headersOf(headers),
    body: await bodyOf(client, body),
    signal,
  };
}

/** As an object, as a list of names and values in turn, or as pairs. The length is that of what is sent each time. */
function headersOf(given: unknown): Record<string, string | string[]> {
  const pairs: unknown[] = [];
  if (Array.isArray(given))
    for (let at = 0; at < given.length; at += 2) pairs.push([given[at], given[at + 1]]);
  else if (isIterable(given)) pairs.push(...given);
  else if (typeof given === "object" && given !== null) pairs.push(...Object.entries(given));
  const headers: Record<string, string | string[]> = {};
  for (const pair of pairs) {
    const [name, value]: unknown[] = Array.isArray(pair) ? pair : [];
    const key = String(name).toLowerCase();
    if (value === undefined || value === null || key === "content-length") continue;
    headers[key] = Array.isArray(value) ? value.map(String) : String(value);
  }
  return headers;
}

async function bodyOf(client: NegotiateClient, body: unknown): Promise<Uint8Array | undefined> {
  if (body === undefined || body === null) return undefined;
  if (typeof body === "string" || body instanceof Uint8Array) return client.keep(inOne(body));
  if (isAsyncIterable(body)) return client.keep(body);
  if (isIterable(body)) return client.keep(inTurn(body));
  throw new TypeError("the body of a request that signs on must be text, bytes or a stream");
}

async function* inOne(part: string | Uint8Array): AsyncGenerator<string | Uint8Array> {
  yield part;
}

async function* inTurn(parts: Iterable<unknown>): AsyncGenerator<unknown> {
  yield* parts;
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.iterator in value;
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
