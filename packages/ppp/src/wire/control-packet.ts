import { PppPacketError } from "./packet-error.ts";

// Codes of LCP and, up to 7, of every other control protocol (RFC 1661 section 5).

export const codeConfigureRequest = 1;
export const codeConfigureAck = 2;
export const codeConfigureNak = 3;
export const codeConfigureReject = 4;
export const codeTerminateRequest = 5;
export const codeTerminateAck = 6;
export const codeCodeReject = 7;
export const codeProtocolReject = 8;
export const codeEchoRequest = 9;
export const codeEchoReply = 10;
export const codeDiscardRequest = 11;
/** RFC 1570 section 2. */
export const codeIdentification = 12;
export const codeTimeRemaining = 13;

/** A packet of a control or authentication protocol: code, identifier, length and data (RFC 1661 section 5). */
export interface ControlPacket {
  /** 0 to 255. */
  readonly code: number;
  /** 0 to 255: matches requests and replies. */
  readonly identifier: number;
  /** What stands behind the header. */
  readonly data: Uint8Array;
}

/** Code, identifier and two octets of length. */
export const controlHeaderLength = 4;

/**
 * Reads a packet of LCP, IPCP, PAP, CHAP or any other protocol with their header (RFC 1661 section 5). The data views
 * `bytes`; what stands behind the length is padding and left out.
 *
 * @throws {PppPacketError} `truncated` or `bad-length`
 *
 * @example
 * ```ts
 * import { decodeControlPacket } from "@sallyport/ppp";
 *
 * decodeControlPacket(Uint8Array.of(9, 1, 0, 8, 0, 0, 0, 0)).code; // 9, an Echo-Request
 * ```
 */
export function decodeControlPacket(bytes: Uint8Array): ControlPacket {
  if (bytes.length < controlHeaderLength) throw new PppPacketError("truncated", bytes.length);
  const [code = 0, identifier = 0, high = 0, low = 0] = bytes;
  const length = (high << 8) | low;
  if (length < controlHeaderLength || length > bytes.length) throw new PppPacketError("bad-length", 2);
  return { code, identifier, data: bytes.subarray(controlHeaderLength, length) };
}

/**
 * Writes a packet with the header of RFC 1661 section 5.
 *
 * @throws {RangeError} when the code or identifier is no octet, or the data are longer than 65 531 octets
 */
export function encodeControlPacket({ code, identifier, data }: ControlPacket): Uint8Array<ArrayBuffer> {
  const length = controlHeaderLength + data.length;
  if (length > 0xffff) throw new RangeError(`data must have at most 65531 octets, not ${data.length}`);
  for (const [name, octet] of [
    ["code", code],
    ["identifier", identifier],
  ] as const) {
    if (!(Number.isInteger(octet) && octet >= 0 && octet <= 255)) {
      throw new RangeError(`${name} must be 0 to 255, not ${octet}`);
    }
  }
  const bytes = new Uint8Array(length);
  bytes[0] = code;
  bytes[1] = identifier;
  bytes[2] = length >>> 8;
  bytes[3] = length;
  bytes.set(data, controlHeaderLength);
  return bytes;
}
