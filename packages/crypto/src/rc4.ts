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
  if (key.length < 1 || key.length > 256) {
    throw new RangeError(`key must have 1 to 256 bytes, not ${key.length}`);
  }
  const state = scheduled(key);
  const result = new Uint8Array(bytes.length);
  let i = 0;
  let j = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    i = (i + 1) & 255;
    const a = state[i] as number;
    j = (j + a) & 255;
    const b = state[j] as number;
    state[i] = b;
    state[j] = a;
    result[at] = (bytes[at] as number) ^ (state[(a + b) & 255] as number);
  }
  return result;
}

/** The permutation of 0 to 255 that the key makes. */
function scheduled(key: Uint8Array): Uint8Array {
  const state = new Uint8Array(256);
  for (let i = 0; i < 256; i += 1) state[i] = i;
  let j = 0;
  for (let i = 0; i < 256; i += 1) {
    const a = state[i] as number;
    j = (j + a + (key[i % key.length] as number)) & 255;
    state[i] = state[j] as number;
    state[j] = a;
  }
  return state;
}
