import { type Account, type AccountSource, verifyChap, verifyPap } from "@sallyport/accounts";
import {
  type EapProvider,
  type EapProviderRequest,
  type EapProviderResult,
  ERROR_ACCT_DISABLED,
  ERROR_AUTHENTICATION_FAILURE,
  ERROR_PASSWD_EXPIRED,
  ERROR_RESTRICTED_LOGON_HOURS,
  findAuthAttribute,
  raatMD5CHAPChallenge,
  raatMD5CHAPPassword,
  raatUserPassword,
} from "@sallyport/eap";
import { defaultDomainName, findAccount } from "@sallyport/nps";
import type { Clock } from "@sallyport/runtime";

/**
 * A provider as the server has it: clear passwords and MD5-challenge answers are verified against accounts (EAP-53), and
 * without credentials everybody is taken as authentic (EAP-52).
 */
export function accountsProvider(accounts: AccountSource, clock: Clock): EapProvider {
  const verified = (request: EapProviderRequest, account: Account | undefined): EapProviderResult => {
    const octets = (type: number): Uint8Array | undefined => {
      const value = findAuthAttribute(request.attributes, type)?.value;
      return typeof value === "number" ? undefined : value;
    };
    const now = clock.now();
    const password = octets(raatUserPassword);
    if (password !== undefined) return result(verifyPap(account, password, { now, decoy: accounts.decoy }));
    const [identifier = 0, ...response] = octets(raatMD5CHAPPassword) ?? [];
    const challenge = octets(raatMD5CHAPChallenge);
    if (challenge === undefined) return { result: ERROR_AUTHENTICATION_FAILURE, attributes: [] };
    return result(
      verifyChap(account, { identifier, challenge, response: Uint8Array.from(response) }, { now }),
    );
  };
  return {
    authenticate(request) {
      const account = findAccount(accounts, request.identity, defaultDomainName);
      return account instanceof Promise
        ? account.then((found) => verified(request, found))
        : verified(request, account);
    },
    authorize: () => accepted,
  };
}

const accepted: EapProviderResult = { result: 0, attributes: [] };

function result(verification: ReturnType<typeof verifyChap>): EapProviderResult {
  if (verification.kind === "verified") return accepted;
  return { result: codes[verification.reason] ?? ERROR_AUTHENTICATION_FAILURE, attributes: [] };
}

const codes: Readonly<Partial<Record<string, number>>> = {
  disabled: ERROR_ACCT_DISABLED,
  expired: ERROR_ACCT_DISABLED,
  "logon-hours": ERROR_RESTRICTED_LOGON_HOURS,
  "password-expired": ERROR_PASSWD_EXPIRED,
};
