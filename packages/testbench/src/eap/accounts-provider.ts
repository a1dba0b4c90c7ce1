import {
  type Account,
  type AccountSource,
  accountIdentity,
  verifyChap,
  verifyPap,
} from "@sallyport/accounts";
import {
  type EapProvider,
  type EapProviderRequest,
  type EapProviderResult,
  ERROR_ACCT_DISABLED,
  ERROR_AUTH_INTERNAL,
  ERROR_AUTHENTICATION_FAILURE,
  ERROR_PASSWD_EXPIRED,
  ERROR_RESTRICTED_LOGON_HOURS,
  findAuthAttribute,
  raatMD5CHAPChallenge,
  raatMD5CHAPPassword,
  raatUserPassword,
} from "@sallyport/eap";
import type { Clock } from "@sallyport/runtime";

/** A provider that knows accounts: clear passwords and MD5-challenge answers are verified against them (EAP-53). */
export function accountsProvider(accounts: AccountSource, clock: Clock): EapProvider {
  const find = async ({ identity }: EapProviderRequest): Promise<Account | undefined> =>
    await accounts.find(accountIdentity(identity));
  return {
    async authenticate(request) {
      const account = await find(request);
      const octets = (type: number): Uint8Array | undefined => {
        const value = findAuthAttribute(request.attributes, type)?.value;
        return typeof value === "number" ? undefined : value;
      };
      const now = clock.now();
      const password = octets(raatUserPassword);
      if (password !== undefined) {
        return result(verifyPap(account, password, { now, decoy: accounts.decoy }));
      }
      const answer = octets(raatMD5CHAPPassword);
      const challenge = octets(raatMD5CHAPChallenge);
      if (answer === undefined || challenge === undefined)
        return { result: ERROR_AUTH_INTERNAL, attributes: [] };
      const response = answer.subarray(1);
      return result(verifyChap(account, { identifier: answer[0] ?? 0, challenge, response }, { now }));
    },
    async authorize(request) {
      return (await find(request)) === undefined
        ? { result: ERROR_AUTHENTICATION_FAILURE, attributes: [] }
        : accepted;
    },
  };
}

const accepted: EapProviderResult = { result: 0, attributes: [] };

function result(verification: ReturnType<typeof verifyChap>): EapProviderResult {
  if (verification.kind === "verified") return accepted;
  return { result: codes[verification.reason] ?? ERROR_AUTHENTICATION_FAILURE, attributes: [] };
}

const codes: Readonly<Partial<Record<string, number>>> = {
  disabled: ERROR_ACCT_DISABLED,
  "logon-hours": ERROR_RESTRICTED_LOGON_HOURS,
  "password-expired": ERROR_PASSWD_EXPIRED,
};
