import { HashStream } from "./hash-stream.ts";
import { compressSha1 } from "./sha1-block.ts";

/**
 * The SHA-1 digest of the parts one after another (RFC 3174), 20 bytes. Made for short inputs, where it needs neither a
 * promise nor a call into native code. SHA-1 is broken as a hash function; it is here because MS-CHAPv2 and MPPE
 * prescribe it (RFC 2759, RFC 3079).
 *
 * @example
 * ```ts
 * import { sha1 } from "@sallyport/crypto";
 *
 * const digest = sha1(new Uint8Array(16), new TextEncoder().encode("alice"));
 * ```
 */
export function sha1(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return sha1Prefix(20, parts);
}

/** The first bytes of the digest alone: what MS-CHAP and MPPE make keys and challenges of. */
export function sha1Prefix(length: number, parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  shared.start();
  for (const part of parts) shared.update(part, 0, part.length);
  shared.finishInto(whole, 0);
  const prefix = new Uint8Array(length);
  for (let index = 0; index < length; index += 1) prefix[index] = whole[index] as number;
  whole.fill(0);
  return prefix;
}

/**
 * The first bytes of the digest of a message that stands in whole blocks already, its padding included (RFC 3174 section
 * 4): for messages of which only a few bytes change from one to the next.
 */
export function sha1PrefixOfBlocks(length: number, blocks: readonly DataView[]): Uint8Array<ArrayBuffer> {
  words.set(initialState);
  for (const block of blocks) compressSha1(words, block);
  const prefix = new Uint8Array(length);
  for (let index = 0; index < length; index += 1) {
    prefix[index] = (words[index >> 2] as number) >>> (24 - 8 * (index & 3));
  }
  words.fill(0);
  return prefix;
}

const whole: Uint8Array = new Uint8Array(20);
const words: Int32Array = new Int32Array(5);
const initialState: Int32Array = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);

const shared: HashStream = new HashStream({
  compress: compressSha1,
  initialState,
  littleEndian: false,
});
