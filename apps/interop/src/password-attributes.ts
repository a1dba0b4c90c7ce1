import { createCipheriv, createHash, randomBytes } from "node:crypto";
import { md4, md5 } from "@sallyport/crypto";

// What an access server sends for a password, computed beside the server's own code: DES and SHA-1 are OpenSSL's.

type Octets<Name extends string> = { readonly [_ in Name]: Uint8Array };

/** CHAP-Password and CHAP-Challenge (RFC 2865 sections 5.3 and 5.40). */
export function chapAttributes(password: string): Octets<"CHAP-Password" | "CHAP-Challenge"> {
  const challenge = randomBytes(16);
  const identifier = Uint8Array.of(7);
  const answer = md5(identifier, Buffer.from(password), challenge);
  return { "CHAP-Password": Buffer.concat([identifier, answer]), "CHAP-Challenge": challenge };
}

/** MS-CHAP-Challenge and MS-CHAP-Response (RFC 2548 sections 2.1.2 and 2.1.3), with the NT response alone. */
export function mschapAttributes(
  password: string,
  challenge: Uint8Array = randomBytes(8),
): Octets<"MS-CHAP-Challenge" | "MS-CHAP-Response"> {
  const response = challengeResponse(challenge, passwordHash(password));
  return {
    "MS-CHAP-Challenge": challenge,
    "MS-CHAP-Response": Buffer.concat([Uint8Array.of(1, 1), new Uint8Array(24), response]),
  };
}

/** One authentication with MS-CHAPv2: what is sent, and what proves that the server knows the password, too. */
export interface Mschapv2 {
  readonly attributes: Octets<"MS-CHAP-Challenge" | "MS-CHAP2-Response">;
  /** The value of MS-CHAP2-Success (RFC 2548 section 2.3.3). */
  readonly success: Uint8Array;
}

/** MS-CHAP-Challenge and MS-CHAP2-Response (RFC 2548 sections 2.1.2 and 2.3.2). */
export function mschapv2(
  user: string,
  password: string,
  challenge: Uint8Array = randomBytes(16),
  peerChallenge: Uint8Array = randomBytes(16),
): Mschapv2 {
  const identifier = 9;
  const short = sha1(peerChallenge, challenge, Buffer.from(user)).subarray(0, 8);
  const hash = passwordHash(password);
  const response = challengeResponse(short, hash);
  const proof = sha1(
    sha1(md4(hash), response, Buffer.from("Magic server to client signing constant")),
    short,
    Buffer.from("Pad to make it do more than one iteration"),
  );
  return {
    attributes: {
      "MS-CHAP-Challenge": challenge,
      "MS-CHAP2-Response": Buffer.concat([
        Uint8Array.of(identifier, 0),
        peerChallenge,
        new Uint8Array(8),
        response,
      ]),
    },
    success: Buffer.concat([
      Uint8Array.of(identifier),
      Buffer.from(`S=${proof.toString("hex").toUpperCase()}`),
    ]),
  };
}

/** NtPasswordHash (RFC 2759 section 8.3). */
function passwordHash(password: string): Uint8Array {
  return md4(Buffer.from(password, "utf16le"));
}

/** ChallengeResponse (RFC 2759 section 8.5): the hash is three keys of seven octets, the last one padded with zeros. */
function challengeResponse(challenge: Uint8Array, hash: Uint8Array): Uint8Array {
  const keys = Buffer.alloc(21);
  keys.set(hash);
  return Buffer.concat([0, 7, 14].map((at) => desEncrypt(challenge, keys.subarray(at, at + 7))));
}

/** DesEncrypt (RFC 2759 section 8.6): seven bits of the key in each octet, above a parity bit that DES ignores. */
function desEncrypt(clear: Uint8Array, key: Uint8Array): Uint8Array {
  const bits = BigInt(`0x${Buffer.from(key).toString("hex")}`);
  const octets = Array.from(
    { length: 8 },
    (_, index) => Number((bits >> BigInt(49 - 7 * index)) & 127n) << 1,
  );
  // OpenSSL 3 offers triple DES alone; with one key three times it is DES.
  const cipher = createCipheriv("des-ede3", Uint8Array.from([...octets, ...octets, ...octets]), null);
  return cipher.setAutoPadding(false).update(clear);
}

function sha1(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash("sha1");
  for (const part of parts) hash.update(part);
  return hash.digest();
}
