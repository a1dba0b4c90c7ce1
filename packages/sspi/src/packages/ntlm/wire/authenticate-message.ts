import { NTLMSSP_NEGOTIATE_UNICODE } from "./negotiate-flags.ts";
import {
  checkHeader,
  newMessage,
  readField,
  readUint16,
  readUint32,
  writeField,
  writeUint32,
} from "./payload.ts";
import { decodeOem, decodeUtf16, encodeUtf16 } from "./text.ts";

/** The third message, of the client (MS-NLMP section 2.2.1.3). */
export interface AuthenticateMessage {
  readonly flags: number;
  readonly lmResponse: Uint8Array;
  readonly ntResponse: Uint8Array;
  readonly domain: string;
  readonly user: string;
  readonly workstation: string;
  readonly encryptedSessionKey: Uint8Array;
  /** Where the MIC of 16 bytes stands; undefined where the payload leaves no room for one (NTLM-03). */
  readonly micOffset: number | undefined;
}

const fixedLength = 64;
const versionLength = 8;
const micLength = 16;
/** Of the six fields. */
const fieldOffsets = [12, 20, 28, 36, 44, 52] as const;

/**
 * Reads an AUTHENTICATE message. The result views `bytes`.
 *
 * @throws {NtlmFormatError} `truncated`, `bad-signature`, `bad-type`, `out-of-bounds` or `bad-length`, with the offset
 */
export function decodeAuthenticateMessage(bytes: Uint8Array): AuthenticateMessage {
  checkHeader(bytes, 3, fixedLength);
  const flags = readUint32(bytes, 60);
  const field = (at: number): Uint8Array => readField(bytes, at, fixedLength);
  const text = (at: number): string =>
    (flags & NTLMSSP_NEGOTIATE_UNICODE) === 0 ? decodeOem(field(at)) : decodeUtf16(field(at), at);
  return {
    flags,
    lmResponse: field(12),
    ntResponse: field(20),
    domain: text(28),
    user: text(36),
    workstation: text(44),
    encryptedSessionKey: field(52),
    micOffset: micOffsetOf(bytes),
  };
}

/** The version and the MIC are there or not depending on where the payload begins: 64, 72, 80 or 88 (NTLM-03). */
function micOffsetOf(bytes: Uint8Array): number | undefined {
  let start = bytes.length;
  for (const at of fieldOffsets) {
    if (readUint16(bytes, at) > 0) start = Math.min(start, readUint32(bytes, at + 4));
  }
  if (start >= fixedLength + versionLength + micLength) return fixedLength + versionLength;
  return start >= fixedLength + micLength ? fixedLength : undefined;
}

/** What an AUTHENTICATE message is written from. */
export interface AuthenticateContent {
  readonly flags: number;
  readonly lmResponse: Uint8Array;
  readonly ntResponse: Uint8Array;
  readonly domain: string;
  readonly user: string;
  readonly workstation: string;
  readonly encryptedSessionKey: Uint8Array;
  readonly version: Uint8Array;
}

/** Where {@link encodeAuthenticateMessage} leaves 16 zero bytes for the MIC. */
export const micOffset: number = fixedLength + versionLength;

/** Writes one in UTF-16, with a version and room for a MIC. */
export function encodeAuthenticateMessage(content: AuthenticateContent): Uint8Array<ArrayBuffer> {
  const payloads = [
    content.lmResponse,
    content.ntResponse,
    encodeUtf16(content.domain),
    encodeUtf16(content.user),
    encodeUtf16(content.workstation),
    content.encryptedSessionKey,
  ];
  const start = micOffset + micLength;
  const bytes = newMessage(
    3,
    payloads.reduce((sum, payload) => sum + payload.length, start),
  );
  let next = start;
  for (const [index, payload] of payloads.entries()) {
    next = writeField(bytes, fieldOffsets[index] as number, next, payload);
  }
  writeUint32(bytes, 60, content.flags);
  bytes.set(content.version, fixedLength);
  return bytes;
}
