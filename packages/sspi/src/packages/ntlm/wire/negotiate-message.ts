import {
  NTLMSSP_NEGOTIATE_OEM_DOMAIN_SUPPLIED,
  NTLMSSP_NEGOTIATE_OEM_WORKSTATION_SUPPLIED,
  NTLMSSP_NEGOTIATE_VERSION,
} from "./negotiate-flags.ts";
import { NtlmFormatError } from "./ntlm-format-error.ts";
import { checkHeader, newMessage, readField, readUint32, writeUint32 } from "./payload.ts";
import { decodeOem } from "./text.ts";

/** The first message, of the client (MS-NLMP section 2.2.1.1). */
export interface NegotiateMessage {
  readonly flags: number;
  /** Empty unless the client supplied it. Always in the OEM character set. */
  readonly domain: string;
  readonly workstation: string;
}

/** Signature, type and flags. */
const shortLength = 16;
/** With both fields. */
const fieldsLength = 32;
const versionLength = 8;

/**
 * Reads a NEGOTIATE message: the forms of 16 bytes without fields and of 32 without version too (NTLM-02).
 *
 * @throws {NtlmFormatError} `truncated`, `bad-signature`, `bad-type` or `out-of-bounds`, with the offset
 */
export function decodeNegotiateMessage(bytes: Uint8Array): NegotiateMessage {
  checkHeader(bytes, 1, shortLength);
  const flags = readUint32(bytes, 12);
  if (bytes.length === shortLength) return { flags, domain: "", workstation: "" };
  if (bytes.length < fieldsLength) throw new NtlmFormatError("truncated", bytes.length);
  return {
    flags,
    domain:
      (flags & NTLMSSP_NEGOTIATE_OEM_DOMAIN_SUPPLIED) === 0
        ? ""
        : decodeOem(readField(bytes, 16, fieldsLength)),
    workstation:
      (flags & NTLMSSP_NEGOTIATE_OEM_WORKSTATION_SUPPLIED) === 0
        ? ""
        : decodeOem(readField(bytes, 24, fieldsLength)),
  };
}

/** Writes one that supplies no names, 40 bytes. */
export function encodeNegotiateMessage(flags: number, version: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = newMessage(1, fieldsLength + versionLength);
  writeUint32(bytes, 12, flags);
  writeUint32(bytes, 20, fieldsLength + versionLength);
  writeUint32(bytes, 28, fieldsLength + versionLength);
  if ((flags & NTLMSSP_NEGOTIATE_VERSION) !== 0) bytes.set(version, fieldsLength);
  return bytes;
}
