/**
 * Gives `length` random bytes, a whole number of at least 0, in an array of the caller's own. The host passes it in;
 * engines never ask the system.
 *
 * @throws {RangeError} when `length` is no such number
 */
export type Random = (length: number) => Uint8Array<ArrayBuffer>;

const poolSize = 4096;
/** The most that one call of `getRandomValues` gives (Web Cryptography API, section 10.1.1). */
const quota = 65_536;
const pool = new Uint8Array(poolSize);
let used = poolSize;

/**
 * The cryptographic random numbers of the system. Short requests are cut from a pool, and wiped there, so that an
 * identifier or an authenticator costs no system call.
 *
 * @example
 * ```ts
 * import { systemRandom } from "@sallyport/runtime";
 *
 * const requestAuthenticator = systemRandom(16);
 * ```
 */
export const systemRandom: Random = (length) => {
  checkLength(length);
  if (length > poolSize / 4) {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += quota) crypto.getRandomValues(bytes.subarray(at, at + quota));
    return bytes;
  }
  if (used + length > poolSize) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  const bytes = pool.slice(used, used + length);
  pool.fill(0, used, used + length);
  used += length;
  return bytes;
};

/**
 * Makes a source of numbers that look random and are always the same for the same seed: FOR TESTS ONLY, whoever knows
 * the seed knows every byte. The bytes are one stream: how it is cut into requests does not change it.
 *
 * @param seed a whole number; its low 32 bits count
 * @throws {RangeError} when `seed` is not a whole number
 *
 * @example
 * ```ts
 * import { createSeededRandom } from "@sallyport/runtime";
 *
 * const random = createSeededRandom(1);
 * random(16); // the same 16 bytes in every run
 * ```
 */
export function createSeededRandom(seed: number): Random {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`seed must be a whole number, not ${seed}`);
  let state = seed | 0;
  let word = 0;
  let left = 0;
  return (length) => {
    checkLength(length);
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += 1) {
      if (left === 0) {
        state = (state + 0x9e3779b9) | 0;
        word = mixed(state);
        left = 4;
      }
      bytes[at] = word;
      word >>>= 8;
      left -= 1;
    }
    return bytes;
  };
}

/** Spreads every bit of a counter over the whole word: the finalizer of MurmurHash3 (public domain). */
function mixed(counter: number): number {
  let word = counter;
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return word ^ (word >>> 16);
}

function checkLength(length: number): void {
  if (!Number.isSafeInteger(length) || length < 0) {
    throw new RangeError(`length must be a whole number of bytes, at least 0, not ${length}`);
  }
}
