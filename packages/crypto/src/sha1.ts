import { HashStream } from "./hash-stream.ts";

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

const whole: Uint8Array = new Uint8Array(20);

const schedule: Int32Array = new Int32Array(80);

/**
 * RFC 3174 section 6.1, method 1: each step is
 * temp = rotateLeft(a, 5) + f(t; b, c, d) + e + w[t] + k(t); then the five words change places. Five steps are written out,
 * after which every word is back in its place: what changes is the roles, not the words. f and k are selection, parity,
 * majority and parity, with the constants of section 5.
 */
function compressSha1(state: Int32Array, block: DataView): void {
  const w = schedule;
  for (let t = 0; t < 16; t += 1) w[t] = block.getInt32(4 * t);
  for (let t = 16; t < 80; t += 1) {
    const mixed = (w[t - 3] as number) ^ (w[t - 8] as number) ^ (w[t - 14] as number) ^ (w[t - 16] as number);
    w[t] = (mixed << 1) | (mixed >>> 31);
  }

  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  let e = state[4] as number;
  for (let t = 0; t < 20; t += 5) {
    e = ((((a << 5) | (a >>> 27)) + (d ^ (b & (c ^ d))) + 0x5a827999) | 0) + e + (w[t] as number);
    e |= 0;
    b = (b << 30) | (b >>> 2);
    d = ((((e << 5) | (e >>> 27)) + (c ^ (a & (b ^ c))) + 0x5a827999) | 0) + d + (w[t + 1] as number);
    d |= 0;
    a = (a << 30) | (a >>> 2);
    c = ((((d << 5) | (d >>> 27)) + (b ^ (e & (a ^ b))) + 0x5a827999) | 0) + c + (w[t + 2] as number);
    c |= 0;
    e = (e << 30) | (e >>> 2);
    b = ((((c << 5) | (c >>> 27)) + (a ^ (d & (e ^ a))) + 0x5a827999) | 0) + b + (w[t + 3] as number);
    b |= 0;
    d = (d << 30) | (d >>> 2);
    a = ((((b << 5) | (b >>> 27)) + (e ^ (c & (d ^ e))) + 0x5a827999) | 0) + a + (w[t + 4] as number);
    a |= 0;
    c = (c << 30) | (c >>> 2);
  }
  for (let t = 20; t < 40; t += 5) {
    e = ((((a << 5) | (a >>> 27)) + (b ^ c ^ d) + 0x6ed9eba1) | 0) + e + (w[t] as number);
    e |= 0;
    b = (b << 30) | (b >>> 2);
    d = ((((e << 5) | (e >>> 27)) + (a ^ b ^ c) + 0x6ed9eba1) | 0) + d + (w[t + 1] as number);
    d |= 0;
    a = (a << 30) | (a >>> 2);
    c = ((((d << 5) | (d >>> 27)) + (e ^ a ^ b) + 0x6ed9eba1) | 0) + c + (w[t + 2] as number);
    c |= 0;
    e = (e << 30) | (e >>> 2);
    b = ((((c << 5) | (c >>> 27)) + (d ^ e ^ a) + 0x6ed9eba1) | 0) + b + (w[t + 3] as number);
    b |= 0;
    d = (d << 30) | (d >>> 2);
    a = ((((b << 5) | (b >>> 27)) + (c ^ d ^ e) + 0x6ed9eba1) | 0) + a + (w[t + 4] as number);
    a |= 0;
    c = (c << 30) | (c >>> 2);
  }
  for (let t = 40; t < 60; t += 5) {
    e = ((((a << 5) | (a >>> 27)) + ((b & c) | (d & (b | c))) + 0x8f1bbcdc) | 0) + e + (w[t] as number);
    e |= 0;
    b = (b << 30) | (b >>> 2);
    d = ((((e << 5) | (e >>> 27)) + ((a & b) | (c & (a | b))) + 0x8f1bbcdc) | 0) + d + (w[t + 1] as number);
    d |= 0;
    a = (a << 30) | (a >>> 2);
    c = ((((d << 5) | (d >>> 27)) + ((e & a) | (b & (e | a))) + 0x8f1bbcdc) | 0) + c + (w[t + 2] as number);
    c |= 0;
    e = (e << 30) | (e >>> 2);
    b = ((((c << 5) | (c >>> 27)) + ((d & e) | (a & (d | e))) + 0x8f1bbcdc) | 0) + b + (w[t + 3] as number);
    b |= 0;
    d = (d << 30) | (d >>> 2);
    a = ((((b << 5) | (b >>> 27)) + ((c & d) | (e & (c | d))) + 0x8f1bbcdc) | 0) + a + (w[t + 4] as number);
    a |= 0;
    c = (c << 30) | (c >>> 2);
  }
  for (let t = 60; t < 80; t += 5) {
    e = ((((a << 5) | (a >>> 27)) + (b ^ c ^ d) + 0xca62c1d6) | 0) + e + (w[t] as number);
    e |= 0;
    b = (b << 30) | (b >>> 2);
    d = ((((e << 5) | (e >>> 27)) + (a ^ b ^ c) + 0xca62c1d6) | 0) + d + (w[t + 1] as number);
    d |= 0;
    a = (a << 30) | (a >>> 2);
    c = ((((d << 5) | (d >>> 27)) + (e ^ a ^ b) + 0xca62c1d6) | 0) + c + (w[t + 2] as number);
    c |= 0;
    e = (e << 30) | (e >>> 2);
    b = ((((c << 5) | (c >>> 27)) + (d ^ e ^ a) + 0xca62c1d6) | 0) + b + (w[t + 3] as number);
    b |= 0;
    d = (d << 30) | (d >>> 2);
    a = ((((b << 5) | (b >>> 27)) + (c ^ d ^ e) + 0xca62c1d6) | 0) + a + (w[t + 4] as number);
    a |= 0;
    c = (c << 30) | (c >>> 2);
  }
  state[0] = (state[0] as number) + a;
  state[1] = (state[1] as number) + b;
  state[2] = (state[2] as number) + c;
  state[3] = (state[3] as number) + d;
  state[4] = (state[4] as number) + e;
}

const shared: HashStream = new HashStream({
  compress: compressSha1,
  initialState: Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0),
  littleEndian: false,
});
