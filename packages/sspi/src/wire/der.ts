import { DerError } from "./der-error.ts";

/*
 * As much of DER (X.690) as the tokens of authentication need: tags of one octet and definite lengths. Lengths in a longer
 * form than necessary are read, since BER has them (SPN-11); indefinite ones, which no token has, are refused.
 */

/** Where one element stands. Offsets count from the start of the bytes that were read, whatever its depth. */
export interface DerElement {
  readonly tag: number;
  /** Of the tag. */
  readonly offset: number;
  /** Of the first octet of the content. */
  readonly start: number;
  /** Behind the last octet of the content. */
  readonly end: number;
  /** How many elements it stands inside. */
  readonly depth: number;
}

/** Tags by their octet (X.690 section 8.1.2). */
export const DerTag: Readonly<
  Record<
    | "integer"
    | "bitString"
    | "octetString"
    | "oid"
    | "enumerated"
    | "sequence"
    | "generalString"
    | "generalizedTime",
    number
  >
> = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  enumerated: 0x0a,
  sequence: 0x30,
  generalString: 0x1b,
  generalizedTime: 0x18,
};

/** The tag `[number]`, constructed, as explicit tagging writes it. */
export function contextTag(number: number): number {
  return 0xa0 | number;
}

/** Deeper than this nothing is read (SPN-11). */
const maximumDepth = 16;
const constructed = 0x20;

/**
 * Reads the head of the element at `at`, which must end at or before `end`.
 *
 * @throws {DerError} `truncated`, `bad-tag` for a tag of several octets, `indefinite-length`, `bad-length` for one that
 * leaves its surroundings or has more than four octets, `too-deep`
 */
export function readElement(bytes: Uint8Array, at: number, end: number, depth = 0): DerElement {
  if (depth > maximumDepth) throw new DerError("too-deep", at);
  if (at + 2 > end) throw new DerError("truncated", end);
  const tag = bytes[at] as number;
  if ((tag & 0x1f) === 0x1f) throw new DerError("bad-tag", at);
  const first = bytes[at + 1] as number;
  let start = at + 2;
  let length = first;
  if (first === 0x80) throw new DerError("indefinite-length", at + 1);
  if (first > 0x80) {
    const count = first - 0x80;
    if (count > 4) throw new DerError("bad-length", at + 1);
    if (start + count > end) throw new DerError("truncated", end);
    length = 0;
    for (let index = 0; index < count; index += 1) length = length * 256 + (bytes[start + index] as number);
    start += count;
  }
  if (length > end - start) throw new DerError(end === bytes.length ? "truncated" : "bad-length", at + 1);
  return { tag, offset: at, start, end: start + length, depth };
}

/**
 * Reads the element that fills the bytes from `at` to `end` and nothing less.
 *
 * @throws {DerError} as {@link readElement}; `unexpected-tag`, `trailing-data`
 */
export function readWhole(bytes: Uint8Array, at: number, end: number, tag: number, depth = 0): DerElement {
  const element = readElement(bytes, at, end, depth);
  expectTag(element, tag);
  if (element.end !== end) throw new DerError("trailing-data", element.end);
  return element;
}

/** The one element inside another, as explicit tagging has it. */
export function readInside(bytes: Uint8Array, outer: DerElement, tag: number): DerElement {
  return readWhole(bytes, outer.start, outer.end, tag, outer.depth + 1);
}

/** All elements directly inside another, at most `limit` of them. */
export function readChildren(bytes: Uint8Array, outer: DerElement, limit = 64): readonly DerElement[] {
  if ((outer.tag & constructed) === 0) throw new DerError("unexpected-tag", outer.offset);
  const children: DerElement[] = [];
  for (let at = outer.start; at < outer.end; ) {
    if (children.length === limit) throw new DerError("too-many", at);
    const child = readElement(bytes, at, outer.end, outer.depth + 1);
    children.push(child);
    at = child.end;
  }
  return children;
}

/** The fields `[0]`, `[1]` ... of a sequence, by number; each once and in ascending order, gaps allowed. */
export function readFields(bytes: Uint8Array, sequence: DerElement): ReadonlyMap<number, DerElement> {
  const fields = new Map<number, DerElement>();
  let last = -1;
  for (const field of readChildren(bytes, sequence)) {
    if ((field.tag & 0xe0) !== 0xa0) throw new DerError("unexpected-tag", field.offset);
    const number = field.tag & 0x1f;
    if (number <= last) throw new DerError("out-of-order", field.offset);
    last = number;
    fields.set(number, field);
  }
  return fields;
}

/** The octets of an element's content: a view. */
export function contentOf(bytes: Uint8Array, { start, end }: DerElement): Uint8Array {
  return bytes.subarray(start, end);
}

/** The octets of a whole element, tag and length included: a view. */
export function octetsOf(bytes: Uint8Array, { offset, end }: DerElement): Uint8Array {
  return bytes.subarray(offset, end);
}

/** @throws {DerError} `unexpected-tag` */
export function expectTag(element: DerElement, tag: number): void {
  if (element.tag !== tag) throw new DerError("unexpected-tag", element.offset);
}

/** A small whole number, not negative: INTEGER or ENUMERATED of at most four octets. */
export function readSmallInteger(bytes: Uint8Array, element: DerElement): number {
  const content = contentOf(bytes, element);
  if (content.length === 0 || content.length > 4 || (content[0] as number) > 0x7f) {
    throw new DerError("bad-value", element.offset);
  }
  return content.reduce((value, octet) => value * 256 + octet, 0);
}

/** Writes an element: the shortest form of the length, then the parts. */
export function encodeElement(tag: number, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const lengthOctets = encodeLength(length);
  const bytes = new Uint8Array(1 + lengthOctets.length + length);
  bytes[0] = tag;
  bytes.set(lengthOctets, 1);
  let at = 1 + lengthOctets.length;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function encodeLength(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return [0x80 | octets.length, ...octets];
}
