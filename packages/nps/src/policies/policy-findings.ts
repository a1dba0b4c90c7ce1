import { nearestName } from "@sallyport/radius";
import { attributeCondition } from "./attribute-condition.ts";
import { addressCondition } from "./conditions.ts";
import type { ConnectionRequestPolicySettings } from "./connection-request-policy.ts";
import {
  attempt,
  attributeFindings,
  type PolicyFinding,
  type PolicySurroundings,
  timeFindings,
} from "./finding.ts";
import type { NetworkPolicySettings } from "./network-policy.ts";
import { networkPolicyFindings } from "./network-policy-findings.ts";
import type { ConnectionRequestConditions, NetworkConditions } from "./policy-conditions.ts";
import { realmRuleFindings } from "./realm-rule-findings.ts";
import { hiddenPolicies } from "./unreachable.ts";

/** Both lists, in the order in which the policies are tried. */
export interface PoliciesSettings {
  readonly connectionRequest?: readonly ConnectionRequestPolicySettings[] | undefined;
  readonly network?: readonly NetworkPolicySettings[] | undefined;
}

/**
 * Everything that is wrong with policies, in their order: what cannot be used, what contradicts itself, and policies that
 * no request can reach.
 *
 * @example
 * ```ts
 * const findings = policyFindings({
 *   network: [
 *     { name: "everybody", access: "grant" },
 *     { name: "guests", conditions: { groups: ["guests"] }, access: "deny" },
 *   ],
 * });
 * findings[0]?.problem; // 'is never reached: "everybody" takes every request that it would match'
 * ```
 */
export function policyFindings(
  { connectionRequest = [], network = [] }: PoliciesSettings,
  surroundings: PolicySurroundings = {},
): PolicyFinding[] {
  const { timeZone = "UTC" } = surroundings;
  const findings = [
    ...repeatedNames(connectionRequest, "connectionRequest"),
    ...connectionRequest.flatMap((policy, index) =>
      connectionRequestFindings(policy, ["connectionRequest", index], surroundings),
    ),
    ...repeatedNames(network, "network"),
    ...network.flatMap((policy, index) => [
      ...conditionFindings(policy.conditions ?? {}, ["network", index, "conditions"], surroundings),
      ...networkPolicyFindings(policy, ["network", index], surroundings),
    ]),
  ];
  findings.push(
    ...noneEnabled(connectionRequest, "connectionRequest", 49),
    ...noneEnabled(network, "network", 48),
  );
  // What can be reached is asked of policies that can be used.
  if (findings.some(({ severity }) => severity === "mistake")) return findings;
  return [
    ...findings,
    ...hiddenPolicies(connectionRequest, ["connectionRequest"], timeZone),
    ...hiddenPolicies(network, ["network"], timeZone),
  ];
}

function noneEnabled(
  policies: readonly { readonly enabled?: boolean | undefined }[],
  list: string,
  reason: number,
): PolicyFinding[] {
  if (policies.length === 0 || policies.some(({ enabled = true }) => enabled)) return [];
  const problem = `no policy is enabled: everything is rejected with reason ${reason}`;
  return [{ severity: "warning", keys: [list], problem, remedy: "enable one, or leave the list out" }];
}

function connectionRequestFindings(
  { conditions = {}, authentication, realmRules = [], attributes }: ConnectionRequestPolicySettings,
  keys: readonly PropertyKey[],
  surroundings: PolicySurroundings,
): PolicyFinding[] {
  const findings = conditionFindings(conditions, [...keys, "conditions"], surroundings);
  if (typeof authentication === "object") {
    findings.push(...forwardFindings(authentication.forward, [...keys, "authentication"], surroundings));
  }
  findings.push(...realmRuleFindings(realmRules, [...keys, "realmRules"]));
  if (attributes !== undefined) findings.push(...attributeFindings(attributes, [...keys, "attributes"]));
  return findings;
}

function forwardFindings(
  group: string,
  keys: readonly PropertyKey[],
  { remoteServerGroups = [] }: PolicySurroundings,
): PolicyFinding[] {
  if (remoteServerGroups.includes(group)) return [];
  const problem =
    remoteServerGroups.length === 0
      ? "this server cannot forward requests to remote RADIUS servers yet"
      : `there is no remote RADIUS server group called ${JSON.stringify(group)}`;
  const remedy =
    remoteServerGroups.length === 0
      ? 'write "local" or "none", and let the access server ask the remote server itself'
      : meant(group, remoteServerGroups);
  return [{ severity: "mistake", keys: [...keys, "forward"], problem, remedy }];
}

function conditionFindings(
  conditions: ConnectionRequestConditions & NetworkConditions,
  keys: readonly PropertyKey[],
  surroundings: PolicySurroundings,
): PolicyFinding[] {
  const { clients = [], addresses = [], groups = [], dayAndTime, attributes = {} } = conditions;
  return [
    ...emptyLists(conditions, keys),
    ...unknownNames(clients, surroundings.clients, "mistake", "client", [...keys, "clients"]),
    ...addresses.flatMap((address, index) =>
      attempt([...keys, "addresses", index], () => addressCondition([address])),
    ),
    ...unknownNames(groups, surroundings.groups, "warning", "group", [...keys, "groups"]),
    ...timeFindings(dayAndTime, [...keys, "dayAndTime"], surroundings),
    ...Object.entries(attributes).flatMap(([name, wanted]) =>
      Array.isArray(wanted) && wanted.length === 0
        ? [neverHolds([...keys, "attributes", name])]
        : attempt([...keys, "attributes", name], () => attributeCondition(name, wanted)),
    ),
  ];
}

function emptyLists(conditions: object, keys: readonly PropertyKey[]): PolicyFinding[] {
  return Object.entries(conditions).flatMap(([key, value]) =>
    Array.isArray(value) && value.length === 0 ? [neverHolds([...keys, key])] : [],
  );
}

function neverHolds(keys: readonly PropertyKey[]): PolicyFinding {
  const problem = "an empty list never holds, so the policy matches nothing";
  return { severity: "mistake", keys, problem, remedy: "name something, or leave the condition out" };
}

function unknownNames(
  names: readonly string[],
  known: readonly string[] | undefined,
  severity: PolicyFinding["severity"],
  what: "client" | "group",
  keys: readonly PropertyKey[],
): PolicyFinding[] {
  if (known === undefined) return [];
  const lowerCase = new Set(known.map((name) => name.toLowerCase()));
  const isKnown = (name: string): boolean =>
    what === "client" ? known.includes(name) : lowerCase.has(name.toLowerCase());
  return names.flatMap((name, index) => {
    if (isKnown(name)) return [];
    const problem =
      what === "client"
        ? `there is no client called ${JSON.stringify(name)}`
        : `no account is in a group called ${JSON.stringify(name)}`;
    return [{ severity, keys: [...keys, index], problem, remedy: meant(name, known) }];
  });
}

function meant(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  if (nearest !== undefined) return `did you mean ${JSON.stringify(nearest)}?`;
  const shown = known.slice(0, 8).join(", ");
  return known.length === 0 ? "there is none" : `write one of ${shown}${known.length > 8 ? " ..." : ""}`;
}

function repeatedNames(policies: readonly { readonly name: string }[], list: string): PolicyFinding[] {
  const seen = new Map<string, number>();
  return policies.flatMap(({ name }, index): PolicyFinding[] => {
    const earlier = seen.get(name.toLowerCase());
    seen.set(name.toLowerCase(), earlier ?? index);
    if (earlier === undefined) return [];
    const problem = `the name ${JSON.stringify(name)} is used by entry ${earlier} already`;
    const remedy = "give each policy a name of its own: logs and traces tell them apart by it";
    return [{ severity: "mistake", keys: [list, index, "name"], problem, remedy }];
  });
}
