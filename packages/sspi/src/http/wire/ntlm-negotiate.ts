import { constantTimeEqual } from "@sallyport/crypto";

/** `NTLMSSP`, zero, message type 1 (MS-NLMP 2.2.1.1). */
const signatureAndType = Uint8Array.of(0x4e, 0x54, 0x4c, 0x4d, 0x53, 0x53, 0x50, 0, 1, 0, 0, 0);

/** Whether NTLM's first message begins at an offset. */
export function isNtlmNegotiate(token: Uint8Array, at = 0): boolean {
  return constantTimeEqual(token.subarray(at, at + signatureAndType.length), signatureAndType);
}
