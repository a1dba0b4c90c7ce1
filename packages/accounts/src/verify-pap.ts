import { Secret } from "@sallyport/crypto";
import { type Account, accountRestriction } from "./account.ts";

/** What became of the verification of a password or of an answer to a challenge. */
export type Verification =
  | { readonly kind: "verified"; readonly account: Account }
  | {
      readonly kind: "refused";
      /** For the log and the reason code. The peer must not learn which of the first two it was. */
      readonly reason: "unknown-account" | "wrong-password" | "disabled" | "expired";
    };

/**
 * Verifies a password that came in clear, as PAP sends it (RFC 1334 section 2), against the account that the user name
 * stands for, undefined when there is none.
 *
 * The time it takes depends on the length of `password` only: not on whether the account exists, where the password
 * differs, or how long the right one is. That the account is disabled or has expired is told only to who knows its
 * password. An account with an empty password is never verified.
 *
 * @param password the bytes as received, without the padding of RFC 2865 section 5.2
 * @param options `now` is the wall clock, milliseconds since the Unix epoch: given, a disabled or expired account is
 *   refused once its password was right. Without it only the password is verified, and the caller asks
 *   {@link accountRestriction} where it decides on that.
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
  options: { readonly now?: number | undefined } = {},
): Verification {
  const known = account?.password ?? decoy;
  const usable = known.length > 0;
  const right = sameBytes(usable ? known.reveal() : decoy.reveal(), password);
  if (account === undefined) return { kind: "refused", reason: "unknown-account" };
  if (!right || !usable) return { kind: "refused", reason: "wrong-password" };
  const restriction = options.now === undefined ? undefined : accountRestriction(account, options.now);
  return restriction === undefined ? { kind: "verified", account } : { kind: "refused", reason: restriction };
}

/** What a password is compared with where there is none to compare with. */
const decoy: Secret = new Secret("decoy");

/** Walks over what was given, however long the right one is, which is not empty and starts over at its end. */
function sameBytes(right: Uint8Array, given: Uint8Array): boolean {
  let difference = right.length ^ given.length;
  let at = 0;
  for (let index = 0; index < given.length; index += 1) {
    difference |= (given[index] ?? 0) ^ (right[at] ?? 0);
    at = (at + 1) % right.length;
  }
  return difference === 0;
}
