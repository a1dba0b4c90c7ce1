import { checkRange, checkTarget, HashStream } from "./hash-stream.ts";
import { md5 } from "./md5.ts";
import { md5Function } from "./md5-block.ts";

const blockSize = 64;
const digestSize = 16;

/**
 * The HMAC-MD5 of the parts one after another (RFC 2104), 16 bytes. Prepare an {@link HmacMd5} where a key is used
 * more than once.
 *
 * @example
 * ```ts
 * import { hmacMd5 } from "@sallyport/crypto";
 *
 * const secret = new TextEncoder().encode("testing123");
 * const messageAuthenticator = hmacMd5(secret, new Uint8Array(38));
 * ```
 */
export function hmacMd5(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const digest = new Uint8Array(digestSize);
  startPad(key.length > blockSize ? md5(key) : key);
  for (const part of parts) shared.update(part, 0, part.length);
  shared.finishInto(digest, 0);
  turnPad();
  shared.start();
  shared.update(pad, 0, blockSize);
  shared.update(digest, 0, digestSize);
  shared.finishInto(digest, 0);
  pad.fill(0);
  return digest;
}

// One computation at a time: nothing is allocated for a key that is used once.
const shared: HashStream = new HashStream(md5Function);
const pad: Uint8Array = new Uint8Array(blockSize);

/** Begins with K XOR ipad. */
function startPad(key: Uint8Array): void {
  for (let at = 0; at < blockSize; at += 1) pad[at] = (at < key.length ? (key[at] as number) : 0) ^ 0x36;
  shared.start();
  shared.update(pad, 0, blockSize);
}

/** Makes K XOR opad of it. */
function turnPad(): void {
  for (let at = 0; at < blockSize; at += 1) pad[at] = (pad[at] as number) ^ 0x36 ^ 0x5c;
}

/**
 * An HMAC-MD5 computation under one key (RFC 2104) that can be used again and again: both pads are hashed once, at
 * construction, and `update` and `digestInto` allocate nothing. The key is not kept, only what the pads made of it.
 *
 * @example
 * ```ts
 * import { constantTimeEqual, HmacMd5 } from "@sallyport/crypto";
 *
 * const hmac = new HmacMd5(new TextEncoder().encode("testing123"));
 * const received = new Uint8Array(16);
 * const right = constantTimeEqual(hmac.update(new Uint8Array(38)).digest(), received);
 * ```
 */
export class HmacMd5 {
  readonly #stream = new HashStream(md5Function);
  readonly #inner: Int32Array = new Int32Array(4);
  readonly #outer: Int32Array = new Int32Array(4);
  readonly #innerDigest: Uint8Array = new Uint8Array(digestSize);

  /** A key longer than 64 bytes stands for its MD5 digest (RFC 2104 section 2). */
  constructor(key: Uint8Array) {
    const pad = new Uint8Array(blockSize);
    pad.set(key.length > blockSize ? md5(key) : key);
    // K XOR ipad, then K XOR opad: 0x36 ^ 0x5c turns the one into the other.
    for (let at = 0; at < blockSize; at += 1) pad[at] = (pad[at] as number) ^ 0x36;
    this.#stream.update(pad, 0, blockSize);
    this.#stream.saveInto(this.#inner);
    for (let at = 0; at < blockSize; at += 1) pad[at] = (pad[at] as number) ^ 0x36 ^ 0x5c;
    this.#stream.start();
    this.#stream.update(pad, 0, blockSize);
    this.#stream.saveInto(this.#outer);
    pad.fill(0);
    this.reset();
  }

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
   * Writes the 16 bytes of the code to `target`, which may be one of the inputs, and begins anew under the same key.
   *
   * @throws {RangeError} when they do not fit there; the computation is then as it was
   */
  digestInto(target: Uint8Array, offset: number): void {
    checkTarget(target, offset);
    this.#stream.finishInto(this.#innerDigest, 0);
    this.#stream.start(this.#outer, blockSize);
    this.#stream.update(this.#innerDigest, 0, digestSize);
    this.#stream.finishInto(target, offset);
    this.reset();
  }

  /** Returns the 16 bytes of the code and begins anew under the same key. */
  digest(): Uint8Array<ArrayBuffer> {
    const digest = new Uint8Array(digestSize);
    this.digestInto(digest, 0);
    return digest;
  }

  /** Forgets what was taken so far; the key stays. */
  reset(): this {
    this.#stream.start(this.#inner, blockSize);
    return this;
  }
}
