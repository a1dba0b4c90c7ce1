/** What a call came to, as the stage after the security dialog sees it. */
export type CallOutcome =
  /** The port has no dialog, or no module is registered: PPP begins (RAS-05, RAS-06). */
  | { readonly kind: "no dialog" }
  /** The verdict was SUCCESS: PPP begins, and has the last word (RAS-33). The line is open. */
  | {
      readonly kind: "success";
      readonly userName: string;
      readonly domain: string;
      /** What arrived and was not asked for: the first bytes of the next stage. */
      readonly unread: Uint8Array<ArrayBuffer>;
      /** Whether the next stage may authenticate this name: any, unless `requireSameUser` (RAS-39). */
      admits(userName: string): boolean;
    }
  /** The verdict was FAILURE: the line was hung up (RAS-34). */
  | { readonly kind: "failure"; readonly userName: string; readonly domain: string }
  /**
   * The line was hung up without a verdict on the user; `error` says why: what Begin returned, `dwError` of an ERROR, 629 the
   * caller, 631 an administrator, 632 too much type-ahead, 638 a time-out, 619 the host stops.
   */
  | {
      readonly kind: "begin failed" | "error" | "aborted" | "delayed too long" | "refused";
      readonly error: number;
    };

/**
 * Whether PPP's identity is the user that the dialog spoke of. Names are compared as Windows does, without case; a domain
 * counts where both name one.
 */
export function isSameUser(
  dialog: { readonly userName: string; readonly domain: string },
  identity: string,
): boolean {
  const [domain, name] = split(identity);
  const [ownDomain = dialog.domain, ownName] = split(dialog.userName);
  if (!equal(name, ownName)) return false;
  return domain === undefined || ownDomain === "" || equal(domain, ownDomain);
}

function split(identity: string): readonly [domain: string | undefined, name: string] {
  const at = identity.indexOf("\\");
  return at < 0 ? [undefined, identity] : [identity.slice(0, at), identity.slice(at + 1)];
}

function equal(one: string, other: string): boolean {
  return one.toUpperCase() === other.toUpperCase();
}
