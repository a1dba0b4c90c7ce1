import type { Secret } from "@sallyport/crypto";
import type { Account } from "./account.ts";
import { clearDecoy } from "./decoy.ts";
import { hashOfEmpty } from "./stored-password.ts";

/** The NT hash with which an answer is compared. */
export interface UsableNtHash {
  /** The account's own, or one that stands in for it. */
  readonly ntHash: Uint8Array;
  /** Whether it is the account's own. */
  readonly own: boolean;
  /** Whether it is that of the empty password, which is never verified. */
  readonly empty: boolean;
}

export function usableNtHash(account: Account | undefined): UsableNtHash {
  const own: Secret | undefined =
    account === undefined || account.password.form === "scrypt" ? undefined : account.password.ntHash;
  const ntHash = own ?? clearDecoy.ntHash;
  return {
    ntHash: ntHash.reveal(),
    own: own !== undefined,
    empty: ntHash.equals(hashOfEmpty),
  };
}
