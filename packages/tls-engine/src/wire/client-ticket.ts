/**
 * What a client keeps to resume a session: the certificate of the server, for OpenSSL does not keep it on that side, and
 * the session as OpenSSL writes it.
 */
export interface ClientTicket {
  readonly certificate: Uint8Array;
  readonly session: Uint8Array;
}

/** Length of the certificate in four octets, certificate, session. */
export function encodeClientTicket({ certificate, session }: ClientTicket): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 + certificate.length + session.length);
  new DataView(bytes.buffer).setUint32(0, certificate.length);
  bytes.set(certificate, 4);
  bytes.set(session, 4 + certificate.length);
  return bytes;
}

/** @returns undefined for what is no ticket; a client then begins anew */
export function decodeClientTicket(bytes: Uint8Array): ClientTicket | undefined {
  if (bytes.length < 4) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0);
  if (length === 0 || 4 + length >= bytes.length) return undefined;
  return { certificate: bytes.subarray(4, 4 + length), session: bytes.subarray(4 + length) };
}
