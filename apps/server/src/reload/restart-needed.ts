import type { Settings } from "../settings/settings.ts";

/** What a reload cannot change, with the keys of the settings file. */
const fixed: readonly (readonly [string, (settings: Settings) => unknown])[] = [
  ["radius.auth", ({ auth }) => auth],
  ["radius.acct", ({ acct }) => acct],
  ["ras", ({ ras }) => ras],
  ["state", ({ state }) => state],
  ["console", ({ console }) => console],
  ["consoleSignOn", ({ consoleSignOn }) => consoleSignOn],
  ["metrics", ({ metrics }) => metrics],
  [
    "eap",
    ({ eap: { methods, conversations, tls } }) => [
      methods,
      conversations,
      // The files themselves are read again.
      tls && [tls.workers, tls.sessions, tls.fragmentSize],
    ],
  ],
  ["authentication.lockout", ({ authentication }) => authentication.lockout],
  ["defaultDomain", ({ defaultDomain }) => defaultDomain],
  ["log", ({ log }) => log],
  ["accounting", ({ accounting }) => accounting],
  [
    "accounts[].oneTimePassword",
    ({ accounts }) =>
      accounts.flatMap(({ name, oneTimePassword }) => (oneTimePassword ? [[name, oneTimePassword]] : [])),
  ],
];

/** The keys that differ between the settings a server was started with and new ones, and that only a restart changes. */
export function restartNeeded(started: Settings, wanted: Settings): string[] {
  return fixed.flatMap(([key, value]) =>
    JSON.stringify(value(started)) === JSON.stringify(value(wanted)) ? [] : [key],
  );
}
