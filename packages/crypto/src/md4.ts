import { HashStream, md4And5State } from "./hash-stream.ts";

/**
 * The MD4 digest of the parts one after another (RFC 1320), 16 bytes. MD4 is broken as a hash function; it is here
 * because Windows derives the NT hash of a password with it.
 *
 * @example
 * ```ts
 * import { md4 } from "@sallyport/crypto";
 *
 * const utf16 = Uint8Array.from("wonderland", (letter) => letter.charCodeAt(0));
 * const digest = md4(utf16);
 * ```
 */
export function md4(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  shared.start();
  for (const part of parts) shared.update(part, 0, part.length);
  const digest = new Uint8Array(16);
  shared.finishInto(digest, 0);
  return digest;
}

/** The order of the words in the second and third round (RFC 1320 section 3.4). */
const secondOrder: Int32Array = Int32Array.of(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
const thirdOrder: Int32Array = Int32Array.of(0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15);
const x: Int32Array = new Int32Array(16);

/**
 * Each step is a = rotateLeft(a + f(b, c, d) + x[k] + constant, s); then the four words change places. Four steps are
 * written out, after which every word is back in its place. F selects, G is the majority, H the parity.
 */
function compressMd4(state: Int32Array, block: DataView): void {
  for (let word = 0; word < 16; word += 1) x[word] = block.getInt32(4 * word, true);
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  for (let k = 0; k < 16; k += 4) {
    a = rotated(a + ((b & c) | (~b & d)) + (x[k] as number), 3);
    d = rotated(d + ((a & b) | (~a & c)) + (x[k + 1] as number), 7);
    c = rotated(c + ((d & a) | (~d & b)) + (x[k + 2] as number), 11);
    b = rotated(b + ((c & d) | (~c & a)) + (x[k + 3] as number), 19);
  }
  for (let k = 0; k < 16; k += 4) {
    a = rotated(a + ((b & c) | (d & (b | c))) + at(secondOrder, k) + 0x5a827999, 3);
    d = rotated(d + ((a & b) | (c & (a | b))) + at(secondOrder, k + 1) + 0x5a827999, 5);
    c = rotated(c + ((d & a) | (b & (d | a))) + at(secondOrder, k + 2) + 0x5a827999, 9);
    b = rotated(b + ((c & d) | (a & (c | d))) + at(secondOrder, k + 3) + 0x5a827999, 13);
  }
  for (let k = 0; k < 16; k += 4) {
    a = rotated(a + (b ^ c ^ d) + at(thirdOrder, k) + 0x6ed9eba1, 3);
    d = rotated(d + (a ^ b ^ c) + at(thirdOrder, k + 1) + 0x6ed9eba1, 9);
    c = rotated(c + (d ^ a ^ b) + at(thirdOrder, k + 2) + 0x6ed9eba1, 11);
    b = rotated(b + (c ^ d ^ a) + at(thirdOrder, k + 3) + 0x6ed9eba1, 15);
  }
  state[0] = (state[0] as number) + a;
  state[1] = (state[1] as number) + b;
  state[2] = (state[2] as number) + c;
  state[3] = (state[3] as number) + d;
}

function rotated(sum: number, by: number): number {
  return (sum << by) | ((sum | 0) >>> (32 - by));
}

function at(order: Int32Array, k: number): number {
  return x[order[k] as number] as number;
}

const shared: HashStream = new HashStream({
  compress: compressMd4,
  initialState: md4And5State,
  littleEndian: true,
});
