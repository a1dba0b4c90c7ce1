/** What a caller has to know of a hello: the first message of either side, which nobody encrypts. */
export interface HelloFields {
  readonly kind: "client" | "server";
  /** 32 octets. */
  readonly random: Uint8Array<ArrayBuffer>;
  /** 0 to 32 octets: the session that a client of TLS 1.2 wants to resume. */
  readonly sessionId: Uint8Array<ArrayBuffer>;
}

const recordHandshake = 22;
const clientHello = 1;
const serverHello = 2;
/** Record header (5), handshake header (4), version (2). */
const randomAt = 11;
const sessionIdAt = randomAt + 32;

/**
 * Reads the hello with which a flight begins (RFC 5246 section 7.4.1, RFC 8446 section 4.1). A flight that begins with
 * anything else, or whose first record has less than the fields, gives undefined: TLS itself says what is wrong with it.
 */
export function readHello(flight: Uint8Array): HelloFields | undefined {
  const kind = flight[5];
  if (flight[0] !== recordHandshake || (kind !== clientHello && kind !== serverHello)) return undefined;
  const end = Math.min(flight.length, 5 + (((flight[3] ?? 0) << 8) | (flight[4] ?? 0)));
  const idLength = flight[sessionIdAt] ?? 0;
  const idEnd = sessionIdAt + 1 + idLength;
  if (sessionIdAt >= end || idLength > 32 || idEnd > end) return undefined;
  return {
    kind: kind === clientHello ? "client" : "server",
    random: flight.slice(randomAt, sessionIdAt) as Uint8Array<ArrayBuffer>,
    sessionId: flight.slice(sessionIdAt + 1, idEnd) as Uint8Array<ArrayBuffer>,
  };
}
