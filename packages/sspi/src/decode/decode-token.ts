import { framedMechanism, isSpnegoToken } from "../packages/negotiate/wire/spnego-token.ts";
import { NtlmFormatError } from "../packages/ntlm/wire/ntlm-format-error.ts";
import { isNtlmMessage } from "../packages/ntlm/wire/payload.ts";
import type { DerElement } from "../wire/der.ts";
import { DerError } from "../wire/der-error.ts";
import type { DecodedField, DecodedToken, DecodeOptions } from "./decoded-token.ts";
import { FieldWriter } from "./field.ts";
import { isKerberosToken, kerberosFields } from "./kerberos-fields.ts";
import { ntlmFields } from "./ntlm-fields.ts";
import { spnegoFields } from "./spnego-fields.ts";
import { TokenError } from "./token-error.ts";
import { tokenBytes } from "./token-text.ts";

/**
 * Takes a token of NTLM or SPNEGO apart, field by field with offsets, as `sspi decode` does. A token of Kerberos is shown as
 * far as it can be read without keys. Text may be base64, hexadecimal, or a line of HTTP with a token in it.
 *
 * The token of a client is a credential of a kind: see {@link DecodeOptions.redact} before the result goes to a log.
 *
 * @throws {TokenError} for what is no token, with the offset in bytes, or in characters of a text
 *
 * @example
 * ```ts
 * import { decodeToken } from "@sallyport/sspi/decode";
 *
 * const token = decodeToken("WWW-Authenticate: Negotiate oQcwBaADCgEA");
 * console.log(token.summary); // SPNEGO NegTokenResp: accept-completed
 * ```
 */
export function decodeToken(
  token: Uint8Array | string,
  { redact = false }: DecodeOptions = {},
): DecodedToken {
  const bytes = typeof token === "string" ? tokenBytes(token) : token;
  if (bytes.length === 0) throw new TokenError("no-token", 0, "byte", "there is nothing to decode");
  try {
    return wholeToken(bytes, redact);
  } catch (error) {
    if (!(error instanceof DerError) && !(error instanceof NtlmFormatError)) throw error;
    throw new TokenError(error.reason, error.offset, "byte", explanations[error.reason]);
  }
}

function wholeToken(bytes: Uint8Array, redacts: boolean): DecodedToken {
  const { length } = bytes;
  const writer = new FieldWriter(bytes, 0, redacts);
  if (isNtlmMessage(bytes)) return { ...ntlmFields(bytes, 0, redacts), length, problems: [] };
  const mechanism = framedMechanism(bytes);
  if (isKerberosToken(bytes, 0, mechanism)) {
    return { kind: "kerberos", ...kerberosFields(bytes, 0, length, writer), length, problems: [] };
  }
  // A first octet of SPNEGO with something wrong behind it is told as what it was meant to be.
  const isFramed = bytes[0] === 0x60 && mechanism === undefined;
  if (!isSpnegoToken(bytes) && !isFramed) {
    throw new TokenError("unknown-token", 0, "byte", "neither NTLM, SPNEGO nor Kerberos begins like this");
  }
  const problems: string[] = [];
  const inside = (name: string, field: DerElement, start: number, end: number) =>
    innerToken(bytes, { name, field, start, end }, redacts, problems);
  return { ...spnegoFields(bytes, writer, inside), length, problems };
}

interface Inner {
  readonly name: string;
  readonly field: DerElement;
  readonly start: number;
  readonly end: number;
}

/** The token of a mechanism inside SPNEGO. What is wrong with it does not spoil the rest. */
function innerToken(
  bytes: Uint8Array,
  { name, start, end }: Inner,
  redacts: boolean,
  problems: string[],
): { readonly field: DecodedField; readonly summary: string | undefined } {
  const writer = new FieldWriter(bytes, 0, redacts);
  const content = bytes.subarray(start, end);
  let base = 0;
  try {
    if (isNtlmMessage(content)) {
      base = start;
      const { summary, fields } = ntlmFields(content, start, redacts);
      return { field: writer.group(name, start, end - start, fields), summary };
    }
    if (isKerberosToken(bytes, start, framedMechanism(content))) {
      const { summary, fields } = kerberosFields(bytes, start, end, writer);
      return { field: writer.group(name, start, end - start, fields), summary };
    }
  } catch (error) {
    if (!(error instanceof DerError) && !(error instanceof NtlmFormatError)) throw error;
    problems.push(`${name}: ${error.reason} at offset ${base + error.offset}: ${explanations[error.reason]}`);
    return {
      field: writer.secret(name, start, end - start, "damaged, not decoded"),
      summary: "a damaged token",
    };
  }
  const note = "not decoded: neither NTLM nor Kerberos begins like this";
  return { field: writer.secret(name, start, end - start, note), summary: "a token of another mechanism" };
}

const explanations: Readonly<Record<DerError["reason"] | NtlmFormatError["reason"], string>> = {
  truncated: "the token ends here, and is not complete",
  "bad-tag": "a tag of several octets, which no token has",
  "bad-length": "a length that does not fit into what is around it",
  "indefinite-length": "a length that is not told; DER has none of these",
  "unexpected-tag": "another element belongs here",
  "out-of-order": "a field that comes twice, or after a later one",
  "missing-field": "a field that must be there is missing",
  "trailing-data": "something follows after the end",
  "too-deep": "too many elements inside one another",
  "too-many": "too many elements in a row",
  "bad-oid": "not the object identifier that belongs here, or none",
  "bad-value": "a value that means nothing",
  "bad-signature": "no message of NTLM",
  "bad-type": "no type that this message can have",
  "out-of-bounds": "a field that points out of the message",
  "no-end": "a list of AV pairs that does not end",
  "too-many-pairs": "more AV pairs than there are kinds of them",
};
