import { randomBytes, scrypt } from "node:crypto";
import { Secret } from "@sallyport/crypto";
import {
  checkedScryptCost,
  formatScrypt,
  type ScryptCost,
  type ScryptPassword,
  type ScryptVerifier,
} from "../scrypt-password.ts";

/** Of what OWASP's Password Storage Cheat Sheet finds equally strong, the choice that takes 32 MiB. */
const defaultCost: ScryptCost = { ln: 15, r: 8, p: 3 };
const saltSize = 16;
const hashSize = 32;

export interface ScryptVerifierOptions {
  /** How many hashes are computed at the same time, each on a thread of Node's pool. Default: 2 of its 4. */
  readonly atOnce?: number | undefined;
  /** How many verifications may wait beside these. Default: 64. */
  readonly waiting?: number | undefined;
}

/** A verification was not begun because too many wait already. */
export class TooManyPasswordsError extends Error {
  override readonly name: string = "TooManyPasswordsError";
}

/**
 * Makes what `verifyPap` verifies scrypt hashes with, on Node's thread pool. So that guesses cannot exhaust the memory,
 * only some hashes are computed at a time, and only so many verifications wait; what comes beyond that is rejected with
 * {@link TooManyPasswordsError}.
 *
 * @throws {RangeError} when an option is no whole number in its range
 *
 * @example
 * ```ts
 * import { settingsAccounts, verifyPap } from "@sallyport/accounts";
 * import { hashPassword, scryptVerifier } from "@sallyport/accounts/node";
 *
 * const passwordHash = await hashPassword("wonderland");
 * const accounts = settingsAccounts([{ name: "alice", passwordHash }]);
 * const options = { scrypt: scryptVerifier(), decoy: accounts.decoy };
 * const account = accounts.find({ domain: "", name: "alice" });
 * (await verifyPap(account, new TextEncoder().encode("wonderland"), options)).kind; // "verified"
 * ```
 */
export function scryptVerifier(options: ScryptVerifierOptions = {}): ScryptVerifier {
  const { atOnce = 2, waiting = 64 } = options;
  if (!(Number.isInteger(atOnce) && atOnce >= 1)) {
    throw new RangeError(`atOnce must be a whole number of at least 1, not ${atOnce}`);
  }
  if (!(Number.isInteger(waiting) && waiting >= 0)) {
    throw new RangeError(`waiting must be a whole number of at least 0, not ${waiting}`);
  }
  const queue: (() => void)[] = [];
  let running = 0;

  return async (password, stored) => {
    if (running >= atOnce && queue.length >= waiting) {
      throw new TooManyPasswordsError(`${waiting} passwords wait for their verification already`);
    }
    // The bytes may lie in a datagram whose buffer is used again while this one waits.
    const own = Uint8Array.from(password);
    if (running >= atOnce) await new Promise<void>((resolve) => queue.push(resolve));
    else running += 1;
    try {
      const hash = await compute(own, stored.salt, stored.hash.length, stored.cost);
      return stored.hash.equals(hash);
    } finally {
      own.fill(0);
      const next = queue.shift();
      if (next) next();
      else running -= 1;
    }
  };
}

/**
 * Hashes a password with scrypt and a random salt, for `passwordHash` in the settings of an account. An account with it
 * can log on with PAP only.
 *
 * @param cost default: ln = 15, r = 8, p = 3, which takes 32 MiB and about a fifth of a second
 * @returns the PHC string, `$scrypt$ln=15,r=8,p=3$salt$hash`; rejects with a RangeError when the password is empty or
 *   the cost is out of bounds
 */
export async function hashPassword(
  password: string | Uint8Array,
  cost: Partial<ScryptCost> = {},
): Promise<string> {
  const bytes = typeof password === "string" ? new TextEncoder().encode(password) : password;
  if (bytes.length === 0) throw new RangeError("a password is empty");
  const checked = checkedScryptCost({ ...defaultCost, ...cost });
  const salt = Uint8Array.from(randomBytes(saltSize));
  const hash = new Secret(await compute(bytes, salt, hashSize, checked));
  const stored: ScryptPassword = { form: "scrypt", cost: checked, salt, hash };
  return formatScrypt(stored);
}

function compute(
  password: Uint8Array,
  salt: Uint8Array,
  length: number,
  { ln, r, p }: ScryptCost,
): Promise<Uint8Array> {
  // What scrypt needs, and some of it twice for what is beside the large table.
  const maxmem = 128 * r * (2 ** ln + 2 * p + 32);
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, { N: 2 ** ln, r, p, maxmem }, (error, hash) => {
      if (error) reject(error);
      else resolve(hash);
    });
  });
}
