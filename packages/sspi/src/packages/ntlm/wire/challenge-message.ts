import {
  NTLMSSP_NEGOTIATE_TARGET_INFO,
  NTLMSSP_NEGOTIATE_UNICODE,
  NTLMSSP_NEGOTIATE_VERSION,
} from "./negotiate-flags.ts";
import { checkHeader, newMessage, readField, readUint32, writeField, writeUint32 } from "./payload.ts";
import { decodeOem, decodeUtf16, encodeOem, encodeUtf16 } from "./text.ts";

/** The second message, of the server (MS-NLMP section 2.2.1.2). */
export interface ChallengeMessage {
  readonly flags: number;
  /** 8 bytes. */
  readonly serverChallenge: Uint8Array;
  readonly targetName: string;
  /** The list of AV pairs, not read yet; undefined where the server has none. */
  readonly targetInfo: Uint8Array | undefined;
}

/** Without target information and version, as the oldest servers wrote it. */
const shortLength = 32;
/** With target information. */
const fieldsLength = 48;
const versionLength = 8;

/**
 * Reads a CHALLENGE message. The result views `bytes`.
 *
 * @throws {NtlmFormatError} `truncated`, `bad-signature`, `bad-type`, `out-of-bounds` or `bad-length`, with the offset
 */
export function decodeChallengeMessage(bytes: Uint8Array): ChallengeMessage {
  checkHeader(bytes, 2, shortLength);
  const flags = readUint32(bytes, 20);
  const name = readField(bytes, 12, shortLength);
  const hasInfo = (flags & NTLMSSP_NEGOTIATE_TARGET_INFO) !== 0 && bytes.length >= fieldsLength;
  return {
    flags,
    serverChallenge: bytes.subarray(24, 32),
    targetName: (flags & NTLMSSP_NEGOTIATE_UNICODE) === 0 ? decodeOem(name) : decodeUtf16(name, 12),
    targetInfo: hasInfo ? readField(bytes, 40, fieldsLength) : undefined,
  };
}

/** Writes one, with room for a version, which is zeros unless the flags say that there is one. */
export function encodeChallengeMessage(
  message: Required<ChallengeMessage> & { readonly targetInfo: Uint8Array; readonly version: Uint8Array },
): Uint8Array<ArrayBuffer> {
  const { flags, serverChallenge, targetName, targetInfo, version } = message;
  const name = (flags & NTLMSSP_NEGOTIATE_UNICODE) === 0 ? encodeOem(targetName) : encodeUtf16(targetName);
  const payload = fieldsLength + versionLength;
  const bytes = newMessage(2, payload + name.length + targetInfo.length);
  const next = writeField(bytes, 12, payload, name);
  writeUint32(bytes, 20, flags);
  bytes.set(serverChallenge, 24);
  writeField(bytes, 40, next, targetInfo);
  if ((flags & NTLMSSP_NEGOTIATE_VERSION) !== 0) bytes.set(version, fieldsLength);
  return bytes;
}
