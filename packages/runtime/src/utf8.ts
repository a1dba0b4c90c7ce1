const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** Beyond it the platform's own conversion costs less. */
const shortText = 256;

/**
 * Text as UTF-8. Names and messages are short and mostly ASCII: for those the way into the platform's encoder costs more
 * than the encoding.
 *
 * @example
 * ```ts
 * import { utf8Octets, utf8Text } from "@sallyport/runtime";
 *
 * utf8Text(utf8Octets("alice")); // "alice"
 * ```
 */
export function utf8Octets(text: string): Uint8Array<ArrayBuffer> {
  if (text.length > shortText) return encoder.encode(text);
  const octets = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) return encoder.encode(text);
    octets[index] = unit;
  }
  return octets;
}

/** UTF-8 as text. A byte order mark at its head is left out; what is no UTF-8 shows as U+FFFD. */
export function utf8Text(octets: Uint8Array): string {
  return shortAsciiText(octets) ?? decoder.decode(octets);
}

/** Octets as text where they are ASCII and at most 256; undefined otherwise, which says nothing about them. */
export function shortAsciiText(octets: Uint8Array, start = 0): string | undefined {
  if (octets.length - start > shortText) return undefined;
  let text = "";
  for (let index = start; index < octets.length; index++) {
    const octet = octets[index] as number;
    if (octet > 0x7f) return undefined;
    text += String.fromCharCode(octet);
  }
  return text;
}
