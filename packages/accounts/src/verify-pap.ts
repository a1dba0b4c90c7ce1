import { constantTimeEqual, ntHash } from "@sallyport/crypto";
import type { Account } from "./account.ts";
import { clearDecoy } from "./decoy.ts";
import type { ScryptVerifier } from "./scrypt-password.ts";
import { decodeUtf8, hashOfEmpty, type PasswordForm, type StoredPassword } from "./stored-password.ts";
import { concluded, refusedForm, type Verification, type VerificationOptions } from "./verification.ts";

export interface PapOptions extends VerificationOptions {
  /** The `decoy` of the source that was asked. Default: as for a source that keeps all passwords in clear. */
  readonly decoy?: StoredPassword | undefined;
  /** What verifies scrypt hashes; without it accounts that have one are refused. */
  readonly scrypt?: ScryptVerifier | undefined;
}

/**
 * Verifies a password that came in clear, as PAP sends it (RFC 1334 section 2), against the account that the user name
 * stands for, undefined when there is none. Passwords that are kept as NT hash are compared by the hash of what came,
 * read as UTF-8.
 *
 * The time it takes depends on the length of `password` and on the `decoy` only: not on whether the account exists,
 * where the password differs, or how long the right one is. In a source that has scrypt hashes every refusal therefore
 * takes one; accounts whose hash has another cost than the decoy's can be told by it. That an account is disabled or
 * otherwise restricted is told only to who knows its password. An account with an empty password is never verified.
 *
 * @param password the bytes as received, without the padding of RFC 2865 section 5.2
 * @returns a promise only when a scrypt hash has to be computed; it rejects only when that cannot be done
 *
 * @example
 * ```ts
 * import { settingsAccounts, verifyPap } from "@sallyport/accounts";
 *
 * const accounts = settingsAccounts([{ name: "alice", password: "wonderland", enabled: false }]);
 * const account = accounts.find({ domain: "", name: "alice" });
 * const password = new TextEncoder().encode("wonderland");
 * verifyPap(account, password, { now: Date.now() }); // { kind: "refused", reason: "disabled" }
 * ```
 */
export function verifyPap(
  account: Account | undefined,
  password: Uint8Array,
  options?: PapOptions & { readonly scrypt?: undefined },
): Verification;
export function verifyPap(
  account: Account | undefined,
  password: Uint8Array,
  options: PapOptions,
): Verification | Promise<Verification>;
export function verifyPap(
  account: Account | undefined,
  password: Uint8Array,
  options: PapOptions = {},
): Verification | Promise<Verification> {
  const known = account?.password;
  const decoy = options.decoy ?? clearDecoy;
  // What the decoy needs is computed for everybody: otherwise an account in a cheaper form would stand out by its time.
  const right: Readonly<Record<PasswordForm, boolean>> = {
    clear: sameBytes((known?.form === "clear" ? known : clearDecoy).password.reveal(), password),
    "nt-hash": sameNtHash(known?.form === "nt-hash" ? known : decoy, password),
    scrypt: false,
  };
  const verified = known !== undefined && right[known.form] && password.length > 0;

  const hashed = known?.form === "scrypt" ? known : decoy;
  if (verified || hashed.form !== "scrypt" || options.scrypt === undefined) {
    if (account?.password.form === "scrypt") return refusedForm(account, "PAP");
    return concluded(account, verified, options);
  }
  return options
    .scrypt(password, hashed)
    .then((same) => concluded(account, same && hashed === known && password.length > 0, options));
}

/** Walks over what was given, however long the right one is, and starts over at its end. */
function sameBytes(right: Uint8Array, given: Uint8Array): boolean {
  let difference = right.length ^ given.length;
  let at = 0;
  for (let index = 0; index < given.length; index += 1) {
    difference |= (given[index] ?? 0) ^ (right[at] ?? 0);
    at = at + 1 < right.length ? at + 1 : 0;
  }
  return difference === 0;
}

function sameNtHash(stored: StoredPassword, given: Uint8Array): boolean {
  if (stored.form !== "nt-hash") return false;
  const text = decodeUtf8(given);
  const hash = text === undefined ? hashOfEmpty : ntHash(text);
  return constantTimeEqual(hash, stored.ntHash.reveal()) && text !== undefined;
}
