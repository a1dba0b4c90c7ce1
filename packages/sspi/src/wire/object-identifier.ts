import { contentOf, type DerElement, DerTag, encodeElement, expectTag } from "./der.ts";
import { DerError } from "./der-error.ts";

/** Longer object identifiers, in octets, have no business in a token. */
const maximumLength = 64;

/**
 * Reads an OBJECT IDENTIFIER (X.690 section 8.19): `1.3.6.1.5.5.2`.
 *
 * @throws {DerError} `unexpected-tag`, `bad-oid`
 */
export function readOid(bytes: Uint8Array, element: DerElement): string {
  expectTag(element, DerTag.oid);
  const content = contentOf(bytes, element);
  if (content.length === 0 || content.length > maximumLength) throw new DerError("bad-oid", element.offset);
  const arcs: number[] = [];
  let arc = 0;
  let isWithinArc = false;
  for (const [index, octet] of content.entries()) {
    if (!isWithinArc && octet === 0x80) throw new DerError("bad-oid", element.start + index);
    arc = arc * 128 + (octet & 0x7f);
    if (!Number.isSafeInteger(arc)) throw new DerError("bad-oid", element.start + index);
    isWithinArc = octet >= 0x80;
    if (isWithinArc) continue;
    if (arcs.length === 0)
      arcs.push(Math.min(Math.floor(arc / 40), 2), arc - 40 * Math.min(Math.floor(arc / 40), 2));
    else arcs.push(arc);
    arc = 0;
  }
  if (isWithinArc) throw new DerError("bad-oid", element.end);
  return arcs.join(".");
}

/** Identifiers that were written before. A program has a handful; beyond 64 they are worked out each time. */
const written = new Map<string, Uint8Array<ArrayBuffer>>();
const maximumWritten = 64;

/**
 * Writes an OBJECT IDENTIFIER with tag and length. The bytes are not the caller's: copy them.
 *
 * @throws {RangeError} for text that is none
 */
export function encodeOid(oid: string): Uint8Array<ArrayBuffer> {
  const before = written.get(oid);
  if (before !== undefined) return before;
  const arcs = /^[0-2](?:\.(?:0|[1-9]\d{0,14}))+$/.test(oid) ? oid.split(".").map(Number) : [];
  const [first = 3, second = 0, ...rest] = arcs;
  if (first > 2 || (first < 2 && second > 39)) throw new RangeError(`"${oid}" is no object identifier`);
  const bytes = encodeElement(DerTag.oid, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)));
  if (written.size < maximumWritten) written.set(oid, bytes);
  return bytes;
}

function base128(arc: number): readonly number[] {
  const octets = [arc % 128];
  for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
    octets.unshift(0x80 | (left % 128));
  return octets;
}
