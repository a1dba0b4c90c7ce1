import {
  type ConnectionRequestPolicy,
  connectionRequestPolicy,
  defaultConnectionRequestPolicy,
  defaultNetworkPolicy,
  type EapInnerMethods,
  type EapMethodType,
  type NetworkPolicy,
  type NetworkPolicySettings,
  networkPolicy,
  policyFindings,
} from "@sallyport/nps";
import type { z } from "zod";
import { eapMethodTypes, isTunnelName } from "../eap/eap-methods.ts";
import { closest, type UnplacedMistake } from "./mistake.ts";
import type { settingsSchema } from "./schema.ts";

type Parsed = z.output<typeof settingsSchema>;
type ParsedPolicies = NonNullable<Parsed["policies"]>;

/** The policies of a settings file. A list that is left out is the one of a new installation. */
export interface PoliciesSetting {
  readonly connectionRequest: ParsedPolicies["connectionRequest"] | undefined;
  readonly network: ParsedPolicies["network"] | undefined;
}

/** The EAP methods by the names that `eap.methods` has for them, in its order. */
export type EapMethodsByName = ReadonlyMap<string, NamedEapMethod>;

/** A method of `eap.methods`. */
export interface NamedEapMethod {
  /** Of the method outside, where one is inside of another. */
  readonly type: EapMethodType;
  /** The method inside; undefined where nothing is, or anything may be. */
  readonly inner?: string | undefined;
}

/** The connection request policies that are enabled, in their order. */
export function connectionRequestPolicies(
  { connectionRequest }: PoliciesSetting,
  timeZone: string,
): readonly ConnectionRequestPolicy[] {
  if (connectionRequest === undefined) return [defaultConnectionRequestPolicy];
  return enabled(connectionRequest).map((policy) => connectionRequestPolicy(policy, { timeZone }));
}

/** The network policies that are enabled, in their order. */
export function networkPolicies(
  { network }: PoliciesSetting,
  timeZone: string,
  eapMethods: EapMethodsByName,
): readonly NetworkPolicy[] {
  if (network === undefined)
    return [{ ...defaultNetworkPolicy, eapTypes: typesOf([...eapMethods.keys()], eapMethods) }];
  return enabled(network).map((policy) => networkPolicy(withEapTypes(policy, eapMethods), { timeZone }));
}

/** The names of policies, for whatever refers to them. */
export function policyNames(policies: PoliciesSetting): {
  readonly connectionRequest: readonly string[];
  readonly network: readonly string[];
} {
  return {
    connectionRequest: (policies.connectionRequest ?? [defaultConnectionRequestPolicy]).map(
      ({ name }) => name,
    ),
    network: (policies.network ?? [defaultNetworkPolicy]).map(({ name }) => name),
  };
}

/** What is wrong with the policies of a file, and what is useless in them. */
export function policyMistakes(
  policies: PoliciesSetting,
  parsed: Parsed,
  eapMethods: EapMethodsByName,
): { readonly mistakes: readonly UnplacedMistake[]; readonly warnings: readonly UnplacedMistake[] } {
  const unknown = (policies.network ?? []).flatMap((policy, index) =>
    unknownMethods(policy, index, eapMethods),
  );
  const findings = policyFindings(
    {
      connectionRequest: policies.connectionRequest,
      network: policies.network?.map((policy) => withEapTypes(policy, eapMethods)),
    },
    {
      timeZone: parsed.timeZone ?? "UTC",
      clients: (parsed.radius?.clients ?? []).map(({ name }) => name),
      groups: [...new Set((parsed.accounts ?? []).flatMap(({ groups }) => groups ?? []))],
      allowMsChap: parsed.authentication?.msChap ?? false,
    },
  ).map(({ severity, keys, problem, remedy }) => ({
    severity,
    keys: ["policies", ...keys.map((key) => (key === "eapTypes" ? "eapMethods" : key))],
    problem,
    remedy,
  }));
  const of = (wanted: string): UnplacedMistake[] =>
    findings.flatMap(({ severity, ...mistake }) => (severity === wanted ? [mistake] : []));
  return { mistakes: [...unknown, ...of("mistake")], warnings: of("warning") };
}

type ParsedNetworkPolicy = NonNullable<ParsedPolicies["network"]>[number];

/** Stands for a name that is none of `eap.methods`, which is told as a mistake. */
const unknownType: EapMethodType = { vendorId: 0, vendorType: 0xffff_ffff };

function withEapTypes(policy: ParsedNetworkPolicy, eapMethods: EapMethodsByName): NetworkPolicySettings {
  const { conditions, constraints, ...rest } = policy;
  const renamed = <Part extends { readonly eapMethods?: readonly string[] | undefined }>(
    part: Part,
  ): Omit<Part, "eapMethods"> & { readonly eapTypes: readonly EapMethodType[] | undefined } => {
    const { eapMethods: names, ...others } = part;
    return { ...others, eapTypes: names && typesOf(names, eapMethods) };
  };
  const inner = innerMethodsOf(constraints?.eapMethods ?? [], eapMethods);
  return {
    ...rest,
    conditions: conditions && renamed(conditions),
    constraints: constraints && {
      ...renamed(constraints),
      ...(inner.length > 0 && { eapInnerMethods: inner }),
    },
  };
}

/** The types of names, each once. */
function typesOf(names: readonly string[], eapMethods: EapMethodsByName): readonly EapMethodType[] {
  return [...new Set(names.map((name) => eapMethods.get(name)?.type ?? unknownType))];
}

/** What names such as `peap/mschapv2` allow inside; a tunnel that is named by itself allows everything. */
function innerMethodsOf(names: readonly string[], eapMethods: EapMethodsByName): readonly EapInnerMethods[] {
  const named = names.flatMap((name) => eapMethods.get(name) ?? []);
  const inside = new Map<EapMethodType, string[]>();
  for (const { type, inner } of named) {
    if (inner !== undefined) inside.set(type, [...(inside.get(type) ?? []), inner]);
  }
  const everything = new Set(names.flatMap((name) => (isTunnelName(name) ? [eapMethodTypes[name]] : [])));
  return Array.from(inside, ([type, methods]) => ({ type, methods })).filter(
    ({ type }) => typeof type !== "number" || !everything.has(type),
  );
}

function unknownMethods(
  { conditions, constraints }: ParsedNetworkPolicy,
  index: number,
  eapMethods: EapMethodsByName,
): UnplacedMistake[] {
  const known = [...eapMethods.keys()];
  const places = { conditions: conditions?.eapMethods, constraints: constraints?.eapMethods };
  return Object.entries(places).flatMap(([part, names]) =>
    (names ?? []).flatMap((name, at) => {
      if (eapMethods.has(name)) return [];
      const meant = closest(name, known);
      return [
        {
          keys: ["policies", "network", index, part, "eapMethods", at],
          problem: `${JSON.stringify(name)} is none of eap.methods`,
          remedy: meant === undefined ? `write one of ${known.join(", ")}` : `did you mean "${meant}"?`,
        },
      ];
    }),
  );
}

function enabled<Policy extends { readonly enabled?: boolean | undefined }>(
  policies: readonly Policy[],
): readonly Policy[] {
  return policies.filter((policy) => policy.enabled !== false);
}
