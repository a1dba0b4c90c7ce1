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
import {
  createEapAuthenticator,
  type EapEngineSettings,
  type EapMethod,
  type EapProvider,
  findMppeKeys,
} from "@sallyport/eap";
import { ERROR_NO_DIALIN_PERMISSION, ERROR_PORT_DISCONNECTED } from "@sallyport/errors/ras";
import { type Clock, isThenable, type Log, type Random } from "@sallyport/runtime";
import type { AccountingRecord } from "../accounting/accounting-record.ts";
import type {
  PasswordRequest,
  ProviderCall,
  ProviderEapEvents,
  ProviderEapSession,
  ProviderVerdict,
  RasProvider,
} from "./provider.ts";
import { refusalCode } from "./refusal-code.ts";

export interface WindowsProviderOptions {
  readonly accounts: AccountSource;
  /** The account's identity of a name that a caller says. Default: `DOMAIN\name`, or a bare name. */
  readonly find?: (userName: string) => Account | undefined | Promise<Account | undefined>;
  /** Verifies scrypt hashes; without it, accounts that have one are refused. */
  readonly scrypt?: ScryptVerifier;
  /** In the order in which they are offered; without one, EAP ends with 920. */
  readonly eapMethods?: readonly EapMethod[];
  /** Whom methods ask that leave the verification to the server (EAP-50). */
  readonly eapProvider?: EapProvider;
  readonly eapSettings?: EapEngineSettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Takes the accounting records; without it, none are kept. */
  readonly account?: (record: AccountingRecord) => void | PromiseLike<void>;
}

/**
 * The Windows provider: accounts of this machine, EAP methods in this process.
 *
 * @example
 * ```ts
 * const provider = windowsProvider({
 *   accounts: settingsAccounts([{ name: "alice", password: "wonderland" }]),
 *   clock: systemClock,
 *   random: systemRandom,
 *   log: silentLog,
 * });
 * ```
 */
export function windowsProvider(options: WindowsProviderOptions): RasProvider {
  const find = options.find ?? ((userName: string) => options.accounts.find(accountIdentity(userName)));
  const verify = (request: PasswordRequest): ProviderVerdict | PromiseLike<ProviderVerdict> => {
    const account = find(request.userName);
    return isThenable(account)
      ? account.then((found) => verified(request, found, options))
      : verified(request, account, options);
  };
  return {
    name: "Windows",
    verify,
    openEap: (call, events) => eapSession(call, events, find, options),
    ...(options.account !== undefined && { account: options.account }),
  };
}

function verified(
  request: PasswordRequest,
  account: Account | undefined,
  { accounts, scrypt, clock }: WindowsProviderOptions,
): ProviderVerdict | PromiseLike<ProviderVerdict> {
  const now = clock.now();
  switch (request.protocol) {
    case "PAP": {
      const verification = verifyPap(account, request.password, { decoy: accounts.decoy, scrypt, now });
      return isThenable(verification) ? verification.then(verdict) : verdict(verification);
    }
    case "CHAP":
      return verdict(verifyChap(account, request, { now }));
    case "MS-CHAPv2":
      return msChap2Verdict(verifyMsChap2(account, request, { now }));
  }
}

function verdict(
  verification: { readonly kind: "verified"; readonly account: Account } | Refusal,
): ProviderVerdict {
  if (verification.kind === "refused") return { kind: "refused", error: refusalCode(verification) };
  if (verification.account.dialIn === "deny") return noPermission;
  return { kind: "accepted", authorization: {} };
}

function msChap2Verdict(verification: MsChap2Verification): ProviderVerdict {
  const simple = verdict(verification);
  if (verification.kind === "refused" || simple.kind === "refused") return simple;
  const { authenticatorResponse, keys } = verification;
  return {
    kind: "accepted",
    authorization: { keys: { send: keys.send.reveal(), receive: keys.receive.reveal() } },
    authenticatorResponse,
  };
}

const noPermission: ProviderVerdict = { kind: "refused", error: ERROR_NO_DIALIN_PERMISSION };

function eapSession(
  call: ProviderCall,
  events: ProviderEapEvents,
  find: NonNullable<WindowsProviderOptions["find"]>,
  { eapMethods = [], eapProvider, eapSettings, clock, random, log }: WindowsProviderOptions,
): ProviderEapSession {
  let stopped = false;
  const host = createEapAuthenticator({
    methods: eapMethods,
    clock,
    random,
    log,
    connectionId: call.sessionId,
    ...(eapProvider !== undefined && { provider: eapProvider }),
    ...(eapSettings !== undefined && { settings: eapSettings }),
    events: {
      send: (packet) => events.send(packet),
      finished({ result, identity, attributes }) {
        if (stopped) return;
        const finish = (code: number): void => {
          const keys = findMppeKeys(attributes);
          events.finished({ result: code, identity, attributes, authorization: { keys } });
        };
        if (result !== 0) finish(result);
        else permission(find(identity), finish);
      },
    },
  });
  return {
    start: () => void host.start(),
    receive: (packet) => void host.receive(packet),
    stop() {
      stopped = true;
      void host.stop(ERROR_PORT_DISCONNECTED);
    },
  };
}

/** The method has said who the caller is; whether he may dial in, only his account says. */
function permission(
  account: Account | undefined | PromiseLike<Account | undefined>,
  finish: (code: number) => void,
): void {
  const conclude = (found: Account | undefined): void =>
    finish(found?.dialIn === "deny" ? ERROR_NO_DIALIN_PERMISSION : 0);
  if (isThenable(account)) account.then(conclude, () => finish(ERROR_NO_DIALIN_PERMISSION));
  else conclude(account);
}
