import { checkRange, checkTarget, HashStream } from "./hash-stream.ts";
import { md5Function } from "./md5-block.ts";

/**
 * The MD5 digest of the parts one after another (RFC 1321), 16 bytes.
 *
 * @example
 * ```ts
 * import { md5 } from "@sallyport/crypto";
 *
 * const secret = new TextEncoder().encode("testing123");
 * const responseAuthenticator = md5(Uint8Array.of(2, 7, 0, 20), new Uint8Array(16), secret);
 * ```
 */
export function md5(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  shared.reset();
  for (const part of parts) shared.update(part);
  return shared.digest();
}

/**
 * An MD5 computation that takes its input in pieces (RFC 1321) and can be used again and again: `update` and
 * `digestInto` allocate nothing.
 *
 * @example
 * ```ts
 * import { Md5 } from "@sallyport/crypto";
 *
 * const hash = new Md5();
 * const datagram = new Uint8Array(20);
 * hash.update(datagram, 0, 4).update(new Uint8Array(16)).digestInto(datagram, 4);
 * ```
 */
export class Md5 {
  readonly #stream = new HashStream(md5Function);

  /**
   * Takes the bytes from `start` (inclusive, 0 by default) to `end` (exclusive, the length by default).
   *
   * @throws {RangeError} when the range is not within `bytes`
   */
  update(bytes: Uint8Array, start = 0, end: number = bytes.length): this {
    checkRange(bytes, start, end);
    this.#stream.update(bytes, start, end);
    return this;
  }

  /**
   * Writes the 16 bytes of the digest to `target`, which may be one of the inputs, and begins anew.
   *
   * @throws {RangeError} when they do not fit there; the computation is then as it was
   */
  digestInto(target: Uint8Array, offset: number): void {
    checkTarget(target, offset);
    this.#stream.finishInto(target, offset);
    this.#stream.start();
  }

  /** Returns the 16 bytes of the digest and begins anew. */
  digest(): Uint8Array<ArrayBuffer> {
    const digest = new Uint8Array(16);
    this.digestInto(digest, 0);
    return digest;
  }

  /** Forgets what was taken so far. */
  reset(): this {
    this.#stream.start();
    return this;
  }
}

const shared: Md5 = new Md5();
