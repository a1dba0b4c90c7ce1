import { type Account, verifyMsChap } from "@sallyport/accounts";
import type { MsChapAccounts, MsChapLogonAnswer } from "@sallyport/eap";
import { findAccount } from "@sallyport/nps";
import { type EapAccounts, refusalCode, withSuppliedPassword } from "./account-provider.ts";

/** Who knows the passwords for MS-CHAP, version 1, inside of TTLS. */
export function msChapAccounts({ accounts, defaultDomain, clock, log }: EapAccounts): MsChapAccounts {
  const verify = (answer: MsChapLogonAnswer, found: Account | undefined): number => {
    const account = withSuppliedPassword(found, answer.identity, answer.suppliedPassword);
    const verification = verifyMsChap(account, answer, { now: clock.now() });
    return verification.kind === "verified" ? 0 : refusalCode(verification, answer.identity, log);
  };
  return {
    verify(answer) {
      const account = findAccount(accounts, answer.identity, defaultDomain);
      return account instanceof Promise
        ? account.then((found) => verify(answer, found))
        : verify(answer, account);
    },
  };
}
