import { checkLength } from "./check-length.ts";
import { desEncryptInto } from "./des.ts";
import { md4 } from "./md4.ts";
import { sha1, sha1Prefix } from "./sha1.ts";

const backslash = 0x5c;
const encoder = new TextEncoder();

/**
 * The challenge that an MS-CHAPv2 peer answers, made of both sides' challenges and the user name (`ChallengeHash` of
 * RFC 2759 section 8.2).
 *
 * @param peerChallenge 16 bytes
 * @param authenticatorChallenge 16 bytes
 * @param userName as the peer presented it; a domain before a backslash does not count, as the RFC has it
 * @returns 8 bytes
 * @throws {RangeError} when a challenge has another length
 */
export function challengeHash(
  peerChallenge: Uint8Array,
  authenticatorChallenge: Uint8Array,
  userName: string | Uint8Array,
): Uint8Array<ArrayBuffer> {
  checkLength("peerChallenge", peerChallenge, 16);
  checkLength("authenticatorChallenge", authenticatorChallenge, 16);
  const name = typeof userName === "string" ? encoder.encode(userName) : userName;
  const domainEnd = name.indexOf(backslash);
  const ownName = domainEnd < 0 ? name : name.subarray(domainEnd + 1);
  return sha1Prefix(8, [peerChallenge, authenticatorChallenge, ownName]);
}

/**
 * The answer to a challenge that proves knowledge of an NT hash: the NT response of MS-CHAP (RFC 2433 appendix A.5), of
 * MS-CHAPv2, where the challenge is a {@link challengeHash} (RFC 2759 section 8.5), and of NTLMv1.
 *
 * @param challenge 8 bytes
 * @param hash 16 bytes, see {@link ntHash}
 * @returns 24 bytes
 * @throws {RangeError} when one of them has another length
 *
 * @example
 * ```ts
 * import { challengeHash, challengeResponse, ntHash } from "@sallyport/crypto";
 *
 * const challenge = challengeHash(new Uint8Array(16), new Uint8Array(16), "alice");
 * const ntResponse = challengeResponse(challenge, ntHash("wonderland"));
 * ```
 */
export function challengeResponse(challenge: Uint8Array, hash: Uint8Array): Uint8Array<ArrayBuffer> {
  checkLength("challenge", challenge, 8);
  checkLength("hash", hash, 16);
  const response = new Uint8Array(24);
  for (let part = 0; part < 3; part += 1) {
    // Three keys of 7 bytes out of 16: the last one is two bytes and five zeros.
    desEncryptInto(response, 8 * part, hash, 7 * part, challenge);
  }
  return response;
}

/** Every octet as two digits in upper case. */
const hexadecimal: readonly string[] = Array.from({ length: 256 }, (_, octet) =>
  octet.toString(16).toUpperCase().padStart(2, "0"),
);
const magic1: Uint8Array = encoder.encode("Magic server to client signing constant");
const magic2: Uint8Array = encoder.encode("Pad to make it do more than one iteration");

/**
 * What an MS-CHAPv2 authenticator proves with that it knows the password too (`GenerateAuthenticatorResponse` of
 * RFC 2759 section 8.7); the peer computes the same and compares.
 *
 * @param hash the NT hash of the password, 16 bytes
 * @param ntResponse what the peer answered, 24 bytes
 * @param challenge the {@link challengeHash} that it answered, 8 bytes
 * @returns 42 characters: `S=` and 40 hexadecimal digits in upper case
 * @throws {RangeError} when one of them has another length
 */
export function authenticatorResponse(
  hash: Uint8Array,
  ntResponse: Uint8Array,
  challenge: Uint8Array,
): string {
  checkLength("hash", hash, 16);
  checkLength("ntResponse", ntResponse, 24);
  checkLength("challenge", challenge, 8);
  const digest = sha1(sha1(md4(hash), ntResponse, magic1), challenge, magic2);
  let response = "S=";
  for (const octet of digest) response += hexadecimal[octet];
  return response;
}
