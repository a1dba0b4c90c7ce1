import { type Account, type AccountSource, accountIdentity, type ScryptVerifier } from "@sallyport/accounts";
import type { EapEngineSettings, EapMethod, EapProvider } from "@sallyport/eap";
import { ERROR_NO_DIALIN_PERMISSION } from "@sallyport/errors/ras";
import { NO_ERROR } from "@sallyport/errors/win32";
import { accountsProvider } from "@sallyport/ppp";
import { type Clock, isThenable } from "@sallyport/runtime";
import type { AccountingRecord } from "../accounting/accounting-record.ts";
import type { RasProvider } from "./provider.ts";

export interface WindowsProviderOptions {
  readonly accounts: AccountSource;
  /** Verifies scrypt hashes; without it, accounts that have one are refused. */
  readonly scrypt?: ScryptVerifier | undefined;
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
  const { accounts, scrypt, clock, eapMethods = [], eapProvider, eapSettings, account } = options;
  const passwords = accountsProvider(accounts, { now: () => clock.now(), scrypt });
  return {
    name: "Windows",
    verify: (credentials) => passwords.verify(credentials),
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
      const found = accounts.find(accountIdentity(userName));
      return isThenable(found) ? found.then(permission) : permission(found);
    },
    ...(account !== undefined && { account }),
  };
}

function permission(account: Account | undefined): number {
  return account?.dialIn === "deny" ? ERROR_NO_DIALIN_PERMISSION : NO_ERROR;
}
