import { Secret } from "@sallyport/crypto";

/** What one scrypt hash costs (RFC 7914 section 2): memory 128 · 2^ln · r bytes, work 2^ln · r · p. */
export interface ScryptCost {
  /** The binary logarithm of N, 1 to 20. */
  readonly ln: number;
  /** The block size, 1 to 32. */
  readonly r: number;
  /** The parallelization, 1 to 16. */
  readonly p: number;
}

/** A password of which only a scrypt hash is kept. Made by `parseStoredPassword` or `hashPassword`. */
export interface ScryptPassword {
  readonly form: "scrypt";
  readonly cost: ScryptCost;
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly hash: Secret;
}

/**
 * Computes the scrypt hash of a password that was given, and says whether it is the stored one. Takes a copy of
 * `password` where it needs it later than now. Rejects only when it cannot compute at all.
 *
 * `scryptVerifier` of `@sallyport/accounts/node` makes one.
 */
export type ScryptVerifier = (password: Uint8Array, stored: ScryptPassword) => Promise<boolean>;

/** 1 GiB at r = 8: what a single guess may cost a server is bounded before the first guess comes. */
const mostMemory = 2 ** 30;
const mostWork = 2 ** 23;

const phc = /^\$scrypt\$ln=(\d{1,9}),r=(\d{1,9}),p=(\d{1,9})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** Reads `$scrypt$ln=15,r=8,p=3$salt$hash` (PHC string format). @throws {RangeError} without telling the hash */
export function parseScrypt(text: string): ScryptPassword {
  const found = phc.exec(text);
  if (found === null) {
    throw new RangeError("a scrypt hash is written $scrypt$ln=15,r=8,p=3$salt$hash, the last two in base 64");
  }
  const [ln, r, p] = [Number(found[1]), Number(found[2]), Number(found[3])];
  const cost = checkedScryptCost({ ln, r, p });
  const salt = fromBase64(found[4] ?? "", "salt", 8);
  const hash = fromBase64(found[5] ?? "", "hash", 16);
  return Object.freeze({ form: "scrypt", cost, salt, hash: new Secret(hash) });
}

/** The inverse of {@link parseScrypt}. */
export function formatScrypt({ cost: { ln, r, p }, salt, hash }: ScryptPassword): string {
  return `$scrypt$ln=${ln},r=${r},p=${p}$${toBase64(salt)}$${toBase64(hash.reveal())}`;
}

/** @throws {RangeError} when one hash would take more memory or time than a server can give to a guess */
export function checkedScryptCost({ ln, r, p }: ScryptCost): ScryptCost {
  checkRange("ln", ln, 20);
  checkRange("r", r, 32);
  checkRange("p", p, 16);
  const memory = 128 * 2 ** ln * r;
  if (memory > mostMemory) {
    throw new RangeError(
      `scrypt with ln=${ln} and r=${r} takes ${memory / 2 ** 20} MiB for each guess; at most ${mostMemory / 2 ** 20} are allowed`,
    );
  }
  if (2 ** ln * r * p > mostWork) {
    throw new RangeError(
      `scrypt with ln=${ln}, r=${r} and p=${p} takes too long for each guess; 2^ln * r * p may be at most 2^23`,
    );
  }
  return Object.freeze({ ln, r, p });
}

function checkRange(name: string, value: number, most: number): void {
  if (!(Number.isInteger(value) && value >= 1 && value <= most)) {
    throw new RangeError(
      `the scrypt parameter ${name} must be a whole number from 1 to ${most}, not ${value}`,
    );
  }
}

/** The most bytes of a salt or a hash. */
const mostBytes = 64;

/** Base 64 as the PHC string format has it: without padding, and no bits set that stand for nothing. */
function fromBase64(text: string, name: string, least: number): Uint8Array<ArrayBuffer> {
  if (text.length % 4 === 1) throw new RangeError(`the ${name} of a scrypt hash is not base 64`);
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  if (toBase64(bytes) !== text) throw new RangeError(`the ${name} of a scrypt hash is not base 64`);
  if (bytes.length < least || bytes.length > mostBytes) {
    throw new RangeError(
      `the ${name} of a scrypt hash must have ${least} to ${mostBytes} bytes, not ${bytes.length}`,
    );
  }
  return bytes;
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll("=", "");
}
