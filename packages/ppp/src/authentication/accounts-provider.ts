import {
  type Account,
  type AccountSource,
  accountIdentity,
  type MsChap2Verification,
  msChapErrorCode,
  type ScryptVerifier,
  type Verification,
  verifyChap,
  verifyMsChap2,
  verifyPap,
} from "@sallyport/accounts";
import { ERROR_NO_DIALIN_PERMISSION } from "@sallyport/errors/ras";
import { isThenable } from "@sallyport/runtime";
import type { PppAuthenticationProvider, PppCredentials, PppGrant, PppVerdict } from "./credentials.ts";

export interface AccountsProviderOptions {
  /** The wall clock, milliseconds since the Unix epoch: for accounts that may be used at times only. */
  readonly now: () => number;
  /** What verifies scrypt hashes; without it accounts that have one are refused. */
  readonly scrypt?: ScryptVerifier | undefined;
  /** What an account is granted. Default: nothing of its own. */
  readonly grant?: ((account: Account) => PppGrant) | undefined;
}

/**
 * Verifies PAP, CHAP and MS-CHAPv2 with accounts, in the same time for unknown users. An account whose dial-in
 * permission is denied is refused with 649.
 *
 * @example
 * ```ts
 * import { settingsAccounts } from "@sallyport/accounts";
 * import { accountsProvider } from "@sallyport/ppp";
 * import { systemClock } from "@sallyport/runtime";
 *
 * const accounts = settingsAccounts([{ name: "alice", password: "wonderland" }]);
 * const provider = accountsProvider(accounts, { now: systemClock.now });
 * ```
 */
export function accountsProvider(
  source: AccountSource,
  options: AccountsProviderOptions,
): PppAuthenticationProvider {
  return {
    verify(credentials) {
      const account = source.find(accountIdentity(credentials.userName));
      const verified = (found: Account | undefined) => {
        const verification = verify(credentials, found, source, options);
        return isThenable(verification) ? verification.then(verdict) : verdict(verification);
      };
      const verdict = (verification: Verification | MsChap2Verification): PppVerdict =>
        verdictOf(verification, options);
      return isThenable(account) ? account.then(verified) : verified(account);
    },
  };
}

function verify(
  credentials: PppCredentials,
  account: Account | undefined,
  { decoy }: AccountSource,
  { now, scrypt }: AccountsProviderOptions,
): Verification | MsChap2Verification | Promise<Verification> {
  const at = { now: now() };
  switch (credentials.protocol) {
    case "PAP":
      return scrypt === undefined
        ? verifyPap(account, credentials.password.reveal(), { ...at, decoy })
        : verifyPap(account, credentials.password.reveal(), { ...at, decoy, scrypt });
    case "CHAP":
      return verifyChap(account, credentials, at);
    default:
      return verifyMsChap2(account, { ...credentials, userName: credentials.userNameOctets }, at);
  }
}

function verdictOf(
  verification: Verification | MsChap2Verification,
  { grant }: AccountsProviderOptions,
): PppVerdict {
  if (verification.kind === "refused") return { kind: "refused", code: msChapErrorCode(verification.reason) };
  const { account } = verification;
  if (account.dialIn === "deny") return { kind: "refused", code: ERROR_NO_DIALIN_PERMISSION };
  const given = grant?.(account);
  if (!("keys" in verification)) return { ...given, kind: "accepted" };
  const { authenticatorResponse, keys } = verification;
  return { ...given, kind: "accepted", authenticatorResponse, keys };
}
