import type { NtlmFormatReason } from "../packages/ntlm/wire/ntlm-format-error.ts";
import type { DerReason } from "../wire/der-error.ts";

/** Why something could not be decoded. */
export type TokenErrorReason =
  | "no-token"
  | "too-long"
  | "bad-character"
  | "bad-text-length"
  | "unknown-token"
  | DerReason
  | NtlmFormatReason;

/** A text that holds no token, or bytes that are none. */
export class TokenError extends Error {
  readonly reason: TokenErrorReason;
  /** In bytes of the token, or in characters of the text. */
  readonly offset: number;
  readonly unit: "byte" | "character";

  constructor(reason: TokenErrorReason, offset: number, unit: "byte" | "character", explanation: string) {
    super(`${reason} at ${unit === "byte" ? "offset" : "character"} ${offset}: ${explanation}`);
    this.reason = reason;
    this.offset = offset;
    this.unit = unit;
  }

  static {
    Object.defineProperty(TokenError.prototype, "name", { value: "TokenError" });
  }
}
