const encoder = new TextEncoder();

/** Text as UTF-8. Short texts of ASCII, which names and messages mostly are, need no call into native code. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) return encoder.encode(text);
    octets[index] = unit;
  }
  return octets;
}
