import type { ExtensionEnvironment } from "@sallyport/nps";
import { type Lockout, sharedLockout } from "./lockout.ts";

/** The settings of the lockout. */
export interface LockoutSettings {
  /** Extensions that say the same name share the attempts. Default `"log-on"`. */
  readonly name?: string;
  /** Failed attempts before a user is locked, 1 to 1000. Default 5. */
  readonly limit?: number;
  /** In how many seconds, and for how long at most; 1 to 86 400. Default 300. */
  readonly seconds?: number;
  /**
   * What is locked. `"account"`, the default: the user, wherever they log on, so that anybody can lock a user out.
   * `"account and device"`: the user on the device of Calling-Station-Id.
   */
  readonly by?: "account" | "account and device";
}

/** Settings that were found right. */
export interface Configuration {
  readonly name: string;
  readonly lockout: Lockout;
  /** What is locked, for an account `DOMAIN\USER` and the Calling-Station-Id of its request. */
  keyOf(account: string, device: string | undefined): string;
}

/**
 * Reads the settings.
 *
 * @throws {TypeError} with every mistake, and its place
 */
export function configurationOf({ settings, clock }: ExtensionEnvironment): Configuration {
  const mistakes: string[] = [];
  const given = Object(settings) as Readonly<Record<string, unknown>>;
  const { name = "log-on", by = "account" } = given;
  if (typeof name !== "string" || name === "") mistakes.push("settings.name is no name");
  if (by !== "account" && by !== "account and device")
    mistakes.push('settings.by is neither "account" nor "account and device"');
  const rules = { limit: whole("limit", 5, 1000), seconds: whole("seconds", 300, 86_400) };
  if (mistakes.length > 0) throw new TypeError(mistakes.join("; "));
  return {
    name: String(name),
    lockout: sharedLockout(String(name), rules, clock),
    keyOf: (account, device = "") =>
      by === "account" ? account : `${account} ${device.toLowerCase().replace(/[-:.]/g, "")}`,
  };

  function whole(key: string, byDefault: number, most: number): number {
    const value = given[key] ?? byDefault;
    if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= most) return value;
    mistakes.push(`settings.${key} is no whole number from 1 to ${most}`);
    return byDefault;
  }
}

/** What a user is told who is locked out. */
export function lockedMessage(unlocksInMs: number): string {
  const seconds = Math.ceil(unlocksInMs / 1000);
  const wait = seconds > 120 ? `${Math.ceil(seconds / 60)} minutes` : `${seconds} seconds`;
  return `Too many attempts. Try again in ${wait}.`;
}
