import type { Milliseconds } from "@sallyport/runtime";
import { NegotiateError } from "../../http/client/negotiate-error.ts";
import { OriginList } from "../../http/client/origin-list.ts";
import type { SignOnOffer } from "../../http/sign-on.ts";
import { type ClientTlsOptions, ConnectionPool } from "./connection-pool.ts";
import type { IncomingAnswer, OutgoingRequest } from "./exchange.ts";
import { negotiateExchange, type Parties, type Party } from "./negotiate-exchange.ts";
import { tunnelMaker } from "./proxy-tunnel.ts";

/** How a client signs on. */
export interface NegotiateClientOptions {
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
  /**
   * Bodies of more bytes than this are not sent before the server asks for them (`Expect: 100-continue`), since the first
   * request is often refused. Default 65536; `Infinity`: never.
   */
  readonly expectContinueAbove?: number;
  /** How long a server has to ask, milliseconds; then the body is sent all the same. Default 1000. */
  readonly continueWait?: Milliseconds;
  /** Connections per origin, from 1. Default 8. */
  readonly connections?: number;
  readonly tls?: ClientTlsOptions;
}

/** Requests over connections of its own, with the handshakes that they take. */
export class NegotiateClient {
  readonly proxy: URL | undefined;
  readonly #maximumBody: number;
  readonly #origins: OriginList;
  readonly #schemes: readonly SignOnOffer[];
  readonly #target: (origin: URL) => string;
  readonly #proxyParty: Party;
  readonly #pool: ConnectionPool;
  readonly #expectContinueAbove: number;
  readonly #continueWait: Milliseconds;

  constructor(options: NegotiateClientOptions) {
    const { schemes, maximumBody = 1_048_576, connections = 8, target = defaultTarget } = options;
    if (!(connections >= 1)) throw new RangeError(`connections must be at least 1, not ${connections}`);
    if (!(maximumBody >= 0)) throw new RangeError(`maximumBody must be at least 0, not ${maximumBody}`);
    const proxy = options.proxy && proxyOf(options.proxy.url);
    const party = { schemes: options.proxy?.schemes ?? [], target: proxy === undefined ? "" : target(proxy) };
    this.proxy = proxy;
    this.#maximumBody = maximumBody;
    this.#expectContinueAbove = options.expectContinueAbove ?? 65_536;
    this.#continueWait = options.continueWait ?? 1000;
    this.#origins = new OriginList(options.origins);
    this.#schemes = schemes;
    this.#target = target;
    this.#proxyParty = party;
    const tunnel = proxy && tunnelMaker({ proxy, ...party });
    this.#pool = new ConnectionPool(connections, options.tls ?? {}, tunnel);
  }

  isListed(url: URL): boolean {
    return this.#origins.has(url);
  }

  /** The proxy that a request is sent to, which is not the one that a tunnel goes through. */
  proxyFor({ protocol }: URL): URL | undefined {
    return protocol === "http:" ? this.proxy : undefined;
  }

  /**
   * Reads a body for the handshake, during which it may be sent more than once.
   *
   * @throws {NegotiateError} `body-too-large`
   */
  async keep(body: AsyncIterable<unknown>): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const part of body) {
      const bytes = typeof part === "string" ? new TextEncoder().encode(part) : part;
      if (!(bytes instanceof Uint8Array)) throw new TypeError("a body must be made of bytes");
      length += bytes.length;
      if (length > this.#maximumBody) {
        const message = `a body may have ${this.#maximumBody} bytes, to be sent again where needed`;
        throw new NegotiateError("body-too-large", message);
      }
      parts.push(bytes);
    }
    return Buffer.concat(parts);
  }

  /** The place of the connection is taken until the answer has been read, or destroyed. */
  async send(request: OutgoingRequest): Promise<IncomingAnswer> {
    const { origin } = request.url;
    const connection = await this.#pool.acquire(origin, request.signal);
    let answer: IncomingAnswer;
    try {
      const waits = (request.body?.length ?? 0) > this.#expectContinueAbove;
      const outgoing = waits ? { ...request, continueWait: this.#continueWait } : request;
      answer = await negotiateExchange(connection, outgoing, this.#partiesFor(request));
    } catch (error) {
      connection.agent.destroy(); // whatever is half said on it
      this.#pool.release(origin, connection);
      throw error;
    }
    answer.message.once("close", () => this.#pool.release(origin, connection));
    return answer;
  }

  close(): void {
    this.#pool.close();
  }

  /** Who brings an `Authorization` of his own means it. */
  #partiesFor({ url, headers }: OutgoingRequest): Parties {
    const signsOn = this.isListed(url) && headers["authorization"] === undefined;
    return {
      server: { schemes: signsOn ? this.#schemes : [], target: this.#target(url) },
      proxy: url.protocol === "http:" ? this.#proxyParty : { ...this.#proxyParty, schemes: [] },
    };
  }
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
