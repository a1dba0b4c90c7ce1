import type { Secret } from "@sallyport/crypto";
import type { Account } from "./account.ts";
import { type AccountIdentity, foldCase } from "./account-identity.ts";
import type { AccountSource } from "./account-source.ts";
import { decoyFor } from "./decoy.ts";
import { parseLogonHours } from "./logon-hours.ts";
import { clearPassword, parseStoredPassword, type StoredPassword } from "./stored-password.ts";

/** An account as it is written in settings, with `password` or `passwordHash`. */
export interface AccountSettings {
  /** Without domain. */
  readonly name: string;
  /** Default: the default domain. */
  readonly domain?: string | undefined;
  /** In clear and not empty, whatever it looks like; or as another source keeps it. */
  readonly password?: string | Uint8Array | Secret | StoredPassword | undefined;
  /** The text of a password that is not kept in clear, `nt:...` or `$scrypt$...`: see `parseStoredPassword`. */
  readonly passwordHash?: string | undefined;
  /** From this moment on the password has to be changed. Default: never. */
  readonly passwordExpires?: Date | undefined;
  /** Default: none. */
  readonly groups?: readonly string[] | undefined;
  /** Default: true. */
  readonly enabled?: boolean | undefined;
  /** From this moment on the account is not to be used. Default: never. */
  readonly expires?: Date | undefined;
  /** When the account may be used, as `parseLogonHours` reads it. Default: always. */
  readonly logonHours?: string | LogonHoursSettings | undefined;
  /** Default: `"policy"`. */
  readonly dialIn?: Account["dialIn"] | undefined;
}

export interface LogonHoursSettings {
  /** For example `Mo-Fr 08:00-18:00`. */
  readonly hours: string;
  /** An IANA name. Default: the time zone of all accounts. */
  readonly timeZone?: string | undefined;
}

export interface SettingsAccountsOptions {
  /** The domain of accounts and identities that name none. Default: empty. */
  readonly defaultDomain?: string | undefined;
  /** The time zone of logon hours that name none, an IANA name. Default: `UTC`. */
  readonly timeZone?: string | undefined;
}

/** Accounts from settings: known beforehand, so found without waiting. */
export interface SettingsAccounts extends AccountSource {
  find(identity: AccountIdentity): Account | undefined;
  readonly decoy: StoredPassword;
}

/**
 * Makes a source of the accounts in settings.
 *
 * @throws {RangeError} naming the account, when a name or password is empty, there is no password or two, a hash or the
 *   logon hours cannot be read, a name or domain holds a backslash, a date is not valid, or two accounts have the same
 *   domain and name
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
  options: SettingsAccountsOptions = {},
): SettingsAccounts {
  const { defaultDomain = "", timeZone = "UTC" } = options;
  const keyOf = ({ domain, name }: AccountIdentity) => foldCase(`${domain || defaultDomain}\\${name}`);
  const known = new Map<string, Account>();
  for (const settings of accounts) {
    const account = accountOf(settings, defaultDomain, timeZone);
    const key = keyOf({ domain: account.domain ?? "", name: account.name });
    if (known.has(key)) throw new RangeError(`account ${quoted(account.name)} is there twice`);
    known.set(key, account);
  }
  const decoy = decoyFor(Array.from(known.values(), (account) => account.password));
  return { find: (identity) => known.get(keyOf(identity)), decoy };
}

function accountOf(settings: AccountSettings, defaultDomain: string, timeZone: string): Account {
  const { name, expires, passwordExpires } = settings;
  const domain = settings.domain || defaultDomain;
  if (name === "") throw new RangeError("an account has an empty name");
  const wrong = (what: string, cause?: unknown) =>
    new RangeError(`account ${quoted(name)} ${what}`, { cause });
  if (name.includes("\\")) {
    throw wrong("has a backslash in its name; the domain is a setting of its own");
  }
  if (domain.includes("\\")) throw wrong("has a backslash in its domain");
  if (expires !== undefined && Number.isNaN(expires.getTime())) throw wrong("expires on an invalid date");
  if (passwordExpires !== undefined && Number.isNaN(passwordExpires.getTime())) {
    throw wrong("has a password that expires on an invalid date");
  }
  const logonHours = logonHoursOf(settings, timeZone, wrong);
  return Object.freeze({
    name,
    ...(domain !== "" && { domain }),
    password: passwordOf(settings, wrong),
    ...(passwordExpires !== undefined && { passwordExpires: new Date(passwordExpires) }),
    groups: Object.freeze([...(settings.groups ?? [])]),
    enabled: settings.enabled ?? true,
    ...(expires !== undefined && { expires: new Date(expires) }),
    ...(logonHours !== undefined && { logonHours }),
    dialIn: settings.dialIn ?? "policy",
  });
}

type Wrong = (what: string, cause?: unknown) => RangeError;

function passwordOf({ password, passwordHash }: AccountSettings, wrong: Wrong): StoredPassword {
  if (passwordHash !== undefined) {
    if (password !== undefined) throw wrong("has a password and a password hash; leave one out");
    try {
      return parseStoredPassword(passwordHash);
    } catch (error) {
      throw wrong(`has a password hash that cannot be used: ${messageOf(error)}`, error);
    }
  }
  if (password === undefined) throw wrong("has no password");
  if (typeof password === "object" && "form" in password) return password;
  if (password.length === 0) throw wrong("has an empty password");
  return clearPassword(password);
}

function logonHoursOf(
  { logonHours }: AccountSettings,
  timeZone: string,
  wrong: Wrong,
): Account["logonHours"] {
  if (logonHours === undefined) return undefined;
  const settings = typeof logonHours === "string" ? { hours: logonHours } : logonHours;
  try {
    return parseLogonHours(settings.hours, settings.timeZone ?? timeZone);
  } catch (error) {
    throw wrong(`has logon hours that cannot be used: ${messageOf(error)}`, error);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const quoted = (name: string): string => JSON.stringify(name);
