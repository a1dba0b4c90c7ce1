// The tables of DES as FIPS 46-3 prints them, and the two that encryption uses, made from these when the module loads.
// The standard counts bits from 1, the most significant one first.

/** S1 to S8 (FIPS 46-3 appendix 1), each row by row. */
const substitutions: readonly (readonly number[])[] = [
  [
    14, 4, 13, 1, 2, 15, 11, 8, 3, 10, 6, 12, 5, 9, 0, 7, 0, 15, 7, 4, 14, 2, 13, 1, 10, 6, 12, 11, 9, 5, 3,
    8, 4, 1, 14, 8, 13, 6, 2, 11, 15, 12, 9, 7, 3, 10, 5, 0, 15, 12, 8, 2, 4, 9, 1, 7, 5, 11, 3, 14, 10, 0, 6,
    13,
  ],
  [
    15, 1, 8, 14, 6, 11, 3, 4, 9, 7, 2, 13, 12, 0, 5, 10, 3, 13, 4, 7, 15, 2, 8, 14, 12, 0, 1, 10, 6, 9, 11,
    5, 0, 14, 7, 11, 10, 4, 13, 1, 5, 8, 12, 6, 9, 3, 2, 15, 13, 8, 10, 1, 3, 15, 4, 2, 11, 6, 7, 12, 0, 5,
    14, 9,
  ],
  [
    10, 0, 9, 14, 6, 3, 15, 5, 1, 13, 12, 7, 11, 4, 2, 8, 13, 7, 0, 9, 3, 4, 6, 10, 2, 8, 5, 14, 12, 11, 15,
    1, 13, 6, 4, 9, 8, 15, 3, 0, 11, 1, 2, 12, 5, 10, 14, 7, 1, 10, 13, 0, 6, 9, 8, 7, 4, 15, 14, 3, 11, 5, 2,
    12,
  ],
  [
    7, 13, 14, 3, 0, 6, 9, 10, 1, 2, 8, 5, 11, 12, 4, 15, 13, 8, 11, 5, 6, 15, 0, 3, 4, 7, 2, 12, 1, 10, 14,
    9, 10, 6, 9, 0, 12, 11, 7, 13, 15, 1, 3, 14, 5, 2, 8, 4, 3, 15, 0, 6, 10, 1, 13, 8, 9, 4, 5, 11, 12, 7, 2,
    14,
  ],
  [
    2, 12, 4, 1, 7, 10, 11, 6, 8, 5, 3, 15, 13, 0, 14, 9, 14, 11, 2, 12, 4, 7, 13, 1, 5, 0, 15, 10, 3, 9, 8,
    6, 4, 2, 1, 11, 10, 13, 7, 8, 15, 9, 12, 5, 6, 3, 0, 14, 11, 8, 12, 7, 1, 14, 2, 13, 6, 15, 0, 9, 10, 4,
    5, 3,
  ],
  [
    12, 1, 10, 15, 9, 2, 6, 8, 0, 13, 3, 4, 14, 7, 5, 11, 10, 15, 4, 2, 7, 12, 9, 5, 6, 1, 13, 14, 0, 11, 3,
    8, 9, 14, 15, 5, 2, 8, 12, 3, 7, 0, 4, 10, 1, 13, 11, 6, 4, 3, 2, 12, 9, 5, 15, 10, 11, 14, 1, 7, 6, 0, 8,
    13,
  ],
  [
    4, 11, 2, 14, 15, 0, 8, 13, 3, 12, 9, 7, 5, 10, 6, 1, 13, 0, 11, 7, 4, 9, 1, 10, 14, 3, 5, 12, 2, 15, 8,
    6, 1, 4, 11, 13, 12, 3, 7, 14, 10, 15, 6, 8, 0, 5, 9, 2, 6, 11, 13, 8, 1, 4, 10, 7, 9, 5, 0, 15, 14, 2, 3,
    12,
  ],
  [
    13, 2, 8, 4, 6, 15, 11, 1, 10, 9, 3, 14, 5, 0, 12, 7, 1, 15, 13, 8, 10, 3, 7, 4, 12, 5, 6, 11, 0, 14, 9,
    2, 7, 11, 4, 1, 9, 12, 14, 2, 0, 6, 10, 13, 15, 3, 5, 8, 2, 1, 14, 7, 4, 10, 8, 13, 15, 12, 9, 0, 3, 5, 6,
    11,
  ],
];

/** P: bit n of the result is this bit of what the eight boxes give together. */
const permutation: readonly number[] = [
  16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22,
  11, 4, 25,
];

/** PC-1: the bits of the 64-bit key, of which every eighth is parity, that make up C and D. */
const permutedChoice1: readonly number[] = [
  57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36,
  63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
];

/** PC-2: the bits of C and D that make up the key of a round, six for each box. */
const permutedChoice2: readonly number[] = [
  14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2, 41, 52, 31, 37, 47,
  55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
];

/** By how many places C and D have been rotated left when the key of a round is taken. */
const rotations: readonly number[] = [1, 2, 4, 6, 8, 10, 12, 14, 15, 17, 19, 21, 23, 25, 27, 28];

/** The number of words in the key schedule: two for each of the 16 rounds. */
export const scheduleSize = 32;

/** P(S(i)) for the box i (from 0) and its six bits of input, at 64 i + input. */
export const boxes: Int32Array = Int32Array.from({ length: 8 * 64 }, (_, index) => {
  const box = index >> 6;
  const input = index & 63;
  // The outer two of the six bits choose the row, the inner four the column.
  const place = ((input & 32) | ((input & 1) << 4)) + ((input >> 1) & 15);
  const output = (substitutions[box]?.[place] ?? 0) << (28 - 4 * box);
  return permutation.reduce((word, from) => (word << 1) | ((output >>> (32 - from)) & 1), 0);
});

/**
 * The key schedule is linear: that of a key is the union of what its half octets contribute. What half octet i of the 7
 * octets (from 0, the high one first) contributes when its value is v stands at 32 (16 i + v).
 *
 * The key of round r are the words 2 r, for the boxes S1, S3, S5 and S7, and 2 r + 1, for S2, S4, S6 and S8: six bits a
 * box, from the bits 26, 18, 10 and 2 on.
 */
export const schedules: Int32Array = new Int32Array(14 * 16 * scheduleSize);

rotations.forEach((rotation, round) => {
  permutedChoice2.forEach((from, bit) => {
    const half = from > 28 ? 28 : 0;
    const origin = permutedChoice1[half + ((from - 1 - half + rotation) % 28)] ?? 0;
    // Without parity bits, seven of the key's bits are left in each octet.
    const keyBit = origin - 1 - Math.floor((origin - 1) / 8);
    const box = Math.floor(bit / 6);
    const word = 2 * round + (box & 1);
    const mask = 1 << (31 - 8 * (box >> 1) - (bit % 6));
    for (let value = 0; value < 16; value += 1) {
      const at = scheduleSize * (16 * (keyBit >> 2) + value) + word;
      if ((value >> (3 - (keyBit & 3))) & 1) schedules[at] = (schedules[at] as number) | mask;
    }
  });
});
