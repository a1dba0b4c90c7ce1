import {
  type Account,
  type AccountSource,
  clearPassword,
  type Refusal,
  type ScryptVerifier,
  verifyChap,
  verifyPap,
} from "@sallyport/accounts";
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
import { eventSource, findAccount, NpsEvent } from "@sallyport/nps";
import type { Clock, Log } from "@sallyport/runtime";

/** What the verifications of EAP methods work with. */
export interface EapAccounts {
  readonly accounts: AccountSource;
  readonly defaultDomain: string;
  readonly scrypt: ScryptVerifier;
  readonly clock: Clock;
  readonly log: Log;
}

/** The authentication provider of EAP methods: verifies clear passwords and MD5 answers against the accounts (EAP-53). */
export function accountProvider(options: EapAccounts): EapProvider {
  const { accounts, defaultDomain } = options;
  const withAccount = (
    identity: string,
    found: (account: Account | undefined) => EapProviderResult | PromiseLike<EapProviderResult>,
  ): EapProviderResult | PromiseLike<EapProviderResult> => {
    const account = findAccount(accounts, identity, defaultDomain);
    return account instanceof Promise ? account.then(found) : found(account);
  };
  return {
    authenticate: (request) =>
      withAccount(request.identity, (account) =>
        verify(request, withSuppliedPassword(account, request.identity, request.suppliedPassword), options),
      ),
    // EAP-52: a method of one's own vouches for the user. Authorization is the network policy's business here.
    authorize: () => result(0),
  };
}

/** A module may bring the password of another user database, and with it a user that has no account here (NPS-66). */
export function withSuppliedPassword(
  account: Account | undefined,
  identity: string,
  supplied: Uint8Array | undefined,
): Account | undefined {
  if (supplied === undefined || supplied.length === 0) return account;
  const stranger = { name: identity, groups: [], enabled: true, dialIn: "policy" } as const;
  return { ...(account ?? stranger), password: clearPassword(supplied) };
}

function verify(
  { attributes, identity }: EapProviderRequest,
  account: Account | undefined,
  { accounts, scrypt, clock, log }: EapAccounts,
): EapProviderResult | PromiseLike<EapProviderResult> {
  const conclude = (verification: { readonly kind: "verified" } | Refusal): EapProviderResult =>
    verification.kind === "verified" ? result(0) : result(refusalCode(verification, identity, log));
  const now = clock.now();
  const chap = octets(attributes, raatMD5CHAPPassword);
  const challenge = octets(attributes, raatMD5CHAPChallenge);
  if (chap !== undefined && challenge !== undefined) {
    const answer = { identifier: chap[0] ?? 0, challenge, response: chap.subarray(1) };
    return conclude(verifyChap(account, answer, { now }));
  }
  const password = octets(attributes, raatUserPassword);
  if (password === undefined) return result(ERROR_AUTHENTICATION_FAILURE);
  const verification = verifyPap(account, password, { decoy: accounts.decoy, scrypt, now });
  return verification instanceof Promise ? verification.then(conclude) : conclude(verification);
}

/** What a method tells its peer, and the pipeline its administrator, of a refusal. */
export function refusalCode(refusal: Refusal, identity: string, log: Log): number {
  switch (refusal.reason) {
    case "disabled":
    case "expired":
      return ERROR_ACCT_DISABLED;
    case "logon-hours":
      return ERROR_RESTRICTED_LOGON_HOURS;
    case "password-expired":
      return ERROR_PASSWD_EXPIRED;
    case "password-form":
      log.write({
        source: eventSource,
        id: NpsEvent.ProcessingError,
        severity: "warning",
        message: `the password of ${identity} is kept as ${refusal.form}, which cannot serve ${refusal.protocol}`,
        fields: { user: identity },
      });
      return ERROR_AUTHENTICATION_FAILURE;
    default:
      return ERROR_AUTHENTICATION_FAILURE;
  }
}

function octets(attributes: EapProviderRequest["attributes"], type: number): Uint8Array | undefined {
  const value = findAuthAttribute(attributes, type)?.value;
  return value instanceof Uint8Array ? value : undefined;
}

function result(code: number): EapProviderResult {
  return { result: code, attributes: [] };
}
