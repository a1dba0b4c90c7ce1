import { utf8Octets, utf8Text } from "@sallyport/runtime";
import {
  type TlsAlertName,
  type TlsCertificate,
  type TlsConnection,
  TlsError,
  type TlsProtocol,
  type TlsSession,
} from "@sallyport/tls-engine";
import type { SessionRecord } from "./session-record.ts";

/**
 * A session of TLS that notes in the record what ends it, and keeps the name of the method inside with what is
 * remembered for a resumption: a policy that allows other methods must not let it in.
 */
export class ObservedSession implements TlsSession {
  readonly #session: TlsSession;
  readonly #record: SessionRecord | undefined;
  readonly #ended: () => void;
  #connection: TlsConnection | undefined;
  #over = false;

  constructor(session: TlsSession, record: SessionRecord | undefined, ended: () => void) {
    this.#session = session;
    this.#record = record;
    this.#ended = ended;
  }

  async step(received: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    try {
      return await this.#session.step(received);
    } catch (error) {
      if (error instanceof TlsError && this.#record !== undefined) this.#record.failure = error;
      throw error;
    }
  }

  get connection(): TlsConnection | undefined {
    if (this.#connection !== undefined) return this.#connection;
    const { connection } = this.#session;
    if (connection === undefined) return undefined;
    const { inner, data } = split(connection.remembered);
    if (inner !== undefined && this.#record !== undefined) this.#record.inner ??= inner;
    this.#connection = data === undefined ? connection : new RememberingConnection(connection, data);
    return this.#connection;
  }

  read(): Uint8Array<ArrayBuffer> {
    return this.#session.read();
  }

  get peerClosed(): boolean {
    return this.#session.peerClosed;
  }

  write(data: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    return this.#session.write(data);
  }

  close(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#session.close();
  }

  refuse(alert: TlsAlertName): Promise<Uint8Array<ArrayBuffer>> {
    return this.#session.refuse(alert);
  }

  remember(data: Uint8Array): void {
    this.#session.remember(joined(this.#record?.inner, data));
  }

  forget(): void {
    this.#session.forget();
  }

  get ticket(): Uint8Array<ArrayBuffer> | undefined {
    return this.#session.ticket;
  }

  end(): void {
    this.#session.end();
    if (this.#over) return;
    this.#over = true;
    this.#ended();
  }
}

/** A connection with its own idea of what was remembered. */
class RememberingConnection implements TlsConnection {
  readonly protocol: TlsProtocol;
  readonly cipher: string;
  readonly resumed: boolean;
  readonly peerCertificates: readonly TlsCertificate[];
  readonly authorized: boolean;
  readonly authorizationError: string | undefined;
  readonly serverName: string | undefined;
  readonly clientRandom: Uint8Array<ArrayBuffer> | undefined;
  readonly serverRandom: Uint8Array<ArrayBuffer> | undefined;
  readonly remembered: Uint8Array<ArrayBuffer>;
  readonly #connection: TlsConnection;

  constructor(connection: TlsConnection, remembered: Uint8Array<ArrayBuffer>) {
    this.protocol = connection.protocol;
    this.cipher = connection.cipher;
    this.resumed = connection.resumed;
    this.peerCertificates = connection.peerCertificates;
    this.authorized = connection.authorized;
    this.authorizationError = connection.authorizationError;
    this.serverName = connection.serverName;
    this.clientRandom = connection.clientRandom;
    this.serverRandom = connection.serverRandom;
    this.remembered = remembered;
    this.#connection = connection;
  }

  keyingMaterial(name: string): Uint8Array<ArrayBuffer> | undefined {
    return this.#connection.keyingMaterial(name);
  }
}

/** One octet of length, the name, then the data. */
function joined(inner: string | undefined, data: Uint8Array): Uint8Array {
  const name = utf8Octets(inner ?? "").subarray(0, 255);
  const both = new Uint8Array(1 + name.length + data.length);
  both[0] = name.length;
  both.set(name, 1);
  both.set(data, 1 + name.length);
  return both;
}

function split(remembered: Uint8Array<ArrayBuffer> | undefined): {
  readonly inner: string | undefined;
  readonly data: Uint8Array<ArrayBuffer> | undefined;
} {
  const [length] = remembered ?? [];
  if (remembered === undefined || length === undefined) return { inner: undefined, data: undefined };
  const name = utf8Text(remembered.subarray(1, 1 + length));
  return { inner: name === "" ? undefined : name, data: remembered.slice(1 + length) };
}
