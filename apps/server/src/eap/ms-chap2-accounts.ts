import { type Account, verifyMsChap2 } from "@sallyport/accounts";
import type { MsChap2Accounts, MsChap2LogonAnswer, MsChap2Verdict } from "@sallyport/eap";
import { findAccount } from "@sallyport/nps";
import { type EapAccounts, refusalCode, withSuppliedPassword } from "./account-provider.ts";

/** Who knows the passwords for EAP-MSCHAPv2. Passwords of the settings file cannot be changed. */
export function msChap2Accounts({ accounts, defaultDomain, clock, log }: EapAccounts): MsChap2Accounts {
  const verify = (answer: MsChap2LogonAnswer, found: Account | undefined): MsChap2Verdict => {
    const account = withSuppliedPassword(found, answer.identity, answer.suppliedPassword);
    const verification = verifyMsChap2(account, answer, { now: clock.now() });
    return verification.kind === "verified"
      ? verification
      : { kind: "refused", code: refusalCode(verification, answer.identity, log) };
  };
  return {
    verify(answer) {
      const account = findAccount(accounts, answer.identity, defaultDomain);
      if (!(account instanceof Promise)) return verify(answer, account);
      // The octets are lent until the verdict is there, so they need no copy.
      return account.then((found) => verify(answer, found));
    },
  };
}
