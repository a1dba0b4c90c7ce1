import type { Account, AccountIdentity, AccountSource } from "@sallyport/accounts";
import { isThenable, type Log } from "@sallyport/runtime";
import { eventSource, NpsEvent } from "../events.ts";
import { messageOf } from "../host/load-extension.ts";

/** Tells when an account source fails (4402) and when it answers again (4400): the change, not every request. */
export function watchedAccounts(source: AccountSource, log: Log): AccountSource {
  let failing = false;
  const answered = (account: Account | undefined): Account | undefined => {
    if (failing) {
      failing = false;
      log.write({
        source: eventSource,
        id: NpsEvent.DirectoryConnected,
        severity: "information",
        message: "the account source answers again",
      });
    }
    return account;
  };
  const failed = (error: unknown): never => {
    if (!failing) {
      failing = true;
      log.write({
        source: eventSource,
        id: NpsEvent.DirectoryUnavailable,
        severity: "error",
        message: `the account source does not answer: ${messageOf(error)}; requests that need it are discarded until it does`,
        fields: { error },
      });
    }
    throw error;
  };
  return {
    find(identity: AccountIdentity) {
      try {
        const account = source.find(identity);
        return isThenable(account) ? account.then(answered, failed) : answered(account);
      } catch (error) {
        return failed(error);
      }
    },
    get decoy() {
      return source.decoy;
    },
  };
}
