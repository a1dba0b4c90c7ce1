/** What an account is looked up by. Both parts are compared case-insensitively. */
export interface AccountIdentity {
  /** The NetBIOS domain; empty for the default domain of the source. */
  readonly domain: string;
  readonly name: string;
}

/**
 * Reads `DOMAIN\name`, or a bare name, which leaves the domain empty. Other forms of a user name (`name@realm`) are for
 * the caller to translate: here they are a bare name.
 *
 * @example
 * ```ts
 * import { accountIdentity } from "@sallyport/accounts";
 *
 * accountIdentity("CORP\\alice"); // { domain: "CORP", name: "alice" }
 * accountIdentity("alice"); // { domain: "", name: "alice" }
 * ```
 */
export function accountIdentity(userName: string): AccountIdentity {
  const backslash = userName.indexOf("\\");
  return { domain: userName.slice(0, Math.max(0, backslash)), name: userName.slice(backslash + 1) };
}

/**
 * The form in which names are equal when they differ in case only: every character in upper case where that is one
 * character again, as Windows compares names. So `straße` is not `STRASSE`, and no letter beyond ASCII (dotless i,
 * long s) becomes one of ASCII, by which one user could pass for another.
 */
export function foldCase(name: string): string {
  if (/^[ -~]*$/.test(name)) return name.toUpperCase();
  return name.replace(/[\s\S]/g, (unit) => {
    const upper = unit.toUpperCase();
    return upper.length === 1 && (unit <= "~" || upper > "~") ? upper : unit;
  });
}
