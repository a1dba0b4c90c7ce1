import { resolve } from "node:path";
import {
  type AccountLockoutOptions,
  type Compatibility,
  type CrashConsequence,
  defaultDomainName,
  type ExtensionScope,
  type LogFailureRule,
  type LogFormat,
  type LogPeriod,
  prepareScope,
  qualifiedName,
} from "@sallyport/nps";
import type { z } from "zod";
import { type EapSettings, eapMethodsByName, eapSettingsOf } from "./eap-settings.ts";
import { closest, type Mistake, type UnplacedMistake } from "./mistake.ts";
import { moduleUrl } from "./module-url.ts";
import { type PoliciesSetting, policyMistakes, policyNames } from "./policies.ts";
import { type RasSettings, rasSettingsOf } from "./ras-settings.ts";
import { parseEndpoint, type settingsSchema } from "./schema.ts";

/** Validated settings with their defaults, every path absolute. */
export interface Settings {
  /** The folder of the settings file. */
  readonly folder: string;
  readonly auth: readonly EndpointSetting[];
  readonly acct: readonly EndpointSetting[];
  readonly clients: Clients;
  /** Undefined where no caller is taken. */
  readonly ras: RasSettings | undefined;
  readonly accounts: NonNullable<Parsed["accounts"]>;
  readonly extensions: {
    readonly authentication: readonly ExtensionSetting[];
    readonly authorization: readonly ExtensionSetting[];
    readonly timeoutMs: number;
  };
  readonly defaultDomain: string;
  readonly timeZone: string;
  readonly authentication: { readonly msChap: boolean; readonly lockout: AccountLockoutOptions | undefined };
  readonly eap: EapSettings;
  readonly policies: PoliciesSetting;
  readonly pingUserName: string | undefined;
  readonly state: string;
  readonly console: EndpointSetting | false;
  /** Undefined where the console takes its token only. */
  readonly consoleSignOn:
    | { readonly groups: readonly string[]; readonly schemes: readonly ("Negotiate" | "NTLM")[] }
    | undefined;
  readonly metrics: { readonly token: string | undefined };
  readonly log: {
    readonly format: "text" | "json";
    readonly requests: boolean;
    readonly audit: "none" | "failures" | "all";
  };
  readonly accounting: { readonly fsync: boolean; readonly log: AccountingLogSetting | undefined };
  readonly compatibility: Compatibility;
  /** What works and is most likely not meant so. */
  readonly warnings: readonly Mistake[];
}

export interface EndpointSetting {
  readonly address: string;
  readonly port: number;
}

/** Log files as NPS writes them (NPS-92 to NPS-94). */
interface AccountingLogSetting {
  readonly folder: string;
  readonly format: LogFormat;
  readonly period: LogPeriod;
  readonly maxBytes: number;
  readonly authentication: boolean;
  readonly onFailure: LogFailureRule;
}

/** A module to load: a file, or a package found from the settings file's folder. */
export interface ExtensionSetting {
  /** As written. */
  readonly name: string;
  /** What to import: a file URL. */
  readonly url: string;
  readonly settings: unknown;
  readonly scope: ExtensionScope | undefined;
  /** Undefined for a module that runs inline. */
  readonly isolation: IsolationSetting | undefined;
}

/** How a module is kept in a worker. */
interface IsolationSetting {
  readonly onCrash: CrashConsequence;
  readonly memoryLimitMb: number;
}

type Parsed = z.output<typeof settingsSchema>;
type Clients = NonNullable<Parsed["radius"]>["clients"];

/** Completes parsed settings with defaults and finds the mistakes that no schema sees. */
export function settingsOf(
  parsed: Parsed,
  folder: string,
): {
  readonly settings: Omit<Settings, "warnings">;
  readonly mistakes: readonly UnplacedMistake[];
  readonly warnings: readonly UnplacedMistake[];
} {
  const clients = parsed.radius?.clients ?? [];
  const ras = parsed.ras && rasSettingsOf(parsed.ras, folder);
  const mistakes: UnplacedMistake[] = [
    ...(parsed.radius === undefined && ras === undefined ? [nothingToServe] : []),
    ...(parsed.consoleSignOn !== undefined && parsed.console === false ? [signOnToNothing] : []),
    ...(ras?.mistakes ?? []),
    ...repeated(clients, ["radius", "clients"], "address"),
    ...repeated(clients, ["radius", "clients"], "name"),
    ...repeated(parsed.ras?.ports ?? [], ["ras", "ports"], "name"),
    ...repeatedNames(parsed.accounts ?? [], parsed.defaultDomain ?? defaultDomainName),
    ...uselessSize(parsed.accounting?.log),
  ];
  const extensionSettings = (point: "authentication" | "authorization"): ExtensionSetting[] =>
    (parsed.extensions?.[point] ?? []).flatMap((entry, index) => {
      const keys = ["extensions", point, index];
      const name = typeof entry === "string" ? entry : entry.module;
      const url = moduleUrl(name, folder);
      if (typeof url !== "string") mistakes.push({ keys, ...url });
      if (typeof url !== "string") return [];
      if (typeof entry === "string")
        return [{ name, url, settings: undefined, scope: undefined, isolation: undefined }];
      mistakes.push(...isolationMistakes(entry, keys));
      mistakes.push(...scopeMistakes(entry.scope, point, [...keys, "scope"], parsed));
      const { settings, scope } = entry;
      return [
        { name, url, settings, scope: scope as ExtensionScope | undefined, isolation: isolationOf(entry) },
      ];
    });
  const authentication = extensionSettings("authentication");
  const authorization = extensionSettings("authorization");
  mistakes.push(...contradictorySettings(authentication, authorization));
  const eap = eapSettingsOf(parsed.eap, parsed.accounts, folder);
  mistakes.push(...eap.mistakes);
  const policies: PoliciesSetting = {
    connectionRequest: parsed.policies?.connectionRequest,
    network: parsed.policies?.network,
  };
  const policyProblems = policyMistakes(policies, parsed, eapMethodsByName(eap.settings.methods));
  mistakes.push(...policyProblems.mistakes);
  const settings: Omit<Settings, "warnings"> = {
    folder,
    auth: parsed.radius === undefined ? [] : endpointsOf(parsed.radius.auth ?? "127.0.0.1:1812"),
    acct: parsed.radius === undefined ? [] : endpointsOf(parsed.radius.acct ?? "127.0.0.1:1813"),
    clients,
    ras: ras?.settings,
    accounts: parsed.accounts ?? [],
    extensions: { authentication, authorization, timeoutMs: parsed.extensions?.timeoutMs ?? 30_000 },
    defaultDomain: parsed.defaultDomain ?? defaultDomainName,
    timeZone: parsed.timeZone ?? "UTC",
    authentication: {
      msChap: parsed.authentication?.msChap ?? false,
      lockout: lockoutOf(parsed.authentication?.lockout),
    },
    eap: eap.settings,
    policies,
    pingUserName: parsed.pingUserName,
    state: resolve(folder, parsed.state ?? "sallyport-state"),
    console: parsed.console === false ? false : (endpointsOf(parsed.console ?? "127.0.0.1:0")[0] ?? false),
    consoleSignOn: parsed.consoleSignOn && {
      groups: parsed.consoleSignOn.groups,
      schemes: parsed.consoleSignOn.schemes ?? ["Negotiate", "NTLM"],
    },
    metrics: { token: parsed.metrics?.token },
    log: {
      format: parsed.log?.format ?? "text",
      requests: parsed.log?.requests ?? true,
      audit:
        parsed.log?.audit ??
        (parsed.log?.format === "json" && parsed.log.requests !== false ? "all" : "none"),
    },
    accounting: {
      fsync: parsed.accounting?.fsync ?? false,
      log: accountingLogSetting(parsed.accounting?.log, folder),
    },
    compatibility: {
      process2AfterReject: parsed.compatibility?.process2AfterReject ?? false,
      allowAuthorizationAccept: parsed.compatibility?.allowAuthorizationAccept ?? false,
      rawErrorCodes: parsed.compatibility?.rawErrorCodes ?? false,
      littleEndianAddresses: parsed.compatibility?.littleEndianAddresses ?? false,
      enforceNetworkPolicyOnChallengeResponse:
        parsed.compatibility?.enforceNetworkPolicyOnChallengeResponse ?? true,
    },
  };
  return { settings, mistakes, warnings: [...eap.warnings, ...policyProblems.warnings] };
}

const signOnToNothing: UnplacedMistake = {
  keys: ["consoleSignOn"],
  problem: "there is no console to sign on to",
  remedy: 'give "console" an address such as "127.0.0.1:4180", or remove consoleSignOn',
};

const nothingToServe: UnplacedMistake = {
  keys: ["radius"],
  problem: "is missing",
  remedy: "keys: auth, acct, clients; a server that only takes callers has ras instead",
};

type ParsedLog = NonNullable<Parsed["accounting"]>["log"];

function accountingLogSetting(parsed: ParsedLog, folder: string): AccountingLogSetting | undefined {
  if (parsed === undefined) return undefined;
  return {
    folder: resolve(folder, parsed.folder ?? "logs"),
    format: parsed.format ?? "dts",
    period: parsed.rotate ?? "monthly",
    maxBytes: Math.floor((parsed.maxSizeMb ?? 10) * 1_048_576),
    authentication: parsed.authentication ?? true,
    onFailure: parsed.onFailure ?? "discard",
  };
}

function uselessSize(parsed: ParsedLog): UnplacedMistake[] {
  if (parsed?.maxSizeMb === undefined || parsed.rotate === "size") return [];
  const rotate = parsed.rotate ?? "monthly";
  return [
    {
      keys: ["accounting", "log", "maxSizeMb"],
      problem: `has no meaning where a new file is begun ${rotate === "never" ? rotate : `by date (${rotate})`}`,
      remedy: 'set rotate to "size", or remove maxSizeMb',
    },
  ];
}

function lockoutOf(
  lockout: NonNullable<Parsed["authentication"]>["lockout"],
): AccountLockoutOptions | undefined {
  if (lockout === undefined) return undefined;
  const { maxDenials, resetMinutes } = lockout;
  return { maxDenials, resetTimeMs: resetMinutes === undefined ? undefined : resetMinutes * 60_000 };
}

function endpointsOf(value: string | readonly string[]): EndpointSetting[] {
  return [value].flat().flatMap((one) => parseEndpoint(one) ?? []);
}

/** The second and further entries that have the same value under a key that must be unique. */
function repeated<Key extends string>(
  entries: readonly Readonly<Record<Key, string>>[],
  keys: readonly PropertyKey[],
  key: Key,
): UnplacedMistake[] {
  const first = new Map<string, number>();
  return entries.flatMap((entry, index) => {
    const value = entry[key].toLowerCase();
    const earlier = first.get(value);
    if (earlier === undefined) {
      first.set(value, index);
      return [];
    }
    const problem = `the ${key} ${JSON.stringify(entry[key])} is used by entry ${earlier} already`;
    return [{ keys: [...keys, index, key], problem, remedy: "remove one of the two" }];
  });
}

/** Two accounts of one name, however the two are written. */
function repeatedNames(accounts: NonNullable<Parsed["accounts"]>, defaultDomain: string): UnplacedMistake[] {
  const qualified = accounts.map(({ name }) => ({ name: qualifiedName(name, defaultDomain) }));
  return repeated(qualified, ["accounts"], "name");
}

/** What no schema sees in a scope: names that exist nowhere, and what is not known at the point. */
function scopeMistakes(
  scope: object | undefined,
  point: "authentication" | "authorization",
  keys: readonly PropertyKey[],
  parsed: Parsed,
): UnplacedMistake[] {
  if (scope === undefined) return [];
  const own = scope as ExtensionScope;
  const policies = policyNames({
    connectionRequest: parsed.policies?.connectionRequest,
    network: parsed.policies?.network,
  });
  const unknown = (key: string, what: string, names: readonly string[], known: readonly string[]) =>
    names.flatMap((name, index): UnplacedMistake[] => {
      if (known.includes(name)) return [];
      const meant = closest(name, known);
      return [
        {
          keys: [...keys, key, index],
          problem: `there is no ${what} called ${JSON.stringify(name)}`,
          remedy: meant === undefined ? `write one of ${known.join(", ")}` : `did you mean "${meant}"?`,
        },
      ];
    });
  const clients = (parsed.radius?.clients ?? []).map((client) => client.name);
  const { connectionRequestPolicies = [], networkPolicies = [] } = own;
  const mistakes = [
    ...unknown("clients", "client", own.clients ?? [], clients),
    ...unknown(
      "connectionRequestPolicies",
      "connection request policy",
      connectionRequestPolicies,
      policies.connectionRequest,
    ),
    ...unknown("networkPolicies", "network policy", networkPolicies, policies.network),
  ];
  if (point === "authentication" && own.networkPolicies !== undefined) {
    mistakes.push({
      keys: [...keys, "networkPolicies"],
      problem: "the network policy is not known yet when authentication extensions are called",
      remedy: "list the module under extensions.authorization, or use connectionRequestPolicies",
    });
  }
  try {
    prepareScope(own);
  } catch (error) {
    mistakes.push({
      keys,
      problem: (error as Error).message,
      remedy: "use the names of the RFCs, such as NAS-Port-Type",
    });
  }
  return mistakes;
}

interface IsolationEntry {
  readonly isolation?: "inline" | "worker" | undefined;
  readonly onCrash?: CrashConsequence | undefined;
  readonly memoryLimitMb?: number | undefined;
}

function isolationOf({ isolation, onCrash, memoryLimitMb }: IsolationEntry): IsolationSetting | undefined {
  if (isolation !== "worker") return undefined;
  return { onCrash: onCrash ?? "discard", memoryLimitMb: memoryLimitMb ?? 512 };
}

/** What is said about a worker means nothing without one. */
function isolationMistakes(entry: IsolationEntry, keys: readonly PropertyKey[]): UnplacedMistake[] {
  if (entry.isolation === "worker") return [];
  return (["onCrash", "memoryLimitMb"] as const)
    .filter((key) => entry[key] !== undefined)
    .map((key) => ({
      keys: [...keys, key],
      problem: "has no meaning for a module that runs inline",
      remedy: 'write isolation: "worker" beside it, or remove it',
    }));
}

/** A module is initialized once, so it cannot have two kinds of settings, nor run in two places (NPS-08). */
function contradictorySettings(
  authentication: readonly ExtensionSetting[],
  authorization: readonly ExtensionSetting[],
): UnplacedMistake[] {
  return authorization.flatMap((entry, index) => {
    const other = authentication.find(({ url }) => url === entry.url);
    if (other !== undefined && JSON.stringify(other.isolation) !== JSON.stringify(entry.isolation)) {
      return [
        {
          keys: ["extensions", "authorization", index],
          problem: `${entry.name} has another isolation in the authentication list`,
          remedy:
            "a module runs in one place: write the same isolation, onCrash and memoryLimitMb in both lists",
        },
      ];
    }
    if (other === undefined || entry.settings === undefined || other.settings === undefined) return [];
    if (JSON.stringify(other.settings) === JSON.stringify(entry.settings)) return [];
    return [
      {
        keys: ["extensions", "authorization", index, "settings"],
        problem: `${entry.name} has other settings in the authentication list`,
        remedy: "a module is initialized once: write its settings in one of the two lists",
      },
    ];
  });
}
