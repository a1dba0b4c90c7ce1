const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Octets as text; what is no UTF-8 becomes the replacement character. */
export function textOf(octets: Uint8Array): string {
  return decoder.decode(octets);
}

/** A text in UTF-8, cut at a character where it is longer than `most` octets. */
export function textOctets(text: string, most: number = Number.POSITIVE_INFINITY): Uint8Array<ArrayBuffer> {
  const octets = encoder.encode(text);
  if (octets.length <= most) return octets;
  let end = most;
  while (end > 0 && ((octets[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return octets.slice(0, end);
}
