import { NtlmFormatError } from "./ntlm-format-error.ts";

/** UTF-16LE as it is written; half a surrogate pair stays what it is. */
export function encodeUtf16(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(2 * text.length);
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    bytes[2 * at] = unit;
    bytes[2 * at + 1] = unit >>> 8;
  }
  return bytes;
}

/**
 * Reads UTF-16LE.
 *
 * @param offset where the bytes stand in the message, for the error
 * @throws {NtlmFormatError} `bad-length` for an odd number of bytes
 */
export function decodeUtf16(bytes: Uint8Array, offset = 0): string {
  if (bytes.length % 2 !== 0) throw new NtlmFormatError("bad-length", offset);
  let text = "";
  for (let at = 0; at < bytes.length; at += 2) {
    text += String.fromCharCode((bytes[at] as number) | ((bytes[at + 1] as number) << 8));
  }
  return text;
}

/** The OEM character set is taken for Latin-1 (NTLM-04); what that lacks becomes a question mark. */
export function encodeOem(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (letter) => {
    const code = letter.codePointAt(0) ?? 0;
    return code < 0x100 ? code : 0x3f;
  });
}

export function decodeOem(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
