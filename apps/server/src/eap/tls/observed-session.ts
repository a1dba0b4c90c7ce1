import { type TlsAlertName, type TlsConnection, TlsError, type TlsSession } from "@sallyport/tls-engine";
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
    this.#connection = new Proxy(connection, {
      get: (target, name) => {
        if (name === "remembered") return data;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
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

/** One octet of length, the name, then the data. */
function joined(inner: string | undefined, data: Uint8Array): Uint8Array {
  const name = new TextEncoder().encode(inner ?? "").subarray(0, 255);
  return Uint8Array.of(name.length, ...name, ...data);
}

function split(remembered: Uint8Array<ArrayBuffer> | undefined): {
  readonly inner: string | undefined;
  readonly data: Uint8Array<ArrayBuffer> | undefined;
} {
  const [length] = remembered ?? [];
  if (remembered === undefined || length === undefined) return { inner: undefined, data: undefined };
  const name = new TextDecoder().decode(remembered.subarray(1, 1 + length));
  return { inner: name === "" ? undefined : name, data: remembered.slice(1 + length) };
}
