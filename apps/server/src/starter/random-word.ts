import { systemRandom } from "@sallyport/runtime";

/** Letters and digits without look-alikes, so that a secret can be read out and typed. */
const alphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/** A random secret of so many letters and digits. */
export function randomWord(length: number): string {
  let word = "";
  while (word.length < length) {
    const [octet = 255] = systemRandom(1);
    if (octet < Math.floor(256 / alphabet.length) * alphabet.length)
      word += alphabet[octet % alphabet.length];
  }
  return word;
}
