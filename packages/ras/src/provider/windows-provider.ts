import {
  type Account,
  type AccountSource,
  accountIdentity,
  type MsChap2Verification,
  type Refusal,
  type ScryptVerifier,
  verifyChap,
  verifyMsChap2,
  verifyPap,
} from "@sallyport/accounts";
import type { EapEngineSettings, EapMethod, EapProvider } from "@sallyport/eap";
import { ERROR_NO_DIALIN_PERMISSION } from "@sallyport/errors/ras";
import { NO_ERROR } from "@sallyport/errors/win32";
import type { PppCredentials, PppVerdict } from "@sallyport/ppp";
import { type Clock, isThenable } from "@sallyport/runtime";
import type { AccountingRecord } from "../accounting/accounting-record.ts";
import type { RasProvider } from "./provider.ts";
import { refusalCode } from "./refusal-code.ts";

export interface WindowsProviderOptions {
  readonly accounts: AccountSource;
  /** The account that a name stands for. Default: that of `DOMAIN\name`, or of a bare name, among the accounts. */
  readonly find?: (userName: string) => Account | undefined | Promise<Account | undefined>;
  /** Verifies scrypt hashes; without it, accounts that have one are refused. */
  readonly scrypt?: ScryptVerifier;
  /** In the order in which they are offered; without one, there is no EAP. */
  readonly eapMethods?: readonly EapMethod[];
  /** Whom methods ask that leave the verification to the server (EAP-50). */
  readonly eapProvider?: EapProvider;
  readonly eapSettings?: EapEngineSettings;
  readonly clock: Clock;
  /** Takes the accounting records; without it, none are kept. */
  readonly account?: (record: AccountingRecord) => void | PromiseLike<void>;
}

/**
 * The Windows provider: accounts of this machine, EAP methods in this process.
 *
 * @example
 * ```ts
 * import { settingsAccounts } from "@sallyport/accounts";
 * import { windowsProvider } from "@sallyport/ras";
 * import { systemClock } from "@sallyport/runtime";
 *
 * const accounts = settingsAccounts([{ name: "alice", password: "wonderland" }]);
 * const provider = windowsProvider({ accounts, clock: systemClock });
 * ```
 */
export function windowsProvider(options: WindowsProviderOptions): RasProvider {
  const { eapMethods = [], eapProvider, eapSettings, account } = options;
  const find = options.find ?? ((userName: string) => options.accounts.find(accountIdentity(userName)));
  return {
    name: "Windows",
    verify(credentials) {
      const found = find(credentials.userName);
      return isThenable(found)
        ? found.then((known) => verified(credentials, known, options))
        : verified(credentials, found, options);
    },
    eap: (call) =>
      eapMethods.length === 0
        ? undefined
        : {
            kind: "methods",
            methods: eapMethods,
            connectionId: call.sessionId,
            ...(eapProvider !== undefined && { provider: eapProvider }),
            ...(eapSettings !== undefined && { settings: eapSettings }),
          },
    // A method has said who the caller is; whether he may dial in, only his account says.
    permits({ userName }) {
      const found = find(userName);
      return isThenable(found) ? found.then(permission) : permission(found);
    },
    ...(account !== undefined && { account }),
  };
}

function permission(account: Account | undefined): number {
  return account?.dialIn === "deny" ? ERROR_NO_DIALIN_PERMISSION : NO_ERROR;
}

function verified(
  credentials: PppCredentials,
  account: Account | undefined,
  { accounts, scrypt, clock }: WindowsProviderOptions,
): PppVerdict | PromiseLike<PppVerdict> {
  const now = clock.now();
  switch (credentials.protocol) {
    case "PAP": {
      const password = credentials.password.reveal();
      const verification = verifyPap(account, password, { decoy: accounts.decoy, scrypt, now });
      return isThenable(verification) ? verification.then(verdict) : verdict(verification);
    }
    case "CHAP":
      return verdict(verifyChap(account, credentials, { now }));
    case "MS-CHAPv2": {
      const answer = { ...credentials, userName: credentials.userNameOctets };
      return msChap2Verdict(verifyMsChap2(account, answer, { now }));
    }
  }
}

function verdict(
  verification: { readonly kind: "verified"; readonly account: Account } | Refusal,
): PppVerdict {
  if (verification.kind === "refused") return { kind: "refused", code: refusalCode(verification) };
  const code = permission(verification.account);
  return code === NO_ERROR ? { kind: "accepted" } : { kind: "refused", code };
}

function msChap2Verdict(verification: MsChap2Verification): PppVerdict {
  const simple = verdict(verification);
  if (verification.kind === "refused" || simple.kind === "refused") return simple;
  const { authenticatorResponse, keys } = verification;
  return { kind: "accepted", keys, authenticatorResponse };
}
