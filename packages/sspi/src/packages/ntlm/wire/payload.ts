import { NtlmFormatError } from "./ntlm-format-error.ts";

/** Of every message: `NTLMSSP` and a NUL. */
const signature: readonly number[] = [0x4e, 0x54, 0x4c, 0x4d, 0x53, 0x53, 0x50, 0x00];

/** Where the type stands, behind the signature. */
const typeOffset = 8;

/** The three messages (MS-NLMP section 2.2.1). */
export type MessageType = 1 | 2 | 3;

export function readUint32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)) >>>
    0
  );
}

export function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

export function readUint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
}

export function writeUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
}

/** Refuses what is not a message of this type, or shorter than its fixed part. */
export function checkHeader(bytes: Uint8Array, type: MessageType, fixedLength: number): void {
  for (let at = 0; at < signature.length; at += 1) {
    if (at >= bytes.length) throw new NtlmFormatError("truncated", bytes.length);
    if (bytes[at] !== signature[at]) throw new NtlmFormatError("bad-signature", at);
  }
  if (bytes.length < typeOffset + 4) throw new NtlmFormatError("truncated", bytes.length);
  if (readUint32(bytes, typeOffset) !== type) throw new NtlmFormatError("bad-type", typeOffset);
  if (bytes.length < fixedLength) throw new NtlmFormatError("truncated", bytes.length);
}

/** Whether bytes begin as every message of NTLM does. */
export function isNtlmMessage(bytes: Uint8Array): boolean {
  return bytes.length >= signature.length && !signature.some((byte, at) => bytes[at] !== byte);
}

/** A new message with its signature and type. */
export function newMessage(type: MessageType, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  bytes.set(signature);
  bytes[typeOffset] = type;
  return bytes;
}

/**
 * The payload that the field at `at` points to: its length, its capacity, which counts for nothing, and its offset. Fields
 * may lie in any order, and over one another; an empty one lies nowhere (NTLM-01).
 *
 * @throws {NtlmFormatError} `out-of-bounds` when it reaches beyond the message, or into the part before `payloadStart`
 */
export function readField(bytes: Uint8Array, at: number, payloadStart: number): Uint8Array {
  const length = readUint16(bytes, at);
  if (length === 0) return empty;
  const offset = readUint32(bytes, at + 4);
  if (offset < payloadStart || offset + length > bytes.length) throw new NtlmFormatError("out-of-bounds", at);
  return bytes.subarray(offset, offset + length);
}

/** Writes the payload to `offset`, and the field that points to it to `at`; gives where the next one goes. */
export function writeField(bytes: Uint8Array, at: number, offset: number, payload: Uint8Array): number {
  writeUint16(bytes, at, payload.length);
  writeUint16(bytes, at + 2, payload.length);
  writeUint32(bytes, at + 4, offset);
  bytes.set(payload, offset);
  return offset + payload.length;
}

const empty = new Uint8Array(0);
