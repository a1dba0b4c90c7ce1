/**
 * What a Negotiate credential is acquired with (`authData`), where the mechanisms want different things. Anything else is
 * handed to every mechanism as it is; `allowNtlm` and `raw` may stand beside what they want.
 *
 * @example
 * ```ts
 * import { acquireCredentials, type NegotiateAuthData, type SspiProvider } from "@sallyport/sspi";
 *
 * export function client(provider: SspiProvider, password: string) {
 *   const authData: NegotiateAuthData = {
 *     mechanisms: { NTLM: { user: "alice", domain: "CORP", password } },
 *   };
 *   return acquireCredentials({ provider, package: "Negotiate", use: "outbound", authData });
 * }
 * ```
 */
export interface NegotiateAuthData {
  /**
   * What each mechanism is given, by the name of its package. One that is not named gets no credential; a name that no
   * mechanism has is SEC_E_UNKNOWN_CREDENTIALS.
   */
  readonly mechanisms: Readonly<Record<string, unknown>>;
  /**
   * Whether a client that has something better may offer NTLM too, and fall back on it where no ticket is to be had
   * (SPN-03). Default false. Where there is nothing but NTLM it says nothing.
   */
  readonly allowNtlm?: boolean;
  /** Whether a client sends the tokens of its first mechanism as they are, without SPNEGO (SPN-08). Default false. */
  readonly raw?: boolean;
}

/** What Negotiate itself takes from it. */
export interface NegotiateWishes {
  /** What a mechanism is given; undefined where it gets no credential. */
  authDataOf(name: string): { readonly authData: unknown } | undefined;
  readonly allowNtlm: boolean;
  readonly raw: boolean;
}

/**
 * Reads what the caller gave; undefined for what makes no sense.
 *
 * @param names of the mechanisms that there are
 */
export function readAuthData(given: unknown, names: readonly string[]): NegotiateWishes | undefined {
  if (typeof given !== "object" || given === null) {
    return { authDataOf: () => ({ authData: given }), allowNtlm: false, raw: false };
  }
  const { allowNtlm = false, raw = false, mechanisms } = given as Readonly<Record<string, unknown>>;
  if (typeof allowNtlm !== "boolean" || typeof raw !== "boolean") return undefined;
  if (mechanisms === undefined) return { authDataOf: () => ({ authData: given }), allowNtlm, raw };
  if (typeof mechanisms !== "object" || mechanisms === null) return undefined;
  const byName = new Map(
    Object.entries(mechanisms).map(([name, value]) => [name.toLowerCase(), { authData: value }]),
  );
  const known = new Set(names.map((name) => name.toLowerCase()));
  if ([...byName.keys()].some((name) => !known.has(name))) return undefined;
  return { authDataOf: (name) => byName.get(name.toLowerCase()), allowNtlm, raw };
}
