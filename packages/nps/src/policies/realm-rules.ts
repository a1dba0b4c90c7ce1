import { utf8Octets } from "@sallyport/runtime";
import { patternOf } from "./pattern.ts";

/** The attributes that realm rules apply to (NPS-78). */
export const realmAttributes = ["User-Name", "Called-Station-Id", "Calling-Station-Id"] as const;
export type RealmAttribute = (typeof realmAttributes)[number];

/** One rule as settings have it. */
export interface RealmRuleSettings {
  /** What it is applied to. Default: User-Name. */
  readonly attribute?: RealmAttribute | undefined;
  /** A regular expression; every place where it is found counts, without regard to upper and lower case. */
  readonly find: string;
  /** What stands there instead; `$1` is what the first group of `find` found. */
  readonly replace: string;
}

/** A rule made ready. */
export interface RealmRule {
  readonly attribute: RealmAttribute;
  readonly find: RegExp;
  readonly replace: string;
  /** In words, for the trace: `/@old/ -> @new`. */
  readonly description: string;
}

/**
 * Makes a rule ready.
 *
 * @throws {RangeError} when `find` is no regular expression, or one that could take for ever
 */
export function realmRule({ attribute = "User-Name", find, replace }: RealmRuleSettings): RealmRule {
  return {
    attribute,
    find: patternOf(find, "gi"),
    replace,
    description: `/${find}/ -> ${replace === "" ? "(nothing)" : replace}`,
  };
}

/** RFC 2865 section 5: no attribute holds more. */
const longestValue = 253;

/** What became of an identity, and by which rules; `refused` are those whose result would not fit into an attribute. */
export interface RealmResult {
  readonly text: string;
  readonly applied: readonly RealmRule[];
  readonly refused: readonly RealmRule[];
}

/** Applies the rules of one attribute in their order, each to what the one before left (NPS-78). */
export function applyRealmRules(
  rules: readonly RealmRule[],
  attribute: RealmAttribute,
  original: string,
): RealmResult {
  let text = original;
  const applied: RealmRule[] = [];
  const refused: RealmRule[] = [];
  for (const rule of rules) {
    if (rule.attribute !== attribute) continue;
    const changed = text.replace(rule.find, rule.replace);
    if (changed === text) continue;
    if (utf8Octets(changed).length > longestValue) {
      refused.push(rule);
    } else {
      applied.push(rule);
      text = changed;
    }
  }
  return { text, applied, refused };
}
