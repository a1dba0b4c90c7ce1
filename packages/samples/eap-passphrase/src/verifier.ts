/** What a server keeps of a passphrase: enough to check it, not the passphrase. */
export interface Verifier {
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly iterations: number;
  /** The key of the proofs. Who has it can log on by this method, so keep it as a secret. */
  readonly key: Uint8Array<ArrayBuffer>;
}

export const saltSize = 16;
export const keySize = 32;
/** What OWASP's Password Storage Cheat Sheet recommends for PBKDF2 with HMAC-SHA-256. */
export const usualIterations = 600_000;
/** A server that asks for more wants to keep the peer busy. */
export const mostIterations = 10_000_000;

const label = "pbkdf2-sha256";

/**
 * Makes what a server keeps of a passphrase, as text: `pbkdf2-sha256$600000$SALT$KEY`, the last two in hexadecimal.
 *
 * @example
 * ```ts
 * import { enrol } from "@sallyport/sample-eap-passphrase";
 *
 * const kept = await enrol("k3f9-0pzt-8m2c-wq1x-7hbd");
 * console.log(kept.split("$").length); // 4
 * ```
 */
export async function enrol(
  passphrase: string,
  { iterations = usualIterations }: { readonly iterations?: number } = {},
): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(saltSize));
  return [label, iterations, hex(salt), hex(await deriveKey(passphrase, salt, iterations))].join("$");
}

/**
 * Reads what {@link enrol} made.
 *
 * @throws {TypeError} for anything else; the message does not repeat it
 */
export function parseVerifier(text: string): Verifier {
  const [, count = "", salt = "", key = ""] =
    /^pbkdf2-sha256\$([1-9]\d{0,7})\$([\da-f]{32})\$([\da-f]{64})$/.exec(text) ?? [];
  const iterations = Number(count);
  if (iterations < 1 || iterations > mostIterations)
    throw new TypeError(`a verifier is "${label}$ITERATIONS$SALT$KEY"; this is something else`);
  return { iterations, salt: octets(salt), key: octets(key) };
}

/** PBKDF2 with HMAC-SHA-256 (RFC 8018 section 5.2); two ways to type one letter are one passphrase (RFC 8265 section 4.2). */
export async function deriveKey(
  passphrase: string,
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const material = new TextEncoder().encode(passphrase.normalize("NFC"));
  const key = await crypto.subtle.importKey("raw", material, "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return new Uint8Array(await crypto.subtle.deriveBits(how, key, keySize * 8));
}

/** A passphrase of 100 random bits, in groups that can be read out: nobody guesses one from a recorded session. */
export function newPassphrase(): string {
  const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
  const random = crypto.getRandomValues(new Uint8Array(20));
  const letters = Array.from(random, (octet) => alphabet.charAt(octet & 31)).join("");
  return letters.replace(/(.{4})(?=.)/g, "$1-");
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0")).join("");
}

function octets(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
