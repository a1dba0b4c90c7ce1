import type { Secret } from "@sallyport/crypto";

/** Somebody who may log on, as an {@link AccountSource} knows them. */
export interface Account {
  /** As it is spelled in its source; compared case-insensitively. */
  readonly name: string;
  /** The NetBIOS domain; left out where the source knows none. */
  readonly domain?: string;
  readonly password: Secret;
  /** Group names, which policies may ask for. */
  readonly groups: readonly string[];
  /** False: the account exists and is not to be used. */
  readonly enabled: boolean;
  /** From this moment on the account is not to be used. Left out: never. */
  readonly expires?: Date;
  /** The dial-in permission: granted or denied whatever the network policy says, or left to it. */
  readonly dialIn: "allow" | "deny" | "policy";
}

/**
 * Why an account is not to be used at a time, undefined when it is. Ask only after the password was right, or where
 * somebody else has vouched for the user: the answer tells that the account exists.
 *
 * @param now the wall clock, milliseconds since the Unix epoch
 */
export function accountRestriction(account: Account, now: number): "disabled" | "expired" | undefined {
  if (!account.enabled) return "disabled";
  if (account.expires !== undefined && account.expires.getTime() <= now) return "expired";
  return undefined;
}
