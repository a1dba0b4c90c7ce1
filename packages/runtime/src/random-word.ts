import type { Random } from "./random.ts";

/** Letters and digits without look-alikes. */
const alphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/** Octets from here on are passed over: with them some letters would have a better chance than others. */
const fair = Math.floor(256 / alphabet.length) * alphabet.length;

/**
 * A secret that can be read out and typed: so many letters and digits without look-alikes, each with the same chance.
 *
 * @example
 * ```ts
 * import { randomWord, systemRandom } from "@sallyport/runtime";
 *
 * const sharedSecret = randomWord(20, systemRandom); // 116 bits
 * ```
 */
export function randomWord(length: number, random: Random): string {
  let word = "";
  while (word.length < length) {
    const [octet = fair] = random(1);
    if (octet < fair) word += alphabet[octet % alphabet.length];
  }
  return word;
}
