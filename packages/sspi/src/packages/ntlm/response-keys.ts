import { hmacMd5 } from "@sallyport/crypto";
import { encodeUtf16 } from "./wire/text.ts";

/**
 * `NTOWFv2` (MS-NLMP section 3.3.2): HMAC-MD5(NT hash, UTF-16(upper case of the user ∥ domain)). The domain stays as it is.
 */
export function responseKey(ntHash: Uint8Array, user: string, domain: string): Uint8Array<ArrayBuffer> {
  return hmacMd5(ntHash, encodeUtf16(upperCase(user) + domain));
}

/** What a response key makes of a challenge and a blob: `NTProofStr` and `SessionBaseKey`. */
export interface ResponseProof {
  readonly proof: Uint8Array<ArrayBuffer>;
  readonly sessionBaseKey: Uint8Array<ArrayBuffer>;
}

/** proof = HMAC-MD5(key, server challenge ∥ blob); session base key = HMAC-MD5(key, proof). */
export function responseProof(key: Uint8Array, serverChallenge: Uint8Array, blob: Uint8Array): ResponseProof {
  const proof = hmacMd5(key, serverChallenge, blob);
  return { proof, sessionBaseKey: hmacMd5(key, proof) };
}

/** The LMv2 response: HMAC-MD5(key, server challenge ∥ client challenge) ∥ client challenge. */
export function lmv2Response(
  key: Uint8Array,
  serverChallenge: Uint8Array,
  clientChallenge: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const response = new Uint8Array(24);
  response.set(hmacMd5(key, serverChallenge, clientChallenge));
  response.set(clientChallenge, 16);
  return response;
}

/**
 * Every character in upper case where that is one character again, as Windows does it, without a locale: no letter beyond
 * ASCII becomes one of ASCII.
 */
export function upperCase(name: string): string {
  if (/^[ -~]*$/.test(name)) return name.toUpperCase();
  return name.replace(/[\s\S]/g, (unit) => {
    const upper = unit.toUpperCase();
    return upper.length === 1 && (unit <= "~" || upper > "~") ? upper : unit;
  });
}
