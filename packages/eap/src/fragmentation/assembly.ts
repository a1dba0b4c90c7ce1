import type { Fragment } from "./fragment.ts";
import { FragmentError } from "./fragment-error.ts";

/** The most a message may have (RFC 5216 section 2.1.5 leaves it to the implementation). */
export const greatestMessage = 65_536;

/**
 * Puts the fragments of one message together. What it keeps grows with what came, never with what was announced, so
 * that a first fragment costs its sender as much as this side.
 */
export class Assembly {
  readonly #limit: number;
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #length = 0;
  #announced: number | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether a message has begun. */
  get open(): boolean {
    return this.#length > 0;
  }

  /**
   * Takes the next fragment.
   *
   * @returns the message once it is whole; undefined as long as it goes on
   * @throws {FragmentError} when the fragment does not continue the message; it is then as if it had not come
   */
  add({ more, messageLength, data }: Fragment): Uint8Array<ArrayBuffer> | undefined {
    const dataOffset = messageLength === undefined ? 1 : 5;
    if (more && !this.open && messageLength === undefined) throw new FragmentError("missing-length", 0);
    if (messageLength !== undefined) {
      if (messageLength > this.#limit) throw new FragmentError("too-long", 1);
      if (this.open && messageLength !== this.#announced) throw new FragmentError("other-length", 1);
    }
    if (data.length === 0 && (more || this.open)) throw new FragmentError("empty-fragment", dataOffset);
    const length = this.#length + data.length;
    if (length > this.#limit) throw new FragmentError("too-long", dataOffset);
    const announced = this.open ? this.#announced : messageLength;
    // With more to come at least one octet is missing; with the last one, none.
    if (announced !== undefined && (more ? length >= announced : length !== announced)) {
      throw new FragmentError("wrong-length", dataOffset);
    }

    if (!more && !this.open) return new Uint8Array(data);
    this.#keep(data, length, announced ?? length);
    this.#announced = announced;
    if (more) return undefined;
    const message = this.#bytes.length === length ? this.#bytes : this.#bytes.slice(0, length);
    this.#bytes = new Uint8Array(0);
    this.#length = 0;
    this.#announced = undefined;
    return message;
  }

  #keep(data: Uint8Array, length: number, announced: number): void {
    if (length > this.#bytes.length) {
      const grown = new Uint8Array(Math.min(announced, Math.max(length, 2 * this.#bytes.length)));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(data, this.#length);
    this.#length = length;
  }
}
