import { PppPacketError } from "./packet-error.ts";

// PAP (RFC 1334 section 2) and CHAP (RFC 1994 section 4): what stands behind the header of their packets.

export const papAuthenticateRequest = 1;
export const papAuthenticateAck = 2;
export const papAuthenticateNak = 3;

export const chapChallenge = 1;
export const chapResponse = 2;
export const chapSuccess = 3;
export const chapFailure = 4;

/** Who somebody says to be, in clear (RFC 1334 section 2.2.1). */
export interface PapRequest {
  /** At most 255 octets. */
  readonly peerId: Uint8Array;
  /** At most 255 octets. */
  readonly password: Uint8Array;
}

/** A challenge or a response (RFC 1994 section 4.1). */
export interface ChapValue {
  /** 1 to 255 octets. */
  readonly value: Uint8Array;
  /** Of the side that sent it. */
  readonly name: Uint8Array;
}

/**
 * Reads the data of an Authenticate-Request of PAP. The fields view `data`.
 *
 * @throws {PppPacketError} `truncated` or `bad-field-length`
 */
export function decodePapRequest(data: Uint8Array): PapRequest {
  const idLength = data[0];
  if (idLength === undefined) throw new PppPacketError("truncated", 0);
  const passwordLength = data[1 + idLength];
  if (passwordLength === undefined) throw new PppPacketError("bad-field-length", 0);
  const passwordAt = 2 + idLength;
  if (passwordAt + passwordLength > data.length) throw new PppPacketError("bad-field-length", 1 + idLength);
  return {
    peerId: data.subarray(1, 1 + idLength),
    password: data.subarray(passwordAt, passwordAt + passwordLength),
  };
}

/**
 * Writes the data of an Authenticate-Request of PAP.
 *
 * @throws {RangeError} when a field is longer than 255 octets
 */
export function encodePapRequest({ peerId, password }: PapRequest): Uint8Array<ArrayBuffer> {
  checkFieldLength("peerId", peerId, 0);
  checkFieldLength("password", password, 0);
  const data = new Uint8Array(2 + peerId.length + password.length);
  data[0] = peerId.length;
  data.set(peerId, 1);
  data[1 + peerId.length] = password.length;
  data.set(password, 2 + peerId.length);
  return data;
}

/**
 * Reads the message in an Authenticate-Ack or -Nak of PAP. Some send none, not even its length: that is an empty one.
 *
 * @throws {PppPacketError} `bad-field-length`
 */
export function decodePapMessage(data: Uint8Array): Uint8Array {
  const length = data[0] ?? 0;
  if (1 + length > data.length && length > 0) throw new PppPacketError("bad-field-length", 0);
  return data.subarray(1, 1 + length);
}

/**
 * Writes the message of an Authenticate-Ack or -Nak of PAP.
 *
 * @throws {RangeError} when it is longer than 255 octets
 */
export function encodePapMessage(message: Uint8Array): Uint8Array<ArrayBuffer> {
  checkFieldLength("message", message, 0);
  const data = new Uint8Array(1 + message.length);
  data[0] = message.length;
  data.set(message, 1);
  return data;
}

/**
 * Reads the data of a Challenge or Response of CHAP. The fields view `data`.
 *
 * @throws {PppPacketError} `truncated` or `bad-field-length`, also for an empty value
 */
export function decodeChapValue(data: Uint8Array): ChapValue {
  const length = data[0];
  if (length === undefined) throw new PppPacketError("truncated", 0);
  if (length === 0 || 1 + length > data.length) throw new PppPacketError("bad-field-length", 0);
  return { value: data.subarray(1, 1 + length), name: data.subarray(1 + length) };
}

/**
 * Writes the data of a Challenge or Response of CHAP.
 *
 * @throws {RangeError} when the value is empty or longer than 255 octets
 */
export function encodeChapValue({ value, name }: ChapValue): Uint8Array<ArrayBuffer> {
  checkFieldLength("value", value, 1);
  const data = new Uint8Array(1 + value.length + name.length);
  data[0] = value.length;
  data.set(value, 1);
  data.set(name, 1 + value.length);
  return data;
}

function checkFieldLength(field: string, octets: Uint8Array, least: number): void {
  if (octets.length < least || octets.length > 255) {
    throw new RangeError(`${field} must have ${least} to 255 octets, not ${octets.length}`);
  }
}
