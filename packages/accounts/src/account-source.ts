import type { Account } from "./account.ts";
import type { AccountIdentity } from "./account-identity.ts";
import type { StoredPassword } from "./stored-password.ts";

/**
 * Where accounts come from: settings, a directory, a data base. A source that needs no waiting returns the account
 * itself, and a request that depends on it is answered in the same turn.
 */
export interface AccountSource {
  /** The account with this identity; undefined when there is none. Rejects only when the source itself fails. */
  find(identity: AccountIdentity): Account | undefined | Promise<Account | undefined>;
  /** What stands in for the password of users who do not exist, for `verifyPap`; `decoyFor` makes it. */
  readonly decoy?: StoredPassword | undefined;
}
