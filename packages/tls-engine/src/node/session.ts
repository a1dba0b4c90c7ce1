import { type TlsAlertName, tlsAlerts } from "../alerts.ts";
import type { TlsConnection } from "../connection.ts";
import type { TlsSession } from "../engine.ts";
import type { TlsSessionStore } from "../session-store.ts";
import { TlsError } from "../tls-error.ts";
import { readHello } from "../wire/hello.ts";
import { EstablishedConnection } from "./established.ts";
import type { Command, Outcome } from "./outcome.ts";
import { idKey } from "./server-context.ts";

/** What carries commands to the thread of a conversation. */
export interface Channel {
  perform(command: Command): Promise<Outcome>;
  end(): void;
}

export interface SessionSettings {
  readonly role: "server" | "client";
  readonly maxBytes: number;
  /** As a server that can resume. */
  readonly store: TlsSessionStore | undefined;
  readonly lifetimeSeconds: number;
  /** Whether the store keeps the sessions themselves. */
  readonly ids: boolean;
}

const mostRemembered = 4_096;

/** A session as its owner sees it, wherever its conversation runs. */
export class Session implements TlsSession {
  readonly #settings: SessionSettings;
  readonly #channel: Channel;
  /** Tells the endpoint, once. */
  readonly #onEnd: (session: Session) => void;
  #connection: TlsConnection | undefined;
  #storeKeys: readonly string[] = [];
  readonly #idKeys: string[] = [];
  #data: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #peerClosed = false;
  #ticket: Uint8Array<ArrayBuffer> | undefined;
  #started = false;
  #busy = false;
  #over = false;
  #ended = false;

  constructor(settings: SessionSettings, channel: Channel, onEnd: (session: Session) => void) {
    this.#settings = settings;
    this.#channel = channel;
    this.#onEnd = onEnd;
  }

  get connection(): TlsConnection | undefined {
    return this.#connection;
  }

  get peerClosed(): boolean {
    return this.#peerClosed;
  }

  get ticket(): Uint8Array<ArrayBuffer> | undefined {
    return this.#ticket?.slice();
  }

  step(received: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    if (received.length > this.#settings.maxBytes) {
      this.#over = true;
      this.end();
      return Promise.reject(new TlsError("too-long"));
    }
    const offered = this.#offered(received);
    this.#started = true;
    return this.#perform({ kind: "step", bytes: received, offered });
  }

  write(data: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    if (data.length > this.#settings.maxBytes) return Promise.reject(new TlsError("too-long"));
    return this.#perform({ kind: "write", bytes: data }, true);
  }

  close(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#perform({ kind: "close" }, true);
  }

  async refuse(alert: TlsAlertName): Promise<Uint8Array<ArrayBuffer>> {
    const flight = await this.#perform({ kind: "refuse", alert: tlsAlerts[alert] }, true);
    this.forget();
    this.#over = true;
    this.end();
    return flight;
  }

  read(): Uint8Array<ArrayBuffer> {
    const data = this.#data;
    this.#data = new Uint8Array(0);
    return data;
  }

  remember(data: Uint8Array): void {
    if (data.length > mostRemembered) {
      throw new RangeError(`data must have at most ${mostRemembered} octets, not ${data.length}`);
    }
    const { store, lifetimeSeconds } = this.#settings;
    for (const key of this.#storeKeys) store?.set(key, data, lifetimeSeconds);
  }

  forget(): void {
    for (const key of [...this.#storeKeys, ...this.#idKeys]) this.#settings.store?.delete(key);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#over = true;
    this.#data = new Uint8Array(0);
    this.#channel.end();
    this.#onEnd(this);
  }

  /** The session of the store that the first flight of a client of TLS 1.2 names. */
  #offered(received: Uint8Array): Uint8Array | undefined {
    const { store, ids } = this.#settings;
    if (!ids || this.#started) return undefined;
    const hello = readHello(received);
    if (hello === undefined || hello.sessionId.length === 0) return undefined;
    const key = idKey(hello.sessionId);
    this.#idKeys.push(key);
    return store?.get(key);
  }

  async #perform(command: Command, afterHandshake = false): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#over) throw new TlsError("ended");
    if (this.#busy || (afterHandshake && this.#connection === undefined)) throw new TlsError("misuse");
    this.#busy = true;
    let outcome: Outcome;
    try {
      outcome = await this.#channel.perform(command);
    } catch (error) {
      this.end();
      if (error instanceof TlsError) throw error;
      throw new TlsError("internal", { detail: error instanceof Error ? error.name : undefined });
    } finally {
      this.#busy = false;
    }
    return this.#took(outcome);
  }

  #took(outcome: Outcome): Uint8Array<ArrayBuffer> {
    const { flight, data, connection, saved = [], ticket, peerClosed, failure } = outcome;
    const { store, lifetimeSeconds, maxBytes } = this.#settings;
    if (failure !== undefined) {
      this.end();
      const { reason, alert, detail } = failure;
      throw new TlsError(reason, { alert, detail, flight });
    }
    if (this.#over) throw new TlsError("ended");
    if (connection !== undefined) {
      this.#storeKeys = connection.storeKeys;
      this.#connection = new EstablishedConnection(
        connection,
        connection.resumed ? this.#remembered() : undefined,
      );
    }
    for (const [key, session] of saved) {
      this.#idKeys.push(key);
      store?.set(key, session, lifetimeSeconds);
    }
    this.#ticket = ticket ?? this.#ticket;
    this.#peerClosed = peerClosed;
    if (data.length > 0) {
      if (this.#data.length + data.length > maxBytes) {
        this.end();
        throw new TlsError("too-long");
      }
      const all = new Uint8Array(this.#data.length + data.length);
      all.set(this.#data);
      all.set(data, this.#data.length);
      this.#data = all;
    }
    return flight;
  }

  #remembered(): Uint8Array | undefined {
    for (const key of this.#storeKeys) {
      const found = this.#settings.store?.get(key);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
