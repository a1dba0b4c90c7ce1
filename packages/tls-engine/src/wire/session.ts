import { derValue } from "./der.ts";

/** What is read of a session. */
export interface SessionFields {
  /** 0x0303 for TLS 1.2, 0x0304 for TLS 1.3. */
  readonly protocol: number;
  /** Both the server that made the session and the one that resumes it see it, whether a ticket or an id brought it back. */
  readonly secret: Uint8Array;
}

/**
 * Reads the form in which OpenSSL writes sessions: a sequence of version, protocol, cipher suite, session id, and the
 * secret (SSL_SESSION_ASN1 in OpenSSL's documentation of `sess_id`).
 *
 * @returns undefined for anything else
 */
export function readSession(session: Uint8Array): SessionFields | undefined {
  const sequence = derValue(session);
  if (sequence?.tag !== 0x30) return undefined;
  let at = 0;
  const fields: Uint8Array[] = [];
  for (const tag of [integer, integer, octetString, octetString, octetString]) {
    const field = derValue(sequence.content, at);
    if (field?.tag !== tag) return undefined;
    fields.push(field.content);
    at += field.whole.length;
  }
  const [, protocol, , , secret] = fields;
  if (protocol?.length !== 2 || secret === undefined || secret.length === 0) return undefined;
  return { protocol: ((protocol[0] ?? 0) << 8) | (protocol[1] ?? 0), secret };
}

const integer = 2;
const octetString = 4;
