import { decodeBase64, encodeBase64 } from "./base64.ts";
import { HttpAuthFormatError } from "./http-auth-format-error.ts";

/** What an `Authorization` or `Proxy-Authorization` header says. */
export interface Authorization {
  /** As written; schemes are compared without regard to case (RFC 9110 section 11.1). */
  readonly scheme: string;
  /** Empty where the scheme stands alone. */
  readonly token: Uint8Array<ArrayBuffer>;
}

/**
 * Reads the credentials of a header whose scheme carries one token68 (RFC 4559 section 4.2, RFC 9110 section 11.4).
 *
 * @param maximumToken how many bytes the token may have
 * @throws {HttpAuthFormatError} `empty`, `bad-scheme`, `too-long` or `bad-base64`, with the offset in the header's value
 */
export function decodeAuthorization(value: string, maximumToken: number): Authorization {
  const start = value.search(/[^ \t]/);
  if (start < 0) throw new HttpAuthFormatError("empty", 0);
  const scheme = schemePattern.exec(value.slice(start, start + longestScheme))?.[0] ?? "";
  const afterScheme = start + scheme.length;
  if (scheme === "" || (afterScheme < value.length && !/[ \t]/.test(value.charAt(afterScheme)))) {
    throw new HttpAuthFormatError("bad-scheme", start);
  }
  const text = value.slice(afterScheme).trim();
  const at = text === "" ? value.length : value.indexOf(text, afterScheme);
  if (text.length > Math.ceil(maximumToken / 3) * 4) throw new HttpAuthFormatError("too-long", at);
  const token = decodeBase64(text);
  if (token === undefined) throw new HttpAuthFormatError("bad-base64", at);
  if (token.length > maximumToken) throw new HttpAuthFormatError("too-long", at);
  return { scheme, token };
}

/** Writes a scheme with a token: the value of `Authorization`, and of `WWW-Authenticate` in the middle of a handshake. */
export function encodeAuthorization(scheme: string, token: Uint8Array): string {
  return token.length === 0 ? scheme : `${scheme} ${encodeBase64(token)}`;
}

/** RFC 9110 section 5.6.2: a token. */
const schemePattern = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+/;
const longestScheme = 64;
