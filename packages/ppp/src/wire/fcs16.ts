/** What the frame check sequence of a frame comes to, its own two octets included (RFC 1662 appendix C.2). */
export const goodFcs16 = 0xf0b8;

/**
 * The frame check sequence of PPP, 16 bits (RFC 1662 appendix C.2: the polynomial x^16 + x^12 + x^5 + 1, bits reversed)
 * of the octets from `start` (inclusive) to `end` (exclusive), not complemented yet.
 *
 * @param initial what the octets before them came to; 0xffff where there are none
 *
 * @example
 * ```ts
 * import { fcs16 } from "@sallyport/ppp";
 *
 * const text = new TextEncoder().encode("123456789");
 * (fcs16(text) ^ 0xffff).toString(16); // "906e"
 * ```
 */
export function fcs16(bytes: Uint8Array, start = 0, end: number = bytes.length, initial = 0xffff): number {
  let fcs = initial;
  let at = start;
  // Four octets a step: the tables say what an octet comes to when up to three more follow it. Every index is in range.
  for (const last = end - 3; at < last; at += 4) {
    fcs ^= (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
    fcs =
      (table3[fcs & 255] as number) ^
      (table2[fcs >>> 8] as number) ^
      (table1[bytes[at + 2] as number] as number) ^
      (table0[bytes[at + 3] as number] as number);
  }
  for (; at < end; at += 1) fcs = (fcs >>> 8) ^ (table0[(fcs ^ (bytes[at] as number)) & 255] as number);
  return fcs;
}

/** The polynomial, bits reversed. */
const polynomial = 0x8408;

const table0: Uint16Array = Uint16Array.from({ length: 256 }, (_, octet) => {
  let fcs = octet;
  for (let bit = 0; bit < 8; bit += 1) fcs = (fcs >>> 1) ^ ((fcs & 1) * polynomial);
  return fcs;
});
const table1: Uint16Array = followed(table0);
const table2: Uint16Array = followed(table1);
const table3: Uint16Array = followed(table2);

/** What an octet comes to when one more octet, a zero, follows those that the table takes account of. */
function followed(table: Uint16Array): Uint16Array {
  return table.map((fcs) => (fcs >>> 8) ^ (table0[fcs & 255] ?? 0));
}
