import type { SecBuffer } from "../buffers/sec-buffer.ts";

/**
 * A message on its way through EncryptMessage, DecryptMessage, MakeSignature or VerifySignature: the caller's buffers
 * sorted by what is to be done with them. The views have the length that counts.
 */
export interface PackageMessage {
  /** The TOKEN buffer: the room for it when protecting, its bytes when checking. Empty where a STREAM stands for all. */
  readonly token: Uint8Array;
  /** When protecting: how much of `token` was written. All of it by default. */
  tokenSize: number;
  /** What is encrypted or decrypted in place: the DATA buffers that are not read-only, in order. */
  readonly data: readonly Uint8Array[];
  /** What the signature covers, in order: DATA, and what is READONLY_WITH_CHECKSUM (SSPI-90). */
  readonly covered: readonly Uint8Array[];
  /** The room for padding; empty where the caller gave none. */
  readonly padding: Uint8Array;
  /** How much of `padding` was written. Nothing by default. */
  paddingSize: number;
  /** DecryptMessage with SECBUFFER_STREAM: the whole wrapped message; undefined otherwise. */
  readonly stream: Uint8Array | undefined;
  /** DecryptMessage with SECBUFFER_STREAM: where in `stream` the plaintext stands. */
  plaintext: Uint8Array | undefined;
  /** `fQOP`: 0 or SECQOP_WRAP_NO_ENCRYPT; DecryptMessage and VerifySignature report here how the message was protected. */
  quality: number;
  /** `MessageSeqNo`. */
  readonly sequence: number;
  /** The caller's own buffers, for packages of streams, which lay them out in their own way. */
  readonly buffers: readonly SecBuffer[];
}
