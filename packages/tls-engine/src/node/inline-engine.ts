import type { TlsEndpoint, TlsEngine, TlsSession, TlsSessionOptions } from "../engine.ts";
import type { TlsClientSettings, TlsServerSettings } from "../settings.ts";
import { TlsError } from "../tls-error.ts";
import { checkRange, clientSessions, serverSessions } from "./check-settings.ts";
import { ClientContext } from "./client-context.ts";
import type { Conversation } from "./conversation.ts";
import { ServerContext } from "./server-context.ts";
import { Session, type SessionSettings } from "./session.ts";

export interface InlineTlsOptions {
  /** The most sessions at once, 1 to 1000000; 10000 by default. More are refused. */
  readonly maxSessions?: number | undefined;
}

/**
 * An engine that works in the thread of its caller: a handshake blocks it for about a millisecond. For clients, tests,
 * and servers that are not busy.
 *
 * @throws {RangeError} when an option is out of its range
 *
 * @example
 * ```ts
 * import { createInlineTlsEngine } from "@sallyport/tls-engine/node";
 *
 * const engine = createInlineTlsEngine();
 * const client = engine.client({ serverNames: ["radius.example"] });
 * const session = client.open();
 * const hello = await session.step(new Uint8Array(0));
 * session.end();
 * ```
 */
export function createInlineTlsEngine(options: InlineTlsOptions = {}): TlsEngine {
  const { maxSessions = 10_000 } = options;
  checkRange("maxSessions", maxSessions, 1, 1_000_000);
  return new InlineEngine(maxSessions);
}

class InlineEngine implements TlsEngine {
  readonly #maxSessions: number;
  readonly #endpoints = new Set<InlineEndpoint>();
  #sessions = 0;

  constructor(maxSessions: number) {
    this.#maxSessions = maxSessions;
  }

  server(settings: TlsServerSettings): TlsEndpoint {
    const sessions = serverSessions(settings);
    const context = new ServerContext(settings);
    return this.#endpoint(
      sessions,
      () => context.open(),
      (response) => context.staple(response),
    );
  }

  client(settings: TlsClientSettings): TlsEndpoint {
    const sessions = clientSessions(settings);
    const context = new ClientContext(settings);
    return this.#endpoint(
      sessions,
      (options) => context.open(options),
      () => undefined,
    );
  }

  close(): Promise<void> {
    for (const endpoint of this.#endpoints) endpoint.close();
    return Promise.resolve();
  }

  #endpoint(
    settings: SessionSettings,
    open: (options: TlsSessionOptions) => Conversation,
    staple: (response: Uint8Array | null) => void,
  ): TlsEndpoint {
    const counted = (options: TlsSessionOptions): Conversation => {
      if (this.#sessions >= this.#maxSessions) throw new TlsError("too-many");
      const conversation = open(options);
      this.#sessions += 1;
      return conversation;
    };
    const ended = (): void => {
      this.#sessions -= 1;
    };
    const endpoint = new InlineEndpoint(settings, counted, ended, staple, () =>
      this.#endpoints.delete(endpoint),
    );
    this.#endpoints.add(endpoint);
    return endpoint;
  }
}

class InlineEndpoint implements TlsEndpoint {
  readonly role: "server" | "client";
  readonly staple: (response: Uint8Array | null) => void;
  readonly #settings: SessionSettings;
  readonly #open: (options: TlsSessionOptions) => Conversation;
  readonly #ended: () => void;
  readonly #closed: () => void;
  readonly #sessions = new Set<Session>();
  #over = false;

  constructor(
    settings: SessionSettings,
    open: (options: TlsSessionOptions) => Conversation,
    ended: () => void,
    staple: (response: Uint8Array | null) => void,
    closed: () => void,
  ) {
    this.role = settings.role;
    this.staple = staple;
    this.#settings = settings;
    this.#open = open;
    this.#ended = ended;
    this.#closed = closed;
  }

  open(options: TlsSessionOptions = {}): TlsSession {
    if (this.#over) throw new TlsError("ended");
    const conversation = this.#open(options);
    const session = new Session(this.#settings, conversation, (ended) => {
      this.#sessions.delete(ended);
      this.#ended();
    });
    this.#sessions.add(session);
    return session;
  }

  close(): void {
    this.#over = true;
    for (const session of this.#sessions) session.end();
    this.#closed();
  }
}
