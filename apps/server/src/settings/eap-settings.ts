import type { EapMethodType } from "@sallyport/nps";
import type { z } from "zod";
import { mappingOf, strongMappings, weakMappings } from "../eap/certificates/certificate-mapping.ts";
import {
  type EapMethodName,
  eapMethodNames,
  eapMethodTypes,
  type InnerMethodName,
  innerMethodNames,
  type TunnelName,
  tunnelNames,
} from "../eap/eap-methods.ts";
import { closest, type UnplacedMistake } from "./mistake.ts";
import { moduleUrl } from "./module-url.ts";
import type { EapMethodsByName, NamedEapMethod } from "./policies.ts";
import type { settingsSchema } from "./schema.ts";
import { type TlsFileSettings, tlsSettingsOf } from "./tls-settings.ts";

/** `eap` of a settings file, complete. */
export interface EapSettings {
  /** In the order in which the default network policy offers them; none refuses EAP. */
  readonly methods: readonly EapMethodSetting[];
  readonly conversations: number;
  /** Undefined where no method needs it. */
  readonly tls: TlsFileSettings | undefined;
}

/** A built-in EAP method, the module of one, or one of the two inside of a tunnel. */
export interface EapMethodSetting {
  /** By which policies name it: `md5`, `./my-method.ts`, `peap/mschapv2`, `ttls/pap`. */
  readonly name: string;
  /** The tunnel around it. */
  readonly tunnel: TunnelName | undefined;
  /** Undefined: all that may be inside of the tunnel. */
  readonly method: MethodSetting | undefined;
}

/** A method by itself. */
export type MethodSetting =
  | { readonly builtIn: EapMethodName | InnerMethodName }
  | {
      /** What to import: a file URL. */
      readonly url: string;
      readonly name: string;
      readonly type: number | undefined;
      readonly friendlyName: string | undefined;
    };

type Parsed = z.output<typeof settingsSchema>;
type ParsedEap = NonNullable<Parsed["eap"]>;
type ParsedMethod = NonNullable<ParsedEap["methods"]>[number];

/** What proves the password without showing it. GTC shows it to every proxy on the way, OTP needs to be set up. */
const defaultMethods: readonly EapMethodName[] = ["mschapv2", "md5"];

/** Completes the EAP settings and finds the mistakes that no schema sees. */
export function eapSettingsOf(
  parsed: Parsed["eap"],
  accounts: Parsed["accounts"],
  folder: string,
): {
  readonly settings: EapSettings;
  readonly mistakes: readonly UnplacedMistake[];
  readonly warnings: readonly UnplacedMistake[];
} {
  const mistakes: UnplacedMistake[] = [];
  const placed = (parsed?.methods ?? defaultMethods).flatMap((entry, index): PlacedMethod[] => {
    const keys = ["eap", "methods", index];
    const setting = methodOf(entry, folder);
    if ("problem" in setting) mistakes.push({ keys, ...setting });
    return "problem" in setting ? [] : [{ keys, setting }];
  });
  const methods = placed.map(({ setting }) => setting);
  mistakes.push(...repeatedMethods(placed));
  const tls = parsed?.tls === undefined ? undefined : tlsSettingsOf(parsed.tls, folder);
  mistakes.push(...(tls?.mistakes ?? []));
  const warnings = [...(tls?.warnings ?? [])];
  for (const { keys, setting: method } of placed) {
    if (!needsTls(method)) continue;
    if (parsed?.tls === undefined)
      mistakes.push({
        keys,
        problem: `${JSON.stringify(method.name)} needs a certificate, and there is no eap.tls`,
        remedy:
          'add "tls": { "certificate": ..., "key": ... } to eap; `sallyport eap pki` makes one to try with',
      });
    else if (needsClientCertificates(method) && parsed.tls.clientAuthorities === undefined)
      mistakes.push({
        keys,
        problem: `${JSON.stringify(method.name)} knows clients by their certificates, and no authority is trusted`,
        remedy: "add clientAuthorities to eap.tls",
      });
  }
  mistakes.push(...unusedMappings(accounts, tls?.settings));
  return {
    settings: { methods, conversations: parsed?.conversations ?? 10_000, tls: tls?.settings },
    mistakes,
    warnings,
  };
}

/** Whether a method is in need of `eap.tls`. */
function needsTls({ tunnel, method }: EapMethodSetting): boolean {
  return tunnel !== undefined || isBuiltIn(method, "tls");
}

function needsClientCertificates({ method }: EapMethodSetting): boolean {
  return isBuiltIn(method, "tls") || isBuiltIn(method, "eap-tls");
}

function isBuiltIn(method: MethodSetting | undefined, name: string): boolean {
  return method !== undefined && "builtIn" in method && method.builtIn === name;
}

/**
 * The methods by their names. A tunnel of which only parts are listed has its own name, too, and all parts of one that is
 * listed as a whole have theirs.
 *
 * @param typeOf of modules; before they are loaded a stand-in, different for each, where the settings do not say it
 */
export function eapMethodsByName(
  methods: readonly EapMethodSetting[],
  typeOf: (method: EapMethodSetting, index: number) => EapMethodType = standIn,
): EapMethodsByName {
  const named = new Map<string, NamedEapMethod>();
  for (const [index, setting] of methods.entries()) {
    const { name, tunnel, method } = setting;
    if (tunnel !== undefined)
      named.set(name, { type: eapMethodTypes[tunnel], inner: innerName(name, tunnel) });
    else if (method !== undefined && "builtIn" in method && isEapMethodName(method.builtIn))
      named.set(name, { type: eapMethodTypes[method.builtIn] });
    else named.set(name, { type: typeOf(setting, index) });
  }
  for (const { name, tunnel } of methods) {
    if (tunnel === undefined) continue;
    const type = eapMethodTypes[tunnel];
    if (!named.has(tunnel)) named.set(tunnel, { type });
    if (name !== tunnel) continue;
    for (const inner of innerMethodNames[tunnel]) {
      const whole = `${tunnel}/${inner}`;
      if (!named.has(whole)) named.set(whole, { type, inner });
    }
  }
  return named;
}

function standIn({ method }: EapMethodSetting, index: number): EapMethodType {
  const type = method !== undefined && "url" in method ? method.type : undefined;
  return type ?? { vendorId: 0, vendorType: index };
}

/** `mschapv2` of `peap/mschapv2`; undefined for `peap`. */
function innerName(name: string, tunnel: TunnelName): string | undefined {
  return name === tunnel ? undefined : name.slice(tunnel.length + 1);
}

function isEapMethodName(name: EapMethodName | InnerMethodName): name is EapMethodName {
  return eapMethodNames.some((known) => known === name);
}

type Problem = Omit<UnplacedMistake, "keys">;

interface PlacedMethod {
  readonly keys: readonly PropertyKey[];
  readonly setting: EapMethodSetting;
}

function methodOf(entry: ParsedMethod, folder: string): EapMethodSetting | Problem {
  if (typeof entry !== "string") {
    const { module, inside, type, friendlyName } = entry;
    const url = moduleUrl(module, folder);
    if (typeof url !== "string") return url;
    const name = inside === undefined ? module : `${inside}/${module}`;
    return { name, tunnel: inside, method: { name: module, url, type, friendlyName } };
  }
  const tunnel = tunnelNames.find((known) => entry === known || entry.startsWith(`${known}/`));
  if (tunnel !== undefined && entry === tunnel) return { name: entry, tunnel, method: undefined };
  const inner = tunnel === undefined ? entry : entry.slice(tunnel.length + 1);
  const known: readonly (EapMethodName | InnerMethodName)[] =
    tunnel === undefined ? eapMethodNames : innerMethodNames[tunnel];
  const builtIn = known.find((name) => name === inner);
  if (builtIn !== undefined) return { name: entry, tunnel, method: { builtIn } };
  const url = moduleUrl(inner, folder);
  if (typeof url === "string")
    return {
      name: entry,
      tunnel,
      method: { name: inner, url, type: undefined, friendlyName: undefined },
    };
  const meant = closest(inner, known);
  if (meant === undefined) return url;
  return {
    ...url,
    remedy: `did you mean ${JSON.stringify(tunnel === undefined ? meant : `${tunnel}/${meant}`)}?`,
  };
}

/** A method that is named twice; modules tell their types when they are loaded. */
function repeatedMethods(methods: readonly PlacedMethod[]): UnplacedMistake[] {
  const seen = new Set<string>();
  return methods.flatMap(({ keys, setting: { name, method } }) => {
    if (method !== undefined && !("builtIn" in method)) return [];
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    const problem = `${JSON.stringify(name)} stands in the list already`;
    return [{ keys, problem, remedy: "remove one of the two" }];
  });
}

/** Certificates of accounts that nothing would ever look for. */
function unusedMappings(
  accounts: Parsed["accounts"],
  tls: TlsFileSettings | undefined,
): readonly UnplacedMistake[] {
  return (accounts ?? []).flatMap(({ certificates = [] }, account) =>
    certificates.flatMap((entry, index): UnplacedMistake[] => {
      const keys = ["accounts", account, "certificates", index];
      const mapping = mappingOf(entry);
      if (mapping === undefined)
        return [
          {
            keys,
            problem: "names no way to a certificate, or more than one",
            remedy: `write one of ${strongMappings.join(", ")}; issuerSerial is written as issuer and serialNumber`,
          },
        ];
      if (tls === undefined || tls.mappings.includes(mapping)) return [];
      const weak = weakMappings.some((name) => name === mapping);
      return [
        {
          keys,
          problem: weak
            ? `"${mapping}" is a weak mapping, which eap.tls.mappings does not name`
            : `eap.tls.mappings does not name "${mapping}"`,
          remedy: weak
            ? `use ${strongMappings.join(", ")}, or add "${mapping}" to eap.tls.mappings if you trust the authority that far`
            : `add "${mapping}" to eap.tls.mappings`,
        },
      ];
    }),
  );
}
