import { Secret } from "@sallyport/crypto";
import type { Account } from "./account.ts";
import { type AccountIdentity, foldCase } from "./account-identity.ts";
import type { AccountSource } from "./account-source.ts";

/** An account as it is written in settings. */
export interface AccountSettings {
  /** Without domain. */
  readonly name: string;
  /** Default: the default domain. */
  readonly domain?: string | undefined;
  /** Not empty. */
  readonly password: string | Uint8Array | Secret;
  /** Default: none. */
  readonly groups?: readonly string[] | undefined;
  /** Default: true. */
  readonly enabled?: boolean | undefined;
  /** From this moment on the account is not to be used. Default: never. */
  readonly expires?: Date | undefined;
  /** Default: `"policy"`. */
  readonly dialIn?: Account["dialIn"] | undefined;
}

/** Accounts from settings: known beforehand, so found without waiting. */
export interface SettingsAccounts extends AccountSource {
  find(identity: AccountIdentity): Account | undefined;
}

/**
 * Makes a source of the accounts in settings. Accounts and identities without domain belong to `defaultDomain`.
 *
 * @throws {RangeError} naming the account, when a name or password is empty, a name or domain holds a backslash, a date
 *   is not valid, or two accounts have the same domain and name
 *
 * @example
 * ```ts
 * import { accountIdentity, settingsAccounts } from "@sallyport/accounts";
 *
 * const accounts = settingsAccounts([{ name: "alice", password: "wonderland" }], { defaultDomain: "CORP" });
 * accounts.find(accountIdentity("corp\\Alice"))?.name; // "alice"
 * ```
 */
export function settingsAccounts(
  accounts: readonly AccountSettings[],
  options: { readonly defaultDomain?: string | undefined } = {},
): SettingsAccounts {
  const { defaultDomain = "" } = options;
  const keyOf = ({ domain, name }: AccountIdentity) => foldCase(`${domain || defaultDomain}\\${name}`);
  const known = new Map<string, Account>();
  for (const settings of accounts) {
    const account = accountOf(settings, defaultDomain);
    const key = keyOf({ domain: account.domain ?? "", name: account.name });
    if (known.has(key)) throw new RangeError(`account ${quoted(account.name)} is there twice`);
    known.set(key, account);
  }
  return { find: (identity) => known.get(keyOf(identity)) };
}

function accountOf(settings: AccountSettings, defaultDomain: string): Account {
  const { name, expires } = settings;
  const domain = settings.domain || defaultDomain;
  const password = settings.password instanceof Secret ? settings.password : new Secret(settings.password);
  if (name === "") throw new RangeError("an account has an empty name");
  if (name.includes("\\")) {
    throw new RangeError(
      `account ${quoted(name)} has a backslash in its name; the domain is a setting of its own`,
    );
  }
  if (domain.includes("\\")) throw new RangeError(`account ${quoted(name)} has a backslash in its domain`);
  if (password.length === 0) throw new RangeError(`account ${quoted(name)} has an empty password`);
  if (expires !== undefined && Number.isNaN(expires.getTime())) {
    throw new RangeError(`account ${quoted(name)} expires on an invalid date`);
  }
  return Object.freeze({
    name,
    ...(domain !== "" && { domain }),
    password,
    groups: Object.freeze([...(settings.groups ?? [])]),
    enabled: settings.enabled ?? true,
    ...(expires !== undefined && { expires: new Date(expires) }),
    dialIn: settings.dialIn ?? "policy",
  });
}

const quoted = (name: string): string => JSON.stringify(name);
