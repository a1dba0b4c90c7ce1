// What tokens say, for people who look for a mistake.
export { decodeToken } from "./decode/decode-token.ts";
export type { DecodedField, DecodedToken, DecodeOptions, TokenKind } from "./decode/decoded-token.ts";
export { TokenError, type TokenErrorReason } from "./decode/token-error.ts";
export { tokensIn } from "./decode/token-text.ts";
// The tokens of SPNEGO as values.
export {
  decodeSpnegoToken,
  type NegHints,
  type NegState,
  type NegTokenInit,
  type NegTokenResp,
} from "./packages/negotiate/wire/spnego-token.ts";
export type { NtlmFormatReason } from "./packages/ntlm/wire/ntlm-format-error.ts";
export { DerError, type DerReason } from "./wire/der-error.ts";
