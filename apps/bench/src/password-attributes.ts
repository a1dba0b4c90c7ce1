import { createCipheriv, createHash, randomBytes } from "node:crypto";
import { md4 } from "@sallyport/crypto";

/**
 * CHAP-Password and CHAP-Challenge (RFC 2865 sections 5.3 and 5.40), in hex. With the challenge in an attribute of
 * its own the answer does not depend on the Request Authenticator, so it fits any request.
 */
export function chapAttributes(password: string, challenge: Uint8Array = randomBytes(16)): string {
  const identifier = 7;
  const answer = createHash("md5")
    .update(Uint8Array.of(identifier))
    .update(password)
    .update(challenge)
    .digest();
  return hex(attribute(3, Uint8Array.of(identifier), answer), attribute(60, challenge));
}

/** MS-CHAP-Challenge and MS-CHAP2-Response (RFC 2548 sections 2.1.2 and 2.3.2), in hex. */
export function mschapv2Attributes(user: string, password: string): string {
  const challenge = randomBytes(16);
  const peerChallenge = randomBytes(16);
  const response = ntResponse(challenge, peerChallenge, user, password);
  const identifierAndFlags = Uint8Array.of(1, 0);
  return hex(
    microsoft(11, challenge),
    microsoft(25, identifierAndFlags, peerChallenge, new Uint8Array(8), response),
  );
}

/** GenerateNTResponse (RFC 2759 section 8.1). */
export function ntResponse(
  authenticatorChallenge: Uint8Array,
  peerChallenge: Uint8Array,
  user: string,
  password: string,
): Uint8Array {
  const challenge = createHash("sha1")
    .update(peerChallenge)
    .update(authenticatorChallenge)
    .update(user)
    .digest()
    .subarray(0, 8);
  const hash = Buffer.alloc(21);
  hash.set(md4(Buffer.from(password, "utf16le")));
  return Buffer.concat([0, 7, 14].map((at) => desEncrypt(challenge, hash.subarray(at, at + 7))));
}

/** DesEncrypt (RFC 2759 section 8.6): 56 bits of key become eight octets, whose lowest bits DES ignores. */
function desEncrypt(clear: Uint8Array, key: Uint8Array): Uint8Array {
  const bits = key.reduce((sum, octet) => (sum << 8n) | BigInt(octet), 0n);
  const spread = Array.from(
    { length: 8 },
    (_, index) => Number((bits >> BigInt(49 - 7 * index)) & 127n) << 1,
  );
  // OpenSSL 3 has no single DES any more; triple DES with one key three times is the same function.
  const cipher = createCipheriv("des-ede3", Uint8Array.from([...spread, ...spread, ...spread]), null);
  return cipher.setAutoPadding(false).update(clear);
}

function attribute(type: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const value = Buffer.concat(parts);
  return Buffer.concat([Uint8Array.of(type, value.length + 2), value]);
}

function microsoft(type: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return attribute(26, Uint8Array.of(0, 0, 1, 0x37), attribute(type, ...parts));
}

function hex(...parts: readonly Uint8Array[]): string {
  return Buffer.concat(parts).toString("hex");
}
