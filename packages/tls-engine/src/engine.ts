import type { TlsAlertName } from "./alerts.ts";
import type { TlsConnection } from "./connection.ts";
import type { TlsClientSettings, TlsServerSettings } from "./settings.ts";

/**
 * TLS without a socket: bytes in, one flight out. `@sallyport/tls-engine/node` has two of them, one that works in the
 * thread of its caller, and one that works in a pool of worker threads.
 */
export interface TlsEngine {
  /**
   * Makes ready a credential set for sessions in the role of the server.
   *
   * @throws {TypeError | RangeError} when a setting is out of its range, or key and certificate do not fit
   */
  server(settings: TlsServerSettings): TlsEndpoint;
  /** The same in the role of the client. */
  client(settings: TlsClientSettings): TlsEndpoint;
  /** Ends all sessions, and stops workers. */
  close(): Promise<void>;
}

/** A credential set that is ready: its sessions share it, and resume each other. */
export interface TlsEndpoint {
  readonly role: "server" | "client";
  /**
   * Begins a session.
   *
   * @throws {TlsError} `too-many` when there are as many as the engine may have
   */
  open(options?: TlsSessionOptions): TlsSession;
  /** Replaces the OCSP response of a server; null takes it away. New sessions use it. */
  staple(ocspResponse: Uint8Array | null): void;
  /** Ends its sessions and forgets the key. */
  close(): void;
}

export interface TlsSessionOptions {
  /** As a client: an earlier session, as {@link TlsSession.ticket} gave it, to be resumed. */
  readonly ticket?: Uint8Array | undefined;
}

/**
 * One connection of TLS, whose bytes its owner carries. One call at a time; each resolves to what is to be sent, or
 * rejects with a {@link TlsError}, after which only {@link end} is of use. The arrays are the caller's.
 */
export interface TlsSession {
  /**
   * Takes what the other side sent, all or part of a flight, and gives the flight that answers it; empty where there is
   * nothing to say. A client begins with a step of no bytes. Application data that came along are for {@link read}.
   */
  step(received: Uint8Array): Promise<Uint8Array<ArrayBuffer>>;
  /** What is known of the other side; undefined as long as the handshake goes on. */
  readonly connection: TlsConnection | undefined;
  /** Application data that came since the last call; empty where there are none. */
  read(): Uint8Array<ArrayBuffer>;
  /** Whether the other side said that it sends no more (close_notify). */
  readonly peerClosed: boolean;
  /** Encrypts application data. */
  write(data: Uint8Array): Promise<Uint8Array<ArrayBuffer>>;
  /** Says that this side sends no more: close_notify. */
  close(): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Ends the session with a fatal alert, right after the step that completed the handshake and in place of the flight
   * that it gave, which must not be sent then. Empty where the cipher suite is one for which no alert can be made.
   */
  refuse(alert: TlsAlertName): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * As a server: keeps octets that a resumed session finds in {@link TlsConnection.remembered}: who was authenticated in
   * the tunnel, for instance. Nothing where the session cannot be resumed.
   *
   * @throws {RangeError} for more than 4096 octets
   */
  remember(data: Uint8Array): void;
  /** As a server: what was kept for this session is forgotten; it can be resumed no more by `ids`, and has nothing remembered. */
  forget(): void;
  /** As a client: what resumes this session, once the server has given it; undefined without. It is secret. */
  readonly ticket: Uint8Array<ArrayBuffer> | undefined;
  /** Frees everything, at any time, and more than once. */
  end(): void;
}
