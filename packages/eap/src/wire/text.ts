const encoder = new TextEncoder();
const decoder = new TextDecoder();
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Text as UTF-8. Names are short and mostly ASCII, for which the platform's encoder costs more than it does. */
export function utf8Octets(text: string): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) return encoder.encode(text);
    octets[index] = unit;
  }
  return octets;
}

/** UTF-8 as text; what is none shows as U+FFFD. */
export function utf8Text(octets: Uint8Array): string {
  return asciiText(octets, 0) ?? decoder.decode(octets);
}

/** UTF-8 from `start` on as text, a byte order mark included; undefined when it is none. */
export function strictUtf8Text(octets: Uint8Array, start: number): string | undefined {
  const ascii = asciiText(octets, start);
  if (ascii !== undefined) return ascii;
  try {
    return strictDecoder.decode(octets.subarray(start));
  } catch {
    return undefined;
  }
}

function asciiText(octets: Uint8Array, start: number): string | undefined {
  if (octets.length - start > 256) return undefined;
  let text = "";
  for (let index = start; index < octets.length; index += 1) {
    const octet = octets[index] ?? 0;
    if (octet > 0x7f) return undefined;
    text += String.fromCharCode(octet);
  }
  return text;
}
