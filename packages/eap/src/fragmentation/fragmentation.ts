import { Assembly, greatestMessage } from "./assembly.ts";
import { decodeFragment, encodeFragment } from "./fragment.ts";
import { FragmentError } from "./fragment-error.ts";

export interface FragmentationOptions {
  /** The version of PEAP or TTLS that this side speaks, 0 to 7. Default: 0, as EAP-TLS has it. */
  readonly version?: number | undefined;
  /** The most octets that a message may have, either way: 1 to 65536. Default: 65536. */
  readonly maxMessageBytes?: number | undefined;
}

/** What a packet of the other side means, and so what to answer. */
export type FragmentEvent =
  /** The authenticator begins: the peer answers with its first message, or refuses the version. */
  | { readonly kind: "start"; readonly version: number; readonly data: Uint8Array<ArrayBuffer> }
  /** A part of a message came: answer with {@link TlsFragmentation.writeAcknowledgement}. */
  | { readonly kind: "fragment" }
  /** The last part came, or all at once: the whole message. */
  | { readonly kind: "message"; readonly version: number; readonly message: Uint8Array<ArrayBuffer> }
  /** The other side took a fragment: answer with {@link TlsFragmentation.writeFragment}. */
  | { readonly kind: "acknowledged" }
  /**
   * No data, and nothing was to be acknowledged: the other side has no more to say, which is right after the last
   * message of a handshake only. A method that waits for data discards it.
   */
  | { readonly kind: "empty"; readonly version: number };

/**
 * The messages of a TLS-like method (EAP-TLS, PEAP, TTLS) cut into packets, and put together again: fragments,
 * acknowledgements and lengths of RFC 5216 section 2.1.5, for one conversation and either role. It knows nothing of
 * TLS, of identifiers or of timers; `typeData` is always what follows the type in the packet.
 *
 * Whatever it refuses has changed nothing: the method may discard that packet with 722 (EAP-22), and go on.
 *
 * @example
 * ```ts
 * import { TlsFragmentation } from "@sallyport/eap";
 *
 * const fragmentation = new TlsFragmentation({ version: 0 });
 * fragmentation.send(new Uint8Array(4000));
 * const packet = new Uint8Array(1400);
 * const length = 5 + fragmentation.writeFragment(packet.subarray(5)); // flags, length, and 1390 octets
 * const event = fragmentation.receive(Uint8Array.of(0)); // { kind: "acknowledged" }
 * ```
 */
export class TlsFragmentation {
  readonly #version: number;
  readonly #limit: number;
  readonly #assembly: Assembly;
  /** What is being sent, and how far it has been written. */
  #message: Uint8Array = new Uint8Array(0);
  #sent = 0;
  /** What was written last, for the method that has to write it again. */
  #previous: "nothing" | "start" | "acknowledgement" | "fragment" = "nothing";
  #previousFrom = 0;
  #previousRoom = 0;

  /** @throws {RangeError} when an option is out of its range */
  constructor(options: FragmentationOptions = {}) {
    const { version = 0, maxMessageBytes = greatestMessage } = options;
    if (!(Number.isInteger(version) && version >= 0 && version <= 7)) {
      throw new RangeError(`version must be 0 to 7, not ${version}`);
    }
    if (!(Number.isInteger(maxMessageBytes) && maxMessageBytes >= 1 && maxMessageBytes <= greatestMessage)) {
      throw new RangeError(`maxMessageBytes must be 1 to ${greatestMessage}, not ${maxMessageBytes}`);
    }
    this.#version = version;
    this.#limit = maxMessageBytes;
    this.#assembly = new Assembly(maxMessageBytes);
  }

  /** Whether a message of this side has fragments that were not written yet. */
  get sending(): boolean {
    return this.#sent < this.#message.length;
  }

  /**
   * Takes what the other side sent.
   *
   * @throws {FragmentError} when it breaks the rules; nothing has changed then
   */
  receive(typeData: Uint8Array): FragmentEvent {
    const fragment = decodeFragment(typeData);
    const { version, data } = fragment;
    if (fragment.start) {
      if (this.sending || this.#assembly.open) throw new FragmentError("unexpected-start", 0);
      return { kind: "start", version, data: new Uint8Array(data) };
    }
    if (this.sending) {
      if (data.length > 0 || fragment.more)
        throw new FragmentError("unacknowledged", typeData.length - data.length);
      return { kind: "acknowledged" };
    }
    if (data.length === 0 && !fragment.more && !this.#assembly.open) {
      if (fragment.messageLength !== undefined && fragment.messageLength > 0) {
        throw new FragmentError("wrong-length", 5);
      }
      return { kind: "empty", version };
    }
    const message = this.#assembly.add(fragment);
    return message === undefined ? { kind: "fragment" } : { kind: "message", version, message };
  }

  /**
   * Begins to send a message, whose fragments {@link writeFragment} gives. The bytes are not copied: they must stay as
   * they are until the last fragment was written.
   *
   * @throws {RangeError} when the message is empty or too long
   * @throws {TypeError} when another message is being sent or received
   */
  send(message: Uint8Array): void {
    if (message.length < 1 || message.length > this.#limit) {
      throw new RangeError(`message must have 1 to ${this.#limit} octets, not ${message.length}`);
    }
    if (this.sending || this.#assembly.open) throw new TypeError("another message is on its way");
    this.#message = message;
    this.#sent = 0;
    this.#previous = "nothing";
  }

  /**
   * Writes the next fragment of the message that is being sent, as much as `target` holds.
   *
   * @returns the number of octets written
   * @throws {RangeError} when `target` has no room for an octet of data after the flags and the length: 6 octets
   * @throws {TypeError} when nothing is being sent
   */
  writeFragment(target: Uint8Array): number {
    if (!this.sending) throw new TypeError("no message is being sent");
    const from = this.#sent;
    const written = this.#writeFrom(from, target);
    this.#previous = "fragment";
    this.#previousFrom = from;
    this.#previousRoom = target.length;
    return written;
  }

  /** Writes a packet without data: it acknowledges a fragment, or says that there is no more to say. */
  writeAcknowledgement(target: Uint8Array): number {
    const written = this.#writeEmpty(target, false);
    this.#previous = "acknowledgement";
    return written;
  }

  /** Writes the packet with which an authenticator begins. */
  writeStart(target: Uint8Array): number {
    const written = this.#writeEmpty(target, true);
    this.#previous = "start";
    return written;
  }

  /**
   * Writes once more what was written last, for a method that is called without a packet (EAP-16).
   *
   * @throws {RangeError} when `target` is shorter than it was then
   * @throws {TypeError} when nothing was written yet
   */
  writeAgain(target: Uint8Array): number {
    if (this.#previous === "nothing") throw new TypeError("nothing was written yet");
    if (this.#previous !== "fragment") return this.#writeEmpty(target, this.#previous === "start");
    if (target.length < this.#previousRoom) {
      throw new RangeError(`target must have ${this.#previousRoom} octets, not ${target.length}`);
    }
    return this.#writeFrom(this.#previousFrom, target.subarray(0, this.#previousRoom));
  }

  #writeFrom(from: number, target: Uint8Array): number {
    const left = this.#message.length - from;
    // Only the first of several fragments has to tell the length; one that is alone does not.
    const messageLength = from === 0 && left > target.length - 1 ? this.#message.length : undefined;
    const room = target.length - (messageLength === undefined ? 1 : 5);
    if (room < 1) throw new RangeError(`target must have at least 6 octets, not ${target.length}`);
    const data = this.#message.subarray(from, from + room);
    this.#sent = from + data.length;
    const more = this.#sent < this.#message.length;
    return encodeFragment(target, { start: false, more, version: this.#version, messageLength, data });
  }

  #writeEmpty(target: Uint8Array, start: boolean): number {
    const data = new Uint8Array(0);
    return encodeFragment(target, {
      start,
      more: false,
      version: this.#version,
      messageLength: undefined,
      data,
    });
  }
}
