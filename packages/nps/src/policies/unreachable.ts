import type { LogonHours } from "@sallyport/accounts";
import { type FactCondition, isFactCondition } from "./conditions.ts";
import type { PolicyFinding } from "./finding.ts";
import { type NetworkConditions, policyConditions } from "./policy-conditions.ts";

/**
 * A warning for every policy of a list that no request can reach, because one before it takes all that it would match.
 * Where that cannot be told for certain, there is none.
 */
export function hiddenPolicies(
  policies: readonly {
    readonly name: string;
    readonly enabled?: boolean | undefined;
    readonly conditions?: NetworkConditions | undefined;
  }[],
  keys: readonly PropertyKey[],
  timeZone: string,
): PolicyFinding[] {
  const made = policies.map(({ name, enabled = true, conditions = {} }) => ({
    name,
    enabled,
    // The narrowest first: of two policies it is the one that most likely tells them apart.
    conditions: policyConditions(conditions, timeZone)
      .filter(isFactCondition)
      .sort((one, other) => breadth(one) - breadth(other)),
  }));
  return made.flatMap(({ enabled, conditions }, index): PolicyFinding[] => {
    const before = made.slice(0, index).filter((earlier) => earlier.enabled);
    const hiding = before.find((earlier) => covers(earlier.conditions, conditions));
    if (!enabled || hiding === undefined) return [];
    const name = JSON.stringify(hiding.name);
    return [
      {
        severity: "warning",
        keys: [...keys, index],
        problem: `is never reached: ${name} takes every request that it would match`,
        remedy: `move it before ${name}, or take it out`,
      },
    ];
  });
}

function breadth({ keys }: FactCondition): number {
  return keys?.length ?? Number.MAX_SAFE_INTEGER;
}

/** Whether the conditions of an earlier policy hold wherever those of a later one do. */
function covers(earlier: readonly FactCondition[], later: readonly FactCondition[]): boolean {
  return earlier.every((weak) => later.some((strong) => implies(strong, weak)));
}

function implies(strong: FactCondition, weak: FactCondition): boolean {
  if (strong.fact.id !== weak.fact.id) return false;
  if (strong.hours !== undefined && weak.hours !== undefined) return liesIn(strong.hours, weak.hours);
  if (strong.samples !== undefined) return strong.samples.every((sample) => weak.holds(sample));
  return strong.description === weak.description || weak.anyValue === true;
}

function liesIn(inner: LogonHours, outer: LogonHours): boolean {
  if (inner.timeZone !== outer.timeZone || inner.bits.length !== outer.bits.length) return false;
  return inner.bits.every((bits, index) => (bits & ~(outer.bits[index] ?? 0)) === 0);
}
