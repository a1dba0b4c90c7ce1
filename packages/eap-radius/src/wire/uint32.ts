/** The value of an attribute that is a number: four octets (RFC 2865 section 5). */
export function uint32Value(value: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** The number in an attribute of four octets; undefined where there are not four. */
export function uint32Of(value: Uint8Array | undefined): number | undefined {
  if (value === undefined || value.length !== 4) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = value;
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}
