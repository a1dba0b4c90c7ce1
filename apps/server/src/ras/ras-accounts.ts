import type { AccountSource } from "@sallyport/accounts";
import { findAccount } from "@sallyport/nps";
import type { EapAccounts } from "../eap/account-provider.ts";

/** The server's accounts, found by names as callers type them: `alice`, `CORP\alice`, `alice@corp.example`. */
export function rasAccounts({
  accounts,
  defaultDomain,
}: Pick<EapAccounts, "accounts" | "defaultDomain">): AccountSource {
  return {
    find: ({ domain, name }) =>
      findAccount(accounts, domain === "" ? name : `${domain}\\${name}`, defaultDomain),
    get decoy() {
      return accounts.decoy;
    },
  };
}
