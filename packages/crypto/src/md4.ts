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

/** For each round (RFC 1320 section 3.4) the order of the words, the four rotations and the constant added. */
const rounds = [
  { order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], rotations: [3, 7, 11, 19], constant: 0 },
  {
    order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
    rotations: [3, 5, 9, 13],
    constant: 0x5a827999,
  },
  {
    order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
    rotations: [3, 9, 11, 15],
    constant: 0x6ed9eba1,
  },
] as const;

/** Each step is a = rotateLeft(a + f(b, c, d) + x[k] + constant, s); then the four words change places. */
function compressMd4(state: Int32Array, block: DataView): void {
  let [a = 0, b = 0, c = 0, d = 0] = state;
  rounds.forEach(({ order, rotations, constant }, round) => {
    order.forEach((word, step) => {
      const sum = (a + mix(round, b, c, d) + block.getInt32(4 * word, true) + constant) | 0;
      const by = rotations[step & 3] as number;
      [a, b, c, d] = [d, (sum << by) | (sum >>> (32 - by)), b, c];
    });
  });
  [a, b, c, d].forEach((word, index) => {
    state[index] = (state[index] as number) + word;
  });
}

/** F selects, G is the majority, H the parity. */
function mix(round: number, b: number, c: number, d: number): number {
  if (round === 0) return (b & c) | (~b & d);
  if (round === 1) return (b & c) | (b & d) | (c & d);
  return b ^ c ^ d;
}

const shared: HashStream = new HashStream({
  compress: compressMd4,
  initialState: md4And5State,
  littleEndian: true,
});
