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
  shared.start();
  for (const part of parts) shared.update(part, 0, part.length);
  const digest = new Uint8Array(20);
  shared.finishInto(digest, 0);
  return digest;
}

const schedule: Int32Array = new Int32Array(80);

/**
 * RFC 3174 section 6.1, method 1: each step is
 * temp = rotateLeft(a, 5) + f(b, c, d) + e + w[t] + k; then the five words change places.
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
  for (let t = 0; t < 80; t += 1) {
    const temp = (((a << 5) | (a >>> 27)) + mix(t, b, c, d) + e + (w[t] as number)) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = temp;
  }
  state[0] = (state[0] as number) + a;
  state[1] = (state[1] as number) + b;
  state[2] = (state[2] as number) + c;
  state[3] = (state[3] as number) + d;
  state[4] = (state[4] as number) + e;
}

/** f(t; b, c, d) + k(t) (RFC 3174 section 5): selection, parity, majority, parity. Kept to 32 bits, which is faster. */
function mix(t: number, b: number, c: number, d: number): number {
  if (t < 20) return ((d ^ (b & (c ^ d))) + 0x5a827999) | 0;
  if (t < 40) return ((b ^ c ^ d) + 0x6ed9eba1) | 0;
  if (t < 60) return (((b & c) | (d & (b | c))) + 0x8f1bbcdc) | 0;
  return ((b ^ c ^ d) + 0xca62c1d6) | 0;
}

const shared: HashStream = new HashStream({
  compress: compressSha1,
  initialState: Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0),
  littleEndian: false,
});
