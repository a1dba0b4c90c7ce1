import { checkLength } from "./check-length.ts";
import { boxes, scheduleSize, schedules } from "./des-tables.ts";

/**
 * Encrypts one block with DES (FIPS 46-3), as MS-CHAP and NTLM use it: `DesEncrypt` of RFC 2433 appendix A.4 and
 * RFC 2759 section 8.6. The key is given without parity bits. DES is broken as a cipher; it is here for these protocols.
 *
 * @param key 7 bytes
 * @param block 8 bytes
 * @returns 8 bytes
 * @throws {RangeError} when one of them has another length
 *
 * @example
 * ```ts
 * import { desEncrypt, ntHash } from "@sallyport/crypto";
 *
 * const challenge = new Uint8Array(8);
 * const response = desEncrypt(ntHash("wonderland").subarray(0, 7), challenge);
 * ```
 */
export function desEncrypt(key: Uint8Array, block: Uint8Array): Uint8Array<ArrayBuffer> {
  checkLength("key", key, 7);
  checkLength("block", block, 8);
  const encrypted = new Uint8Array(8);
  desEncryptInto(encrypted, 0, key, 0, block);
  return encrypted;
}

/**
 * The same with a key that stands from an offset on in `keys`, and a result that is written somewhere into `target`.
 * Where `keys` ends early, the rest of the key is zeros.
 */
export function desEncryptInto(
  target: Uint8Array,
  targetOffset: number,
  keys: Uint8Array,
  keyOffset: number,
  block: Uint8Array,
): void {
  expandKey(keys, keyOffset);
  halves[0] = word(block, 0);
  halves[1] = word(block, 4);
  initialPermutation();
  runRounds();
  finalPermutation();
  for (let half = 0; half < 2; half += 1) {
    const value = halves[half] as number;
    for (let at = 0; at < 4; at += 1) target[targetOffset + 4 * half + at] = value >>> (24 - 8 * at);
  }
}

const schedule: Int32Array = new Int32Array(scheduleSize);
/** L and R. */
const halves: Int32Array = new Int32Array(2);

function expandKey(keys: Uint8Array, offset: number): void {
  schedule.fill(0);
  // Zeros add nothing to a schedule. How many octets there are is no secret; their values decide nothing here.
  const octets = Math.min(7, keys.length - offset);
  for (let octet = 0; octet < octets; octet += 1) {
    const value = keys[offset + octet] as number;
    const high = scheduleSize * (32 * octet + (value >> 4));
    const low = scheduleSize * (32 * octet + 16 + (value & 15));
    for (let at = 0; at < scheduleSize; at += 1) {
      const both = (schedules[high + at] as number) | (schedules[low + at] as number);
      schedule[at] = (schedule[at] as number) | both;
    }
  }
}

/**
 * L' = R; R' = L ^ f(R, K), without the exchange of the halves after the last round. The expansion E gives each box its
 * four bits of R and one more on both sides: with R rotated, the six bits of every other box stand where its key is.
 */
function runRounds(): void {
  let left = halves[0] as number;
  let right = halves[1] as number;
  for (let at = 0; at < scheduleSize; at += 2) {
    const odd = ((right >>> 1) | (right << 31)) ^ (schedule[at] as number);
    const even = ((right << 3) | (right >>> 29)) ^ (schedule[at + 1] as number);
    const mixed =
      left ^
      (boxes[odd >>> 26] as number) ^
      (boxes[64 + (even >>> 26)] as number) ^
      (boxes[128 + ((odd >>> 18) & 63)] as number) ^
      (boxes[192 + ((even >>> 18) & 63)] as number) ^
      (boxes[256 + ((odd >>> 10) & 63)] as number) ^
      (boxes[320 + ((even >>> 10) & 63)] as number) ^
      (boxes[384 + ((odd >>> 2) & 63)] as number) ^
      (boxes[448 + ((even >>> 2) & 63)] as number);
    left = right;
    right = mixed;
  }
  halves[0] = right;
  halves[1] = left;
}

// IP and its inverse, as five exchanges of groups of bits between the halves instead of a table of 64 places.

function initialPermutation(): void {
  exchange(0, 4, 0x0f0f0f0f);
  exchange(0, 16, 0x0000ffff);
  exchange(1, 2, 0x33333333);
  exchange(1, 8, 0x00ff00ff);
  exchange(0, 1, 0x55555555);
}

function finalPermutation(): void {
  exchange(0, 1, 0x55555555);
  exchange(1, 8, 0x00ff00ff);
  exchange(1, 2, 0x33333333);
  exchange(0, 16, 0x0000ffff);
  exchange(0, 4, 0x0f0f0f0f);
}

/** Exchanges the bits `mask << by` of one half with the bits `mask` of the other. */
function exchange(half: 0 | 1, by: number, mask: number): void {
  const other = half ^ 1;
  const difference = (((halves[half] as number) >>> by) ^ (halves[other] as number)) & mask;
  halves[half] = (halves[half] as number) ^ (difference << by);
  halves[other] = (halves[other] as number) ^ difference;
}

function word(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}
