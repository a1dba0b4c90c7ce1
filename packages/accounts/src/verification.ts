import { type Account, type AccountRestriction, accountRestriction } from "./account.ts";
import type { PasswordForm, PasswordProtocol } from "./stored-password.ts";

/** Why a user is refused. For the log and the reason code; the peer must not learn which of the first three it was. */
export type Refusal =
  | { readonly kind: "refused"; readonly reason: "unknown-account" | "wrong-password" | AccountRestriction }
  /** The password is kept in a form in which this protocol cannot be verified, whatever was answered. */
  | {
      readonly kind: "refused";
      readonly reason: "password-form";
      readonly form: PasswordForm;
      readonly protocol: PasswordProtocol;
    }
  /** An answer without NT response: LAN Manager authentication is refused to everybody. */
  | { readonly kind: "refused"; readonly reason: "lan-manager" }
  /** A field of the answer has not the form that the protocol prescribes. */
  | { readonly kind: "refused"; readonly reason: "malformed"; readonly field: string };

/** What became of the verification of a password or of an answer to a challenge. */
export type Verification = { readonly kind: "verified"; readonly account: Account } | Refusal;

/** What every verification may be told. */
export interface VerificationOptions {
  /**
   * The wall clock, milliseconds since the Unix epoch: given, an account that is not to be used now is refused once its
   * password was right. Without it only the password is verified, and the caller asks {@link accountRestriction} where
   * it decides on that.
   */
  readonly now?: number | undefined;
}

/** What a comparison comes to, whose outcome counts only where there is an account. */
export function concluded(
  account: Account | undefined,
  right: boolean,
  { now }: VerificationOptions,
): Verification {
  if (account === undefined) return { kind: "refused", reason: "unknown-account" };
  if (!right) return { kind: "refused", reason: "wrong-password" };
  const restriction = now === undefined ? undefined : accountRestriction(account, now);
  return restriction === undefined ? { kind: "verified", account } : { kind: "refused", reason: restriction };
}

/** The refusal of an account whose password is kept in a form that does not serve a protocol. */
export function refusedForm(account: Account, protocol: PasswordProtocol): Refusal {
  return { kind: "refused", reason: "password-form", form: account.password.form, protocol };
}

/** A refusal that names the first field that has not its prescribed length; undefined when all have it. */
export function malformed<Field extends string>(
  answer: Readonly<Record<NoInfer<Field>, Uint8Array>>,
  lengths: Readonly<Record<Field, number>>,
): Refusal | undefined {
  for (const field in lengths) {
    if (answer[field].length !== lengths[field]) return { kind: "refused", reason: "malformed", field };
  }
  return undefined;
}
