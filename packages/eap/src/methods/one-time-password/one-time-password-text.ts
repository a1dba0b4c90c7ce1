import type { OneTimePasswordAlgorithm } from "./one-time-password.ts";
import { oneTimePasswordWords } from "./one-time-password-words.ts";

/** What an authenticator asks for (RFC 2289 section 7.1). */
export interface OneTimePasswordChallenge {
  readonly algorithm: OneTimePasswordAlgorithm;
  /** 0 to 9999. */
  readonly sequence: number;
  /** 1 to 16 letters and digits. */
  readonly seed: string;
}

/** `otp-md5 487 dog2`, the form of RFC 2289 section 7.1. */
export function formatOneTimePasswordChallenge(challenge: OneTimePasswordChallenge): string {
  return `otp-${challenge.algorithm} ${challenge.sequence} ${challenge.seed}`;
}

/**
 * Finds the challenge in the text for the user: the words of RFC 2289 section 7.1, in front of anything else; what
 * follows them (`ext` of RFC 2243, a sentence) is ignored.
 *
 * @returns undefined when the text does not begin with a challenge, or names an algorithm that is not known
 */
export function parseOneTimePasswordChallenge(text: string): OneTimePasswordChallenge | undefined {
  const found = /^\s*otp-(md4|md5|sha1)[ \t]+(\d{1,4})[ \t]+([A-Za-z0-9]{1,16})(?:\s|$)/.exec(text);
  if (found === null) return undefined;
  const [, algorithm, sequence, seed = ""] = found;
  return { algorithm: algorithm as OneTimePasswordAlgorithm, sequence: Number(sequence), seed };
}

/**
 * A one-time password as its user types it: `words`, six of them (RFC 2289 section 6), or `hex`, 16 digits.
 *
 * @param password 8 bytes
 * @throws {RangeError} when it has another length
 */
export function formatOneTimePassword(password: Uint8Array, form: "words" | "hex"): string {
  if (password.length !== 8) throw new RangeError(`password must have 8 bytes, not ${password.length}`);
  const value = new DataView(password.buffer, password.byteOffset, 8).getBigUint64(0);
  if (form === "hex") return value.toString(16).toUpperCase().padStart(16, "0");
  const bits = (value << 2n) | BigInt(checksum(value));
  const words: string[] = [];
  for (let shift = 55n; shift >= 0n; shift -= 11n) {
    words.push(oneTimePasswordWords[Number((bits >> shift) & 0x7ffn)] ?? "");
  }
  return words.join(" ");
}

/**
 * Reads what a user typed: 16 hexadecimal digits with any blanks between them, or six words of the dictionary in any
 * case (RFC 2289 section 6), also with `hex:` or `word:` in front (RFC 2243 section 3). Digits come first:
 * no six words are 16 digits.
 *
 * @returns 8 bytes; undefined when the text is neither, or the words' checksum is wrong
 */
export function parseOneTimePassword(text: string): Uint8Array<ArrayBuffer> | undefined {
  const [, prefix, typed = ""] = /^\s*(?:(hex|word):)?([\s\S]*)$/i.exec(text) ?? [];
  const digits = typed.replace(/\s+/g, "");
  if (prefix?.toLowerCase() !== "word" && /^[0-9A-Fa-f]{16}$/.test(digits))
    return bytesOf(BigInt(`0x${digits}`));
  if (prefix?.toLowerCase() === "hex") return undefined;
  const words = typed.trim().split(/\s+/);
  if (words.length !== 6) return undefined;
  let bits = 0n;
  for (const word of words) {
    const index = numbers.get(standardLetters(word));
    if (index === undefined) return undefined;
    bits = (bits << 11n) | BigInt(index);
  }
  const value = bits >> 2n;
  return Number(bits & 3n) === checksum(value) ? bytesOf(value) : undefined;
}

const numbers: ReadonlyMap<string, number> = new Map(
  oneTimePasswordWords.map((word, index) => [word, index]),
);

/** Digits that are easily taken for letters (RFC 1751: 1, 0 and 5 are read as L, O and S). */
function standardLetters(word: string): string {
  return word.toUpperCase().replace(/1/g, "L").replace(/0/g, "O").replace(/5/g, "S");
}

/** The sum of the 32 pairs of bits, of which two bits are kept. */
function checksum(value: bigint): number {
  let sum = 0n;
  for (let shift = 0n; shift < 64n; shift += 2n) sum += (value >> shift) & 3n;
  return Number(sum & 3n);
}

function bytesOf(value: bigint): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value);
  return bytes;
}
