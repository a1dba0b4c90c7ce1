/**
 * The bytes encrypted with RC4, or decrypted, which is the same. The key stream begins with the key: nothing is kept
 * between calls. RC4 is broken as a cipher; it is here because MS-CHAP changes passwords with it (`Rc4Encrypt` of
 * RFC 2759 section 8.11).
 *
 * @param key 1 to 256 bytes
 * @throws {RangeError} when the key has another length
 *
 * @example
 * ```ts
 * import { ntHash, rc4 } from "@sallyport/crypto";
 *
 * const block = new Uint8Array(516);
 * const encrypted = rc4(ntHash("wonderland"), block);
 * ```
 */
export function rc4(key: Uint8Array, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(bytes);
  new Rc4(key).apply(result);
  return result;
}

/** From how many bytes on words are worth their view. */
const wordsFrom = 128;
const isLittleEndian = new Uint8Array(Int32Array.of(1).buffer)[0] === 1;
/** A permutation of 256 bytes, and the two indices behind it. */
const stateLength = 258;

/**
 * An RC4 key stream that goes on from call to call, as the sealed messages of NTLM need it (MS-NLMP section 3.4.3).
 *
 * @example
 * ```ts
 * import { Rc4 } from "@sallyport/crypto";
 *
 * const sealing = new Rc4(new Uint8Array(16));
 * const message = new TextEncoder().encode("hello");
 * sealing.apply(message); // in place; the next message continues the stream
 * ```
 */
export class Rc4 {
  readonly #state: Uint8Array = new Uint8Array(256);
  #i = 0;
  #j = 0;

  /**
   * @param key 1 to 256 bytes; it is not kept
   * @throws {RangeError} when it has another length
   */
  constructor(key: Uint8Array) {
    if (key.length < 1 || key.length > 256) {
      throw new RangeError(`key must have 1 to 256 bytes, not ${key.length}`);
    }
    schedule(this.#state, key);
  }

  /** Encrypts, or decrypts, in place: the next `bytes.length` bytes of the stream are used up. */
  apply(bytes: Uint8Array): void {
    if (bytes.length < wordsFrom || !isLittleEndian) {
      this.#applyBytes(bytes, 0, bytes.length);
      return;
    }
    const head = -bytes.byteOffset & 3;
    const words = (bytes.length - head) >> 2;
    this.#applyBytes(bytes, 0, head);
    this.#applyWords(new Int32Array(bytes.buffer, bytes.byteOffset + head, words));
    this.#applyBytes(bytes, head + 4 * words, bytes.length);
  }

  #applyBytes(bytes: Uint8Array, start: number, end: number): void {
    const state = this.#state;
    let i = this.#i;
    let j = this.#j;
    for (let at = start; at < end; at += 1) {
      i = (i + 1) & 255;
      const a = state[i] as number;
      j = (j + a) & 255;
      const b = state[j] as number;
      state[i] = b;
      state[j] = a;
      bytes[at] = (bytes[at] as number) ^ (state[(a + b) & 255] as number);
    }
    this.#i = i;
    this.#j = j;
  }

  /** Four bytes a turn, written out, because a word is loaded and stored at the price of a byte. */
  #applyWords(words: Int32Array): void {
    const state = this.#state;
    let i = this.#i;
    let j = this.#j;
    for (let at = 0; at < words.length; at += 1) {
      i = (i + 1) & 255;
      let a = state[i] as number;
      j = (j + a) & 255;
      let b = state[j] as number;
      state[i] = b;
      state[j] = a;
      let key = state[(a + b) & 255] as number;
      i = (i + 1) & 255;
      a = state[i] as number;
      j = (j + a) & 255;
      b = state[j] as number;
      state[i] = b;
      state[j] = a;
      key |= (state[(a + b) & 255] as number) << 8;
      i = (i + 1) & 255;
      a = state[i] as number;
      j = (j + a) & 255;
      b = state[j] as number;
      state[i] = b;
      state[j] = a;
      key |= (state[(a + b) & 255] as number) << 16;
      i = (i + 1) & 255;
      a = state[i] as number;
      j = (j + a) & 255;
      b = state[j] as number;
      state[i] = b;
      state[j] = a;
      words[at] = (words[at] as number) ^ (key | ((state[(a + b) & 255] as number) << 24));
    }
    this.#i = i;
    this.#j = j;
  }

  /** Where the stream stands, 258 bytes: as secret as the key. */
  save(): Uint8Array<ArrayBuffer> {
    const saved = new Uint8Array(stateLength);
    saved.set(this.#state);
    saved[256] = this.#i;
    saved[257] = this.#j;
    return saved;
  }

  /**
   * A stream that goes on where {@link Rc4.save} was called.
   *
   * @throws {RangeError} when these are no 258 bytes that it gave
   */
  static restore(saved: Uint8Array): Rc4 {
    if (saved.length !== stateLength) {
      throw new RangeError(`a saved stream must have ${stateLength} bytes, not ${saved.length}`);
    }
    if (new Set(saved.subarray(0, 256)).size !== 256)
      throw new RangeError("a saved stream is no permutation");
    const cipher = new Rc4(saved.subarray(0, 256));
    cipher.#state.set(saved.subarray(0, 256));
    cipher.#i = saved[256] as number;
    cipher.#j = saved[257] as number;
    return cipher;
  }

  /** Overwrites the state: what is applied afterwards stays as it is. */
  wipe(): void {
    this.#state.fill(0);
    this.#i = 0;
    this.#j = 0;
  }
}

/** Fills the permutation of 0 to 255 that the key makes. */
function schedule(state: Uint8Array, key: Uint8Array): void {
  for (let i = 0; i < 256; i += 1) state[i] = i;
  let j = 0;
  for (let i = 0; i < 256; i += 1) {
    const a = state[i] as number;
    j = (j + a + (key[i % key.length] as number)) & 255;
    state[i] = state[j] as number;
    state[j] = a;
  }
}
