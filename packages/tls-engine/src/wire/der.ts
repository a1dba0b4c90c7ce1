/** One value of DER (X.690): views of the octets that it was read from. */
export interface DerValue {
  /** The identifier octet: 0x30 for a SEQUENCE, 0xa0 for a constructed [0]. */
  readonly tag: number;
  /** With tag and length. */
  readonly whole: Uint8Array;
  readonly content: Uint8Array;
}

/** Reads the value at an offset; undefined where it is cut off or its length is not of up to three octets. */
export function derValue(bytes: Uint8Array, at = 0): DerValue | undefined {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined) return undefined;
  let start = at + 2;
  let length = first;
  if (first >= 0x80) {
    const octets = first - 0x80;
    if (octets < 1 || octets > 3 || start + octets > bytes.length) return undefined;
    length = 0;
    for (const octet of bytes.subarray(start, start + octets)) length = (length << 8) | octet;
    start += octets;
  }
  const end = start + length;
  if (end > bytes.length) return undefined;
  return { tag, whole: bytes.subarray(at, end), content: bytes.subarray(start, end) };
}

/** The values that stand one after the other; none where the last one is cut off, for then it is no DER. */
export function derValues(content: Uint8Array): readonly DerValue[] {
  const values: DerValue[] = [];
  for (let at = 0; at < content.length; ) {
    const value = derValue(content, at);
    if (value === undefined) return [];
    values.push(value);
    at += value.whole.length;
  }
  return values;
}
