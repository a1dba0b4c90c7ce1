/** Why a message of NTLM was refused. */
export type NtlmFormatReason =
  | "truncated"
  | "bad-signature"
  | "bad-type"
  | "out-of-bounds"
  | "bad-length"
  | "no-end"
  | "too-many-pairs";

/** Bytes that are no message of NTLM, or no part of one. */
export class NtlmFormatError extends Error {
  readonly reason: NtlmFormatReason;
  /** Where in the bytes the offending field stands. */
  readonly offset: number;

  constructor(reason: NtlmFormatReason, offset: number) {
    super(`${reason} at offset ${offset}`);
    this.reason = reason;
    this.offset = offset;
  }

  static {
    Object.defineProperty(NtlmFormatError.prototype, "name", { value: "NtlmFormatError" });
  }
}
