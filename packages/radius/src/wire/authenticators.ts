import { Md5 } from "@sallyport/crypto";
import { messageAuthenticatorLength } from "./attribute-types.ts";
import { authenticatorLength, authenticatorOffset, headerLength } from "./packet.ts";
import { type SharedSecret, secretBytes, secretHmac } from "./prepared-secret.ts";

// Every function takes a whole packet whose attributes are sound: what decodeRadiusPacket accepted (`packet.bytes`)
// or encodeRadiusPacket made. "Sign" writes into it, "verify" compares in constant time and writes nothing.

/** The Request Authenticator of requests that are signed as a whole while their sum is computed (RFC 2866 section 3). */
export const zeroAuthenticator: Uint8Array = new Uint8Array(authenticatorLength);

/**
 * Writes the Response Authenticator into an answer: MD5(Code + Identifier + Length + Request Authenticator +
 * Attributes + Secret) (RFC 2865 section 3). The last step: it covers the Message-Authenticator.
 */
export function signResponseAuthenticator(
  packet: Uint8Array,
  requestAuthenticator: Uint8Array,
  secret: SharedSecret,
): void {
  digestPacket(packet, requestAuthenticator, secret).digestInto(packet, authenticatorOffset);
}

/** Whether an answer carries the Response Authenticator that belongs to this request and secret (RFC 2865 section 3). */
export function verifyResponseAuthenticator(
  packet: Uint8Array,
  requestAuthenticator: Uint8Array,
  secret: SharedSecret,
): boolean {
  digestPacket(packet, requestAuthenticator, secret).digestInto(scratch, 0);
  return matches(packet, authenticatorOffset);
}

/**
 * Writes the Request Authenticator of an Accounting-Request, Disconnect-Request or CoA-Request: the same sum over 16
 * zero octets (RFC 2866 section 3, RFC 5176 section 2.3). An Access-Request has random octets there instead.
 */
export function signRequestAuthenticator(packet: Uint8Array, secret: SharedSecret): void {
  signResponseAuthenticator(packet, zeroAuthenticator, secret);
}

/** Whether the Request Authenticator of an Accounting-Request, Disconnect-Request or CoA-Request is right. */
export function verifyRequestAuthenticator(packet: Uint8Array, secret: SharedSecret): boolean {
  return verifyResponseAuthenticator(packet, zeroAuthenticator, secret);
}

/**
 * Writes the Message-Authenticator: HMAC-MD5 under the secret over the whole packet, with the attribute's own 16 octets
 * taken as zero (RFC 3579 section 3.2).
 *
 * @param offset where the attribute, 18 octets long, starts in the packet
 * @param authenticator what counts as the packet's Authenticator: the Request Authenticator for Access-Request,
 *   Status-Server and every answer, 16 zero octets for Accounting-Request and RFC 5176 requests
 * @throws {RangeError} when no attribute of 18 octets starts there
 */
export function signMessageAuthenticator(
  packet: Uint8Array,
  offset: number,
  authenticator: Uint8Array,
  secret: SharedSecret,
): void {
  if (
    packet[offset + 1] !== messageAuthenticatorLength ||
    offset + messageAuthenticatorLength > packet.length
  ) {
    throw new RangeError(`offset ${offset} is not the start of a Message-Authenticator`);
  }
  hmacPacket(packet, offset, authenticator, secret).digestInto(packet, offset + 2);
}

/** Whether the Message-Authenticator is right; parameters as {@link signMessageAuthenticator}. One of a length other than 18 is not. */
export function verifyMessageAuthenticator(
  packet: Uint8Array,
  offset: number,
  authenticator: Uint8Array,
  secret: SharedSecret,
): boolean {
  if (packet[offset + 1] !== messageAuthenticatorLength) return false;
  hmacPacket(packet, offset, authenticator, secret).digestInto(scratch, 0);
  return matches(packet, offset + 2);
}

const hash: Md5 = new Md5();
const scratch: Uint8Array = new Uint8Array(authenticatorLength);

function digestPacket(packet: Uint8Array, authenticator: Uint8Array, secret: SharedSecret): Md5 {
  return hash
    .reset()
    .update(packet, 0, authenticatorOffset)
    .update(authenticator)
    .update(packet, headerLength)
    .update(secretBytes(secret));
}

function hmacPacket(packet: Uint8Array, offset: number, authenticator: Uint8Array, secret: SharedSecret) {
  return secretHmac(secret)
    .update(packet, 0, authenticatorOffset)
    .update(authenticator)
    .update(packet, headerLength, offset + 2)
    .update(zeroAuthenticator)
    .update(packet, offset + messageAuthenticatorLength);
}

/** Constant time: every octet is looked at, whatever the first ones say. */
function matches(packet: Uint8Array, offset: number): boolean {
  let difference = 0;
  for (let index = 0; index < authenticatorLength; index++) {
    difference |= (scratch[index] as number) ^ (packet[offset + index] as number);
  }
  return difference === 0;
}
