import { Agent } from "node:http";
import { Agent as TlsAgent } from "node:https";
import { NegotiateError } from "../../http/client/negotiate-error.ts";
import type { TunnelMaker } from "./proxy-tunnel.ts";

/** One connection at a time: who holds it is the only one to use it, until it is released. */
export interface HeldConnection {
  readonly agent: Agent | TlsAgent;
}

/** What TLS connections are made with. */
export interface ClientTlsOptions {
  /** Certificates to trust instead of those of Node, PEM. */
  readonly ca?: string | readonly string[];
  /** A certificate of the client with its key, PEM. */
  readonly cert?: string;
  readonly key?: string;
}

const longestQueue = 1000;
/** Beyond it the origin that was asked first, of those where nothing is under way, loses its connections. */
const mostOrigins = 256;

/** Connections by origin, at most so many each; who finds none free waits. */
export class ConnectionPool {
  readonly #perOrigin: number;
  readonly #tls: ClientTlsOptions;
  readonly #tunnel: TunnelMaker | undefined;
  readonly #origins = new Map<string, Origin>();
  #isClosed = false;

  constructor(perOrigin: number, tls: ClientTlsOptions, tunnel: TunnelMaker | undefined) {
    this.#perOrigin = perOrigin;
    this.#tls = tls;
    this.#tunnel = tunnel;
  }

  /** @throws {NegotiateError} `closed`, `queue-full` */
  async acquire(origin: string, signal: AbortSignal | undefined): Promise<HeldConnection> {
    if (this.#isClosed) throw closed();
    signal?.throwIfAborted();
    const pool = this.#originOf(origin);
    const idle = pool.idle.pop();
    if (idle !== undefined) return idle;
    if (pool.all.size < this.#perOrigin) {
      const made = this.#connection(origin);
      pool.all.add(made);
      return made;
    }
    if (pool.waiting.size >= longestQueue)
      throw new NegotiateError("queue-full", `too many requests to ${origin}`);
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        resolve: (connection) => {
          signal?.removeEventListener("abort", aborted);
          resolve(connection);
        },
        reject,
      };
      const aborted = (): void => {
        pool.waiting.delete(waiter);
        reject(signal?.reason);
      };
      pool.waiting.add(waiter);
      signal?.addEventListener("abort", aborted, { once: true });
    });
  }

  release(origin: string, connection: HeldConnection): void {
    const pool = this.#originOf(origin);
    const [waiter] = pool.waiting;
    if (this.#isClosed) connection.agent.destroy();
    else if (waiter === undefined) pool.idle.push(connection);
    else {
      pool.waiting.delete(waiter);
      waiter.resolve(connection);
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const { all, waiting } of this.#origins.values()) {
      for (const waiter of waiting) waiter.reject(closed());
      for (const { agent } of all) agent.destroy();
    }
    this.#origins.clear();
  }

  #originOf(origin: string): Origin {
    const known = this.#origins.get(origin);
    if (known !== undefined) return known;
    if (this.#origins.size >= mostOrigins) this.#forgetOne();
    const made: Origin = { idle: [], all: new Set(), waiting: new Set() };
    this.#origins.set(origin, made);
    return made;
  }

  #forgetOne(): void {
    for (const [origin, { idle, all }] of this.#origins) {
      if (idle.length < all.size) continue;
      for (const { agent } of all) agent.destroy();
      this.#origins.delete(origin);
      return;
    }
  }

  #connection(origin: string): HeldConnection {
    const one = { keepAlive: true, maxSockets: 1, maxFreeSockets: 1 };
    const { ca, ...tls } = this.#tls;
    const trusted = { ...tls, ...(ca !== undefined && { ca: typeof ca === "string" ? ca : [...ca] }) };
    const isTls = origin.startsWith("https:");
    const agent = isTls ? new TlsAgent({ ...one, ...trusted }) : new Agent(one);
    if (isTls && this.#tunnel !== undefined) this.#tunnel.through(agent, new URL(origin), trusted);
    return { agent };
  }
}

interface Waiter {
  resolve(connection: HeldConnection): void;
  reject(reason: unknown): void;
}

interface Origin {
  readonly idle: HeldConnection[];
  readonly all: Set<HeldConnection>;
  readonly waiting: Set<Waiter>;
}

function closed(): NegotiateError {
  return new NegotiateError("closed", "this client was closed");
}
