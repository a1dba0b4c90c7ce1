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
  const sequence = element(session, 0);
  if (sequence?.tag !== 0x30) return undefined;
  let at = sequence.start;
  const fields: Uint8Array[] = [];
  for (const tag of [integer, integer, octetString, octetString, octetString]) {
    const field = element(session, at);
    if (field?.tag !== tag || field.end > sequence.end) return undefined;
    fields.push(session.subarray(field.start, field.end));
    at = field.end;
  }
  const [, protocol, , , secret] = fields;
  if (protocol?.length !== 2 || secret === undefined || secret.length === 0) return undefined;
  return { protocol: ((protocol[0] ?? 0) << 8) | (protocol[1] ?? 0), secret };
}

const integer = 2;
const octetString = 4;

interface Element {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

/** One element of DER; undefined where it is cut off or its length is not of up to three octets. */
function element(bytes: Uint8Array, at: number): Element | undefined {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined) return undefined;
  let start = at + 2;
  let length = first;
  if (first >= 0x80) {
    const octets = first - 0x80;
    if (octets < 1 || octets > 3 || start + octets > bytes.length) return undefined;
    length = 0;
    for (const octet of bytes.subarray(start, start + octets)) length = (length << 8) | octet;
    start += octets;
  }
  const end = start + length;
  return end > bytes.length ? undefined : { tag, start, end };
}
