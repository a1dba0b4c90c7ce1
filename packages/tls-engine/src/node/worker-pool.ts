import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import { createSecureContext } from "node:tls";
import type { TlsEndpoint, TlsEngine, TlsSession, TlsSessionOptions } from "../engine.ts";
import type { TlsClientSettings, TlsResumption, TlsServerSettings } from "../settings.ts";
import { TlsError } from "../tls-error.ts";
import { checkRange, clientSessions, serverSessions } from "./check-settings.ts";
import { contextOptions, ticketKeyLength } from "./context-options.ts";
import { PoolWorker } from "./pool-worker.ts";
import { type Channel, Session, type SessionSettings } from "./session.ts";
import type { ToWorker } from "./worker-messages.ts";

export interface TlsWorkerPoolOptions {
  /** 1 to 64 threads; by default one less than there are cores, at least 1 and at most 4. */
  readonly workers?: number | undefined;
  /** The most sessions at once, 1 to 1000000; 10000 by default. More are refused. */
  readonly maxSessions?: number | undefined;
  /** Hears that a worker was lost, with its error. Its sessions fail with `worker-lost`; it is started again. */
  readonly onWorkerLost?: ((error: unknown) => void) | undefined;
  /** The file that workers run, where a bundler has moved it; `@sallyport/tls-engine/node/worker` by default. */
  readonly workerFile?: URL | undefined;
  /** Milliseconds of a clock that does not go back: how long ago a worker was lost. `performance.now` by default. */
  readonly now?: (() => number) | undefined;
}

/**
 * An engine whose handshakes run in worker threads, so that the thread of its caller goes on with other packets. A session
 * stays with its worker; tickets and the session store are shared, so that it is resumed by any. Keys and certificates go
 * to each worker once.
 *
 * A worker that is lost is started again when it is needed: at once, and after losses in a row 0.1 to 30 seconds later.
 *
 * @throws {RangeError} when an option is out of its range
 *
 * @example
 * ```ts
 * import { createTlsWorkerPool } from "@sallyport/tls-engine/node";
 *
 * const engine = createTlsWorkerPool({ workers: 2, onWorkerLost: (error) => console.error(error) });
 * await engine.close();
 * ```
 */
export function createTlsWorkerPool(options: TlsWorkerPoolOptions = {}): TlsEngine {
  const { workers = Math.min(4, Math.max(1, availableParallelism() - 1)), maxSessions = 10_000 } = options;
  checkRange("workers", workers, 1, 64);
  checkRange("maxSessions", maxSessions, 1, 1_000_000);
  return new WorkerPool(workers, maxSessions, options);
}

const leastPause = 100;
const greatestPause = 30_000;
/** A worker that lived as long has got over whatever ended the one before. */
const longLife = 60_000;

interface Place {
  worker: PoolWorker | undefined;
  startedAt: number;
  /** Losses in a row. */
  losses: number;
  /** Before that it is not started again. */
  notBefore: number;
}

class WorkerPool implements TlsEngine {
  readonly #places: readonly Place[];
  readonly #maxSessions: number;
  readonly #file: URL;
  readonly #now: () => number;
  readonly #onWorkerLost: ((error: unknown) => void) | undefined;
  /** What a new worker has to be told first, by the number of the endpoint. */
  readonly #endpoints = new Map<number, { told: ToWorker; readonly endpoint: PoolEndpoint }>();
  #lastEndpoint = 0;
  #lastSession = 0;
  #sessions = 0;
  #closed = false;

  constructor(workers: number, maxSessions: number, options: TlsWorkerPoolOptions) {
    this.#maxSessions = maxSessions;
    this.#file = options.workerFile ?? new URL(import.meta.resolve("@sallyport/tls-engine/node/worker"));
    this.#now = options.now ?? (() => performance.now());
    this.#onWorkerLost = options.onWorkerLost;
    this.#places = Array.from({ length: workers }, () => ({
      worker: undefined,
      startedAt: 0,
      losses: 0,
      notBefore: Number.NEGATIVE_INFINITY,
    }));
    // At once, so that the first callers do not wait for a thread to start.
    for (const place of this.#places) this.#start(place);
  }

  server(given: TlsServerSettings): TlsEndpoint {
    const sessions = serverSessions(given);
    const { resumption = {}, ...rest } = given;
    const settings: TlsServerSettings = {
      ...rest,
      resumption: resumption === false ? false : sharedResumption(resumption),
    };
    createSecureContext(contextOptions(settings));
    return this.#endpoint(sessions, (endpoint) => ({ kind: "server", endpoint, settings }));
  }

  client(settings: TlsClientSettings): TlsEndpoint {
    const sessions = clientSessions(settings);
    createSecureContext(contextOptions(settings));
    return this.#endpoint(sessions, (endpoint) => ({ kind: "client", endpoint, settings }));
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { endpoint } of [...this.#endpoints.values()]) endpoint.close();
    await Promise.all(this.#places.map((place) => place.worker?.stop()));
  }

  /** The worker with the fewest sessions, and the number of a new session in it. */
  openSession(): { readonly worker: PoolWorker; readonly session: number } {
    if (this.#closed) throw new TlsError("ended");
    if (this.#sessions >= this.#maxSessions) throw new TlsError("too-many");
    let chosen: PoolWorker | undefined;
    for (const place of this.#places) {
      const worker = place.worker?.alive === true ? place.worker : this.#start(place);
      if (worker !== undefined && (chosen === undefined || worker.sessions < chosen.sessions))
        chosen = worker;
    }
    if (chosen === undefined) throw new TlsError("worker-lost");
    chosen.sessions += 1;
    this.#sessions += 1;
    this.#lastSession += 1;
    return { worker: chosen, session: this.#lastSession };
  }

  sessionEnded(worker: PoolWorker): void {
    worker.sessions -= 1;
    this.#sessions -= 1;
  }

  staple(endpoint: number, response: Uint8Array | null): void {
    const known = this.#endpoints.get(endpoint);
    if (known?.told.kind !== "server") return;
    const ocspResponse = response ?? undefined;
    known.told = { ...known.told, settings: { ...known.told.settings, ocspResponse } };
    this.#tellAll({ kind: "staple", endpoint, response });
  }

  endpointClosed(endpoint: number): void {
    if (this.#endpoints.delete(endpoint)) this.#tellAll({ kind: "forget", endpoint });
  }

  #endpoint(sessions: SessionSettings, told: (endpoint: number) => ToWorker): TlsEndpoint {
    if (this.#closed) throw new TlsError("ended");
    this.#lastEndpoint += 1;
    const number = this.#lastEndpoint;
    const endpoint = new PoolEndpoint(this, number, sessions);
    this.#endpoints.set(number, { told: told(number), endpoint });
    this.#tellAll(told(number));
    return endpoint;
  }

  #tellAll(message: ToWorker): void {
    for (const { worker } of this.#places) worker?.tell(message);
  }

  #start(place: Place): PoolWorker | undefined {
    const now = this.#now();
    if (now < place.notBefore) return undefined;
    const worker = new PoolWorker(this.#file, (lost, error) => this.#lost(place, lost, error));
    for (const { told } of this.#endpoints.values()) worker.tell(told);
    place.worker = worker;
    place.startedAt = now;
    return worker;
  }

  #lost(place: Place, worker: PoolWorker, error: unknown): void {
    const now = this.#now();
    place.losses = now - place.startedAt >= longLife ? 1 : place.losses + 1;
    const pause = place.losses === 1 ? 0 : Math.min(greatestPause, leastPause * 2 ** (place.losses - 2));
    place.notBefore = now + pause;
    if (place.worker === worker) place.worker = undefined;
    try {
      this.#onWorkerLost?.(error);
    } catch {
      // Whoever listens has its own troubles; the pool goes on.
    }
  }
}

/** Tickets that any worker reads; the store stays in this thread. */
function sharedResumption({ carrier, lifetimeSeconds, ticketKeys }: TlsResumption): TlsResumption {
  const keys = ticketKeys ?? randomBytes(ticketKeyLength);
  if (keys.length !== ticketKeyLength) {
    throw new RangeError(`ticketKeys must have ${ticketKeyLength} octets, not ${keys.length}`);
  }
  return { carrier, lifetimeSeconds, ticketKeys: new Uint8Array(keys) };
}

class PoolEndpoint implements TlsEndpoint {
  readonly role: "server" | "client";
  readonly #pool: WorkerPool;
  readonly #number: number;
  readonly #settings: SessionSettings;
  readonly #sessions = new Set<Session>();
  #over = false;

  constructor(pool: WorkerPool, number: number, settings: SessionSettings) {
    this.role = settings.role;
    this.#pool = pool;
    this.#number = number;
    this.#settings = settings;
  }

  open({ ticket }: TlsSessionOptions = {}): TlsSession {
    if (this.#over) throw new TlsError("ended");
    const { worker, session: number } = this.#pool.openSession();
    const channel = new WorkerChannel(worker, number, this.#number, ticket);
    const session = new Session(this.#settings, channel, (ended) => {
      this.#sessions.delete(ended);
      this.#pool.sessionEnded(worker);
    });
    this.#sessions.add(session);
    return session;
  }

  staple(response: Uint8Array | null): void {
    this.#pool.staple(this.#number, response === null ? null : new Uint8Array(response));
  }

  close(): void {
    this.#over = true;
    for (const session of this.#sessions) session.end();
    this.#pool.endpointClosed(this.#number);
  }
}

/** The way to a conversation in a worker. */
class WorkerChannel implements Channel {
  readonly #worker: PoolWorker;
  readonly #session: number;
  /** Until the worker knows of the session. */
  #opening: { readonly endpoint: number; readonly ticket: Uint8Array | undefined } | undefined;

  constructor(worker: PoolWorker, session: number, endpoint: number, ticket: Uint8Array | undefined) {
    this.#worker = worker;
    this.#session = session;
    this.#opening = { endpoint, ticket };
  }

  perform(command: Parameters<Channel["perform"]>[0]): ReturnType<Channel["perform"]> {
    const opening = this.#opening;
    this.#opening = undefined;
    return this.#worker.ask({ kind: "perform", session: this.#session, command, ...opening });
  }

  end(): void {
    if (this.#opening === undefined) this.#worker.end(this.#session);
  }
}
