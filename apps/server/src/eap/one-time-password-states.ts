import { foldCase } from "@sallyport/accounts";
import {
  formatOneTimePasswordChallenge,
  type OneTimePasswordState,
  type OneTimePasswordStore,
  parseOneTimePassword,
  parseOneTimePasswordChallenge,
} from "@sallyport/eap";
import { qualifiedName } from "@sallyport/nps";

/** The part of the store that keeps how far each user is. */
export interface OneTimePasswordRecords {
  /** The text of a user's state; undefined where none was stored. */
  get(user: string): string | undefined;
  /** Puts `after` in the place of `before` (undefined: of nothing), if it is still there; returns whether it was. */
  replace(user: string, before: string | undefined, after: string): boolean;
}

/**
 * The one-time passwords of the accounts: each begins as the settings say and goes on as the store remembers. A setting
 * with another seed or algorithm begins anew.
 */
export function oneTimePasswordStates(
  settings: readonly { readonly name: string; readonly oneTimePassword?: string | undefined }[],
  defaultDomain: string,
  records: OneTimePasswordRecords,
): OneTimePasswordStore {
  const keyOf = (identity: string): string => foldCase(qualifiedName(identity, defaultDomain));
  const configured = new Map(
    settings.flatMap(({ name, oneTimePassword }) => {
      const state = oneTimePassword === undefined ? undefined : parseOneTimePasswordState(oneTimePassword);
      return state === undefined ? [] : [[keyOf(name), state] as const];
    }),
  );
  const current = (user: string): { state: OneTimePasswordState; text: string | undefined } | undefined => {
    const first = configured.get(user);
    if (first === undefined) return undefined;
    const text = records.get(user);
    const stored = text === undefined ? undefined : parseOneTimePasswordState(text);
    const goesOn =
      stored !== undefined && stored.seed === first.seed && stored.algorithm === first.algorithm
        ? stored.sequence <= first.sequence
        : false;
    return { state: goesOn && stored !== undefined ? stored : first, text };
  };
  return {
    find: (identity) => current(keyOf(identity))?.state,
    advance(identity, before, after) {
      const user = keyOf(identity);
      const now = current(user);
      if (now === undefined || now.state.sequence !== before.sequence || now.state.seed !== before.seed)
        return false;
      return records.replace(user, now.text, formatOneTimePasswordState(after));
    },
  };
}

/** Reads `otp-md5 500 dog2 9E876134D90499DD`: the challenge, and the password with this sequence number. */
export function parseOneTimePasswordState(text: string): OneTimePasswordState | undefined {
  const challenge = parseOneTimePasswordChallenge(text);
  const password = parseOneTimePassword(text.trim().split(/\s+/).slice(3).join(" "));
  return challenge === undefined || password === undefined ? undefined : { ...challenge, password };
}

/** The counterpart of {@link parseOneTimePasswordState}. */
export function formatOneTimePasswordState(state: OneTimePasswordState): string {
  const digits = Array.from(state.password, (octet) => octet.toString(16).padStart(2, "0")).join("");
  return `${formatOneTimePasswordChallenge(state)} ${digits.toUpperCase()}`;
}
