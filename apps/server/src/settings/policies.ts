import {
  type ConnectionRequestPolicy,
  connectionRequestPolicy,
  defaultConnectionRequestPolicy,
  defaultNetworkPolicy,
  type EapMethodType,
  type NetworkPolicy,
  type NetworkPolicySettings,
  networkPolicy,
  policyFindings,
} from "@sallyport/nps";
import type { z } from "zod";
import { closest, type UnplacedMistake } from "./mistake.ts";
import type { settingsSchema } from "./schema.ts";

type Parsed = z.output<typeof settingsSchema>;
type ParsedPolicies = NonNullable<Parsed["policies"]>;

/** The policies of a settings file. A list that is left out is the one of a new installation. */
export interface PoliciesSetting {
  readonly connectionRequest: ParsedPolicies["connectionRequest"] | undefined;
  readonly network: ParsedPolicies["network"] | undefined;
}

/** The EAP types by the names that `eap.methods` has for them. */
export type EapTypesByName = ReadonlyMap<string, EapMethodType>;

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
  eapTypes: EapTypesByName,
): readonly NetworkPolicy[] {
  if (network === undefined) return [{ ...defaultNetworkPolicy, eapTypes: [...eapTypes.values()] }];
  return enabled(network).map((policy) => networkPolicy(withEapTypes(policy, eapTypes), { timeZone }));
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
  eapTypes: EapTypesByName,
): { readonly mistakes: readonly UnplacedMistake[]; readonly warnings: readonly UnplacedMistake[] } {
  const unknown = (policies.network ?? []).flatMap((policy, index) =>
    unknownMethods(policy, index, eapTypes),
  );
  const findings = policyFindings(
    {
      connectionRequest: policies.connectionRequest,
      network: policies.network?.map((policy) => withEapTypes(policy, eapTypes)),
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

function withEapTypes(policy: ParsedNetworkPolicy, eapTypes: EapTypesByName): NetworkPolicySettings {
  const { conditions, constraints, ...rest } = policy;
  const typesOf = (names: readonly string[] | undefined): readonly EapMethodType[] | undefined =>
    names?.map((name) => eapTypes.get(name) ?? unknownType);
  const renamed = <Part extends { readonly eapMethods?: readonly string[] | undefined }>(
    part: Part | undefined,
  ): (Omit<Part, "eapMethods"> & { readonly eapTypes: readonly EapMethodType[] | undefined }) | undefined => {
    if (part === undefined) return undefined;
    const { eapMethods, ...others } = part;
    return { ...others, eapTypes: typesOf(eapMethods) };
  };
  return { ...rest, conditions: renamed(conditions), constraints: renamed(constraints) };
}

function unknownMethods(
  { conditions, constraints }: ParsedNetworkPolicy,
  index: number,
  eapTypes: EapTypesByName,
): UnplacedMistake[] {
  const known = [...eapTypes.keys()];
  const places = { conditions: conditions?.eapMethods, constraints: constraints?.eapMethods };
  return Object.entries(places).flatMap(([part, names]) =>
    (names ?? []).flatMap((name, at) => {
      if (eapTypes.has(name)) return [];
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
