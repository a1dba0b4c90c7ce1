import { type TlsAlertName, type TlsConnection, TlsError, type TlsSession } from "@sallyport/tls-engine";
import { FragmentError } from "../../fragmentation/fragment-error.ts";
import { type FragmentEvent, TlsFragmentation } from "../../fragmentation/fragmentation.ts";
import { dataOffset } from "../requests.ts";

/** How a method's messages are cut. */
export interface TlsMessageSettings {
  readonly type: number;
  /** The version of PEAP or TTLS in the flags, 0 to 7. */
  readonly version: number;
  /** The most octets of TLS in one packet; what fits into the packet where undefined. */
  readonly fragmentBytes: number | undefined;
}

/** What a message of the other side came to. */
export type TlsHeard =
  | { readonly kind: "handshake"; readonly flight: Uint8Array }
  /** The handshake is complete now. */
  | { readonly kind: "established"; readonly flight: Uint8Array }
  | { readonly kind: "data"; readonly flight: Uint8Array; readonly data: Uint8Array<ArrayBuffer> }
  /** TLS has ended; the flight has the alert that is to be sent, if there is one. */
  | { readonly kind: "failed"; readonly error: TlsError };

/** Flags, and the length of the message. */
const fragmentHeader = 5;

/** Messages of TLS in packets of EAP, for either role: fragments outside, a session of TLS inside. */
export class TlsMessages {
  readonly #open: () => TlsSession;
  #session: TlsSession | undefined;
  readonly #fragmentation: TlsFragmentation;
  readonly #fragmentBytes: number | undefined;
  /** The flight that completed the handshake, or came with data, as long as nothing was sent. */
  #waiting: Uint8Array = new Uint8Array(0);

  /** @param open begins the session of TLS; called when the first message is there, so that who is silent costs little */
  constructor(open: () => TlsSession, { version, fragmentBytes }: TlsMessageSettings) {
    this.#open = open;
    this.#fragmentation = new TlsFragmentation({ version });
    this.#fragmentBytes = fragmentBytes;
  }

  /** What is known of the other side once the handshake is complete. */
  get connection(): TlsConnection | undefined {
    return this.#session?.connection;
  }

  /** The session of TLS, for what a method remembers; undefined before the first message. */
  get session(): TlsSession | undefined {
    return this.#session;
  }

  /** Takes the data of a packet; undefined for one that is to be discarded, and has changed nothing. */
  receive(data: Uint8Array): FragmentEvent | undefined {
    try {
      return this.#fragmentation.receive(data);
    } catch (error) {
      if (error instanceof FragmentError) return undefined;
      throw error;
    }
  }

  /** Gives TLS a whole message; what is to be said afterwards waits until {@link seal} or {@link refusal}. */
  async hear(message: Uint8Array): Promise<TlsHeard> {
    const before = this.connection !== undefined;
    try {
      this.#session ??= this.#open();
      const session = this.#session;
      const flight = await session.step(message);
      if (session.connection === undefined) return { kind: "handshake", flight };
      this.#waiting = flight;
      return before ? { kind: "data", flight, data: session.read() } : { kind: "established", flight };
    } catch (error) {
      return { kind: "failed", error: tlsError(error) };
    }
  }

  /** What is waiting, with data encrypted behind it; empty where there is nothing to send. */
  async seal(data: Uint8Array | undefined): Promise<Uint8Array> {
    const waiting = this.#waiting;
    this.#waiting = new Uint8Array(0);
    if (data === undefined || data.length === 0) return waiting;
    if (this.#session === undefined) throw new TypeError("data before the handshake");
    const sealed = await this.#session.write(data);
    if (waiting.length === 0) return sealed;
    const both = new Uint8Array(waiting.length + sealed.length);
    both.set(waiting);
    both.set(sealed, waiting.length);
    return both;
  }

  /** An alert in place of what is waiting; empty where none can be made. */
  async refusal(alert: TlsAlertName): Promise<Uint8Array> {
    this.#waiting = new Uint8Array(0);
    try {
      return (await this.#session?.refuse(alert)) ?? new Uint8Array(0);
    } catch {
      return new Uint8Array(0);
    }
  }

  /** Begins to send a message, and writes its first fragment, or an empty packet where there is no message. */
  write(message: Uint8Array, sendPacket: Uint8Array): number {
    if (message.length === 0) return this.acknowledge(sendPacket);
    this.#fragmentation.send(message);
    return this.writeNext(sendPacket);
  }

  writeNext(sendPacket: Uint8Array): number {
    const room = sendPacket.subarray(
      dataOffset,
      this.#fragmentBytes === undefined ? undefined : dataOffset + fragmentHeader + this.#fragmentBytes,
    );
    return this.#fragmentation.writeFragment(room);
  }

  acknowledge(sendPacket: Uint8Array): number {
    return this.#fragmentation.writeAcknowledgement(sendPacket.subarray(dataOffset));
  }

  writeStart(sendPacket: Uint8Array): number {
    return this.#fragmentation.writeStart(sendPacket.subarray(dataOffset));
  }

  end(): void {
    this.#waiting = new Uint8Array(0);
    this.#session?.end();
  }
}

/** What TLS says; anything else is a mistake of this side. */
function tlsError(error: unknown): TlsError {
  if (error instanceof TlsError) return error;
  throw error;
}
