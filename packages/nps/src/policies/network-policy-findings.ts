import type { LogonHours } from "@sallyport/accounts";
import { attributeCondition } from "./attribute-condition.ts";
import { type FactCondition, isFactCondition } from "./conditions.ts";
import {
  attempt,
  attributeFindings,
  type PolicyFinding,
  type PolicySurroundings,
  timeFindings,
} from "./finding.ts";
import { type NetworkPolicySettings, networkConstraints } from "./network-policy.ts";
import { policyConditions } from "./policy-conditions.ts";

/** What is wrong with the constraints and settings of a network policy, and what in it contradicts itself. */
export function networkPolicyFindings(
  policy: NetworkPolicySettings,
  keys: readonly PropertyKey[],
  surroundings: PolicySurroundings,
): PolicyFinding[] {
  return [
    ...constraintFindings(policy, [...keys, "constraints"], surroundings),
    ...settingsFindings(policy, [...keys, "settings"]),
    ...contradictions(policy, keys, surroundings),
  ];
}

function constraintFindings(
  { constraints = {} }: NetworkPolicySettings,
  keys: readonly PropertyKey[],
  surroundings: PolicySurroundings,
): PolicyFinding[] {
  const { authenticationMethods, dayAndTime, nasPortTypes, calledStationId } = constraints;
  const findings = timeFindings(dayAndTime, [...keys, "dayAndTime"], surroundings);
  if (authenticationMethods?.length === 0) findings.push(admitsNobody([...keys, "authenticationMethods"]));
  if (nasPortTypes?.length === 0) findings.push(admitsNobody([...keys, "nasPortTypes"]));
  for (const [index, type] of (nasPortTypes ?? []).entries()) {
    findings.push(
      ...attempt([...keys, "nasPortTypes", index], () => attributeCondition("NAS-Port-Type", type)),
    );
  }
  if (calledStationId !== undefined) {
    const place = [...keys, "calledStationId"];
    findings.push(...attempt(place, () => attributeCondition("Called-Station-Id", calledStationId)));
  }
  const msChap = authenticationMethods?.indexOf("MS-CHAP") ?? -1;
  if (msChap >= 0 && surroundings.allowMsChap !== true) {
    findings.push({
      severity: "mistake",
      keys: [...keys, "authenticationMethods", msChap],
      problem: "MS-CHAP, version 1, is refused before any network policy is asked",
      remedy: "take it out, or set authentication.msChap to true",
    });
  }
  return findings;
}

function admitsNobody(keys: readonly PropertyKey[]): PolicyFinding {
  const problem = "an empty list refuses everybody whom the policy matches";
  return {
    severity: "mistake",
    keys,
    problem,
    remedy: 'name something, or leave it out; to refuse them, set access to "deny"',
  };
}

function settingsFindings(
  { access, constraints, settings }: NetworkPolicySettings,
  keys: readonly PropertyKey[],
): PolicyFinding[] {
  const { attributes = {}, vlan, encryption } = settings ?? {};
  const findings = attributeFindings(attributes, [...keys, "attributes"]);
  const shortcuts: readonly (readonly [string, boolean, readonly string[]])[] = [
    ["settings.vlan", vlan !== undefined, ["tunnel-type", "tunnel-medium-type", "tunnel-private-group-id"]],
    [
      "settings.encryption",
      encryption !== undefined,
      ["ms-mppe-encryption-policy", "ms-mppe-encryption-types"],
    ],
    ["constraints.sessionTimeout", constraints?.sessionTimeout !== undefined, ["session-timeout"]],
    ["constraints.idleTimeout", constraints?.idleTimeout !== undefined, ["idle-timeout"]],
  ];
  for (const name of Object.keys(attributes)) {
    const own = name.toLowerCase().replace(/:\d{1,2}$/, "");
    const shortcut = shortcuts.find(([, given, names]) => given && names.includes(own));
    if (shortcut === undefined) continue;
    findings.push({
      severity: "mistake",
      keys: [...keys, "attributes", name],
      problem: `${shortcut[0]} makes this attribute, too`,
      remedy: "keep one of the two",
    });
  }
  if (access === "deny" && settings !== undefined && Object.keys(settings).length > 0) {
    findings.push({
      severity: "warning",
      keys,
      problem:
        "a policy that denies access sends no attributes, but to accounts whose own permission is allow",
      remedy: "take the settings out, or move them to the policy that grants access",
    });
  }
  return findings;
}

function contradictions(
  policy: NetworkPolicySettings,
  keys: readonly PropertyKey[],
  { timeZone = "UTC" }: PolicySurroundings,
): PolicyFinding[] {
  const { conditions = {}, constraints = {} } = policy;
  const { authenticationTypes, eapTypes } = conditions;
  const findings: PolicyFinding[] = [];
  const contradiction = (place: readonly PropertyKey[], problem: string, remedy: string): void =>
    void findings.push({ severity: "mistake", keys: [...keys, ...place], problem, remedy });
  if (eapTypes !== undefined && authenticationTypes?.includes("EAP") === false) {
    contradiction(
      ["conditions"],
      "asks for an EAP type and for an authentication type that is not EAP: it never matches",
      'add "EAP" to authenticationTypes, or leave one of the two out',
    );
  }
  if (
    constraints.authenticationMethods?.includes("EAP") === false &&
    (constraints.eapTypes?.length ?? 0) > 0
  ) {
    contradiction(
      ["constraints"],
      "allows EAP types, but EAP is not among its authentication methods",
      'add "EAP" to authenticationMethods, or leave the EAP types out',
    );
  }
  const made = attempted(() => ({
    conditions: policyConditions(conditions, timeZone).filter(isFactCondition),
    constraints: networkConstraints(constraints, timeZone).filter(isFactCondition),
  }));
  if (made === undefined) return findings;
  for (const [index, condition] of made.conditions.entries()) {
    const other = made.conditions.slice(index + 1).find((later) => areDisjoint(condition, later));
    if (other !== undefined) {
      const problem = `never matches: "${condition.description}" and "${other.description}" cannot both hold`;
      contradiction(["conditions"], problem, "leave one of the two out, or make two policies of it");
    }
    const refused = made.constraints.find((constraint) => areDisjoint(condition, constraint));
    if (refused !== undefined && policy.access === "grant") {
      const problem = `admits nobody: it matches where "${condition.description}", and its constraints ask for "${refused.description}"`;
      contradiction(["constraints"], problem, "make the two agree; a constraint narrows what has matched");
    }
  }
  return findings;
}

function attempted<Made>(work: () => Made): Made | undefined {
  try {
    return work();
  } catch {
    // Told already, with its place.
    return undefined;
  }
}

/** Whether no request can satisfy both; where it cannot be told, it may. */
function areDisjoint(one: FactCondition, other: FactCondition): boolean {
  if (one.fact.id !== other.fact.id) return false;
  if (one.hours !== undefined && other.hours !== undefined) return areApart(one.hours, other.hours);
  if (one.severalValues || other.severalValues) return false;
  if (one.samples !== undefined) return one.samples.every((sample) => !other.holds(sample));
  return other.samples?.every((sample) => !one.holds(sample)) === true;
}

function areApart(one: LogonHours, other: LogonHours): boolean {
  if (one.timeZone !== other.timeZone || one.bits.length !== other.bits.length) return false;
  return one.bits.every((bits, index) => (bits & (other.bits[index] ?? 0)) === 0);
}
