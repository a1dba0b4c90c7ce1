const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const values = new Int8Array(128).fill(-1);
for (const [value, character] of [...alphabet].entries()) values[character.charCodeAt(0)] = value;

/** RFC 4648 section 4, padding needed, bits behind the last byte zero: one text for one value. Undefined for all else. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const digits = text.length - padding;
  const bytes = new Uint8Array((digits * 6) >> 3);
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let index = 0; index < digits; index += 1) {
    const code = text.charCodeAt(index);
    const value = code < 128 ? (values[code] ?? -1) : -1;
    if (value < 0) return undefined;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = held >> bits;
  }
  return (held & ((1 << bits) - 1)) === 0 ? bytes : undefined;
}

/** RFC 4648 section 4. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += chunk) {
    text += btoa(String.fromCharCode(...bytes.subarray(at, at + chunk)));
  }
  return text;
}

/** A multiple of three, small enough to be arguments of a call. */
const chunk = 3 * 4096;
