import { attempt, type PolicyFinding } from "./finding.ts";
import { type RealmRule, type RealmRuleSettings, realmRule } from "./realm-rules.ts";
import { sampleOf } from "./regular-sample.ts";

/** Rules that cannot be used, and rules that undo each other. */
export function realmRuleFindings(
  rules: readonly RealmRuleSettings[],
  keys: readonly PropertyKey[],
): PolicyFinding[] {
  const unusable = rules.flatMap((rule, index) => attempt([...keys, index, "find"], () => realmRule(rule)));
  if (unusable.length > 0) return unusable;
  return [
    ...rules.flatMap((rule, index) => replacementFindings(rule, [...keys, index, "replace"])),
    ...circles(rules.map(realmRule), keys),
  ];
}

/** `$2` where `find` has one group: the name would get a "$2" in it. */
function replacementFindings(
  { find, replace }: RealmRuleSettings,
  keys: readonly PropertyKey[],
): PolicyFinding[] {
  const groups = (new RegExp(`${find}|`).exec("")?.length ?? 1) - 1;
  const wanted = Array.from(replace.matchAll(/(?<!\$)(?:\$\$)*\$(\d{1,2})/g), ([, digits]) => Number(digits));
  const missing = wanted.find((number) => number > groups);
  if (missing === undefined) return [];
  return [
    {
      severity: "mistake",
      keys,
      problem: `refers to group ${missing}, and ${JSON.stringify(find)} has ${groups === 0 ? "none" : groups}`,
      remedy: "put what is to be kept in parentheses: (.*)@old\\.example$",
    },
  ];
}

/** Pairs of which the later one turns back what the earlier one did: the name comes out as it went in, or never settles. */
function circles(rules: readonly RealmRule[], keys: readonly PropertyKey[]): PolicyFinding[] {
  return rules.flatMap((later, index): PolicyFinding[] => {
    for (const [at, earlier] of rules.slice(0, index).entries()) {
      const circle = earlier.attribute === later.attribute ? circleOf(earlier, later) : undefined;
      if (circle === undefined) continue;
      const words = circle.map((text) => JSON.stringify(text)).join(" becomes ");
      return [
        {
          severity: "mistake",
          keys: [...keys, index],
          problem: `is circular with rule ${at}: ${words}`,
          remedy: "keep one of the two rules",
        },
      ];
    }
    return [];
  });
}

function circleOf(earlier: RealmRule, later: RealmRule): readonly string[] | undefined {
  const sample = sampleOf(earlier.find);
  if (sample === undefined) return undefined;
  const once = sample.replace(earlier.find, earlier.replace);
  const twice = once.replace(later.find, later.replace);
  if (once === sample || twice === once) return undefined;
  return twice.replace(earlier.find, earlier.replace) === once ? [sample, once, twice] : undefined;
}
