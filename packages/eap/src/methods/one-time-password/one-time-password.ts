import { md4, md5, sha1 } from "@sallyport/crypto";

export type OneTimePasswordAlgorithm = "md4" | "md5" | "sha1";

export interface OneTimePasswordInput {
  readonly algorithm: OneTimePasswordAlgorithm;
  /** 1 to 16 letters and digits of ASCII; their case does not count. */
  readonly seed: string;
  /** How often the hash is applied after the first time, 0 to 9999. */
  readonly sequence: number;
  /** The secret, which never leaves the calculator; at least 10 characters (RFC 2289 section 6.0). */
  readonly passphrase: string;
}

const greatestSequence = 9999;
const encoder = new TextEncoder();

/**
 * Computes a one-time password (RFC 2289 section 6): the seed and the passphrase, hashed and folded to 64 bits
 * `sequence` times after the first.
 *
 * @returns 8 bytes
 * @throws {RangeError} when the seed or the sequence number is out of its range
 *
 * @example
 * ```ts
 * import { formatOneTimePassword, oneTimePassword } from "@sallyport/eap";
 *
 * const password = oneTimePassword({ algorithm: "md5", seed: "TeSt", sequence: 99, passphrase: "This is a test." });
 * formatOneTimePassword(password, "words"); // BAIL TUFT BITS GANG CHEF THY
 * ```
 */
export function oneTimePassword(input: OneTimePasswordInput): Uint8Array<ArrayBuffer> {
  const { algorithm, seed, sequence, passphrase } = input;
  if (!/^[A-Za-z0-9]{1,16}$/.test(seed)) throw new RangeError("seed must be 1 to 16 letters or digits");
  if (!(Number.isInteger(sequence) && sequence >= 0 && sequence <= greatestSequence)) {
    throw new RangeError(`sequence must be 0 to ${greatestSequence}, not ${sequence}`);
  }
  let password = nextOneTimePassword(algorithm, encoder.encode(seed.toLowerCase() + passphrase));
  for (let count = 0; count < sequence; count += 1) password = nextOneTimePassword(algorithm, password);
  return password;
}

/**
 * One step of the chain: what the password with the next higher number is. A server hashes what it got and compares
 * with what it got the last time.
 *
 * @returns 8 bytes
 */
export function nextOneTimePassword(
  algorithm: OneTimePasswordAlgorithm,
  bytes: Uint8Array,
): Uint8Array<ArrayBuffer> {
  if (algorithm === "sha1") return foldedSha1(sha1(bytes));
  const digest = algorithm === "md5" ? md5(bytes) : md4(bytes);
  const folded = new Uint8Array(8);
  for (let at = 0; at < 8; at += 1) folded[at] = (digest[at] as number) ^ (digest[at + 8] as number);
  return folded;
}

/**
 * The five words of the digest folded to two (RFC 2289 appendix A): 0 ^ 2 ^ 4 and 1 ^ 3, each of them then with its
 * least significant octet first.
 */
function foldedSha1(digest: Uint8Array): Uint8Array<ArrayBuffer> {
  const folded = new Uint8Array(8);
  for (let at = 0; at < 4; at += 1) {
    folded[3 - at] = (digest[at] as number) ^ (digest[at + 8] as number) ^ (digest[at + 16] as number);
    folded[7 - at] = (digest[at + 4] as number) ^ (digest[at + 12] as number);
  }
  return folded;
}
