import { randomWord, systemRandom } from "@sallyport/runtime";

/**
 * The settings of a sample with secrets and passwords of this project's own: those of the sample are known to everybody
 * who can read.
 */
export function withOwnSecrets(
  settings: string,
  word: () => string = () => randomWord(20, systemRandom),
): string {
  return settings.replace(/("(?:secret|password)"\s*:\s*)"[^"]*"/g, (_, key: string) => `${key}"${word()}"`);
}
