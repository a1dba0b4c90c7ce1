/** Letters and digits without look-alikes, so that a secret can be read out and typed. */
const alphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/** A word of so many characters, each with the same chance. */
export function randomWord(length: number, random: () => number = randomOctet): string {
  const fair = Math.floor(256 / alphabet.length) * alphabet.length;
  let word = "";
  while (word.length < length) {
    const octet = random();
    if (octet < fair) word += alphabet[octet % alphabet.length];
  }
  return word;
}

function randomOctet(): number {
  return crypto.getRandomValues(new Uint8Array(1))[0] as number;
}

/**
 * The settings of a sample with secrets and passwords of this project's own: those of the sample are known to everybody
 * who can read.
 */
export function withOwnSecrets(settings: string, word: () => string = () => randomWord(20)): string {
  return settings.replace(/("(?:secret|password)"\s*:\s*)"[^"]*"/g, (_, key: string) => `${key}"${word()}"`);
}
