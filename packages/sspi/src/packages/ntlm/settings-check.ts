import type { NtlmAcceptorPolicy, NtlmAuthoritySource } from "./ntlm-options.ts";

type Settings = NtlmAcceptorPolicy & NtlmAuthoritySource & { readonly anonymous?: boolean };

const isBoolean = (value: unknown): boolean => typeof value === "boolean";
const isFunction = (value: unknown): boolean => typeof value === "function";
const isOneOf =
  (...words: readonly string[]) =>
  (value: unknown): boolean =>
    typeof value === "string" && words.includes(value);
const hasFunction =
  (name: string) =>
  (value: unknown): boolean =>
    typeof value === "object" && value !== null && isFunction(Reflect.get(value, name));

/** What each setting has to be. */
const kinds: Readonly<Record<keyof Settings, (value: unknown) => boolean>> = {
  accounts: hasFunction("find"),
  authority: hasFunction("logon"),
  anonymous: isBoolean,
  channelBindings: isOneOf("ignore", "when-supported", "required"),
  requireMic: isOneOf("when-flagged", "always"),
  allowLegacy: isBoolean,
  allowEmptyPasswords: isBoolean,
  refuseLoopback: isBoolean,
  peerAlwaysSeals: isBoolean,
  maximumTimeDifference: (value) => typeof value === "number" && value >= 0,
  acceptedTargets: (value) => Array.isArray(value) && value.every((target) => typeof target === "string"),
  restriction: isFunction,
};

/**
 * The name of a setting that is not what it has to be; undefined when all are. A policy with a slip of the pen would be a
 * weaker one.
 */
export function wrongSetting(settings: Settings): string | undefined {
  return Object.entries(kinds).find(([name, isRight]) => {
    const value: unknown = Reflect.get(settings, name);
    return value !== undefined && !isRight(value);
  })?.[0];
}
