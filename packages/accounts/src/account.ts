import { type LogonHours, withinLogonHours } from "./logon-hours.ts";
import type { StoredPassword } from "./stored-password.ts";

/** Somebody who may log on, as an {@link AccountSource} knows them. */
export interface Account {
  /** As it is spelled in its source; compared case-insensitively. */
  readonly name: string;
  /** The NetBIOS domain; left out where the source knows none. */
  readonly domain?: string;
  readonly password: StoredPassword;
  /** From this moment on the password has to be changed before the account can be used. Left out: never. */
  readonly passwordExpires?: Date;
  /** Group names, which policies may ask for. */
  readonly groups: readonly string[];
  /** False: the account exists and is not to be used. */
  readonly enabled: boolean;
  /** From this moment on the account is not to be used. Left out: never. */
  readonly expires?: Date;
  /** When in the week the account may be used. Left out: always. */
  readonly logonHours?: LogonHours;
  /** The dial-in permission: granted or denied whatever the network policy says, or left to it. */
  readonly dialIn: "allow" | "deny" | "policy";
}

/** Why an account is not to be used at a time although its password was right. */
export type AccountRestriction = "disabled" | "expired" | "logon-hours" | "password-expired";

/**
 * Why an account is not to be used at a time, undefined when it is; of several reasons the first in the order of
 * {@link AccountRestriction}. Ask only after the password was right, or where somebody else has vouched for the user:
 * the answer tells that the account exists. The dial-in permission is not part of it: policies decide on that.
 *
 * @param now the wall clock, milliseconds since the Unix epoch
 */
export function accountRestriction(account: Account, now: number): AccountRestriction | undefined {
  if (!account.enabled) return "disabled";
  if (account.expires !== undefined && account.expires.getTime() <= now) return "expired";
  if (!mayLogOnAt(account, now)) return "logon-hours";
  if (account.passwordExpires !== undefined && account.passwordExpires.getTime() <= now) {
    return "password-expired";
  }
  return undefined;
}

/**
 * Whether the logon hours of an account include a moment.
 *
 * @param now milliseconds since the Unix epoch
 * @throws {TypeError} when the account has logon hours and `now` is no date, or the hours are no week
 */
export function mayLogOnAt(account: Pick<Account, "logonHours">, now: number): boolean {
  return account.logonHours === undefined || withinLogonHours(account.logonHours, now);
}
