import type { LogonHours } from "@sallyport/accounts";
import { PrefixTable } from "@sallyport/radius";
import type { EapInnerMethods, EapMethodType } from "../eap/eap-service.ts";
import type { NpsRequest } from "../request.ts";
import {
  addressFact,
  authenticationTypeFact,
  clientFact,
  type EapTypeSeen,
  eapTypeFact,
  eapTypeText,
  groupsFact,
  type InnerMethodSeen,
  innerMethodFact,
  type PolicyFact,
  partsOfWeek,
  timeFact,
} from "./fact.ts";
import type { PolicyCondition } from "./policy.ts";

/** A condition on a fact: what a list of policies can index, and a trace explain afterwards. */
export interface FactCondition<Value = unknown> extends PolicyCondition {
  readonly fact: PolicyFact<Value>;
  holds(value: Value): boolean;
  /** Holds exactly for the values that have one of these keys. */
  readonly keys?: readonly string[];
  /** Values of which every one that makes the condition hold has one in it: whoever holds for all of them is the weaker condition. */
  readonly samples?: readonly Value[];
  /** The hours of a condition on the time. */
  readonly hours?: LogonHours;
  /** Holds for every value that is there at all. */
  readonly anyValue?: true;
  /** A request can have several values, of which one is enough: two such conditions can hold by one each. */
  readonly severalValues?: true;
}

/** How a request can be authenticated, as conditions and constraints name it. */
export const authenticationTypes = [
  "PAP",
  "CHAP",
  "MS-CHAP",
  "MS-CHAPv2",
  "EAP",
  "extension",
  "unauthenticated",
] as const;
export type AuthenticationType = (typeof authenticationTypes)[number];

export function isFactCondition<C extends PolicyCondition>(condition: C): condition is C & FactCondition {
  return "fact" in condition;
}

/** Makes a condition; its value is given as it is, its place in a list is found by its keys. */
export function factCondition<Value>(condition: Omit<FactCondition<Value>, "matches">): FactCondition<Value> {
  return {
    ...condition,
    matches: (request: NpsRequest) => condition.holds(condition.fact.read(request)),
  };
}

export function clientCondition(names: readonly string[]): FactCondition<string> {
  const wanted = new Set(names);
  return factCondition({
    fact: clientFact,
    description: `client is ${oneOf(names)}`,
    holds: (name) => wanted.has(name),
    keys: [...wanted],
    samples: [...wanted],
  });
}

/** @throws {TypeError} for what is no address or network */
export function addressCondition(networks: readonly string[]): FactCondition<string> {
  const table = prefixTable(networks);
  return factCondition({
    fact: addressFact,
    description: `source address is in ${oneOf(networks)}`,
    holds: (address) => table.find(address) !== undefined,
    ...(networks.every((network) => !network.includes("/")) && { samples: networks }),
  });
}

export function prefixTable(networks: readonly string[]): PrefixTable<true> {
  const table = new PrefixTable<true>();
  for (const network of networks) table.add(network, true, "network");
  return table;
}

/** Group names are compared without regard to upper and lower case. */
export function groupsCondition(groups: readonly string[]): FactCondition<readonly string[] | undefined> {
  const wanted = new Set(groups.map((group) => group.toLowerCase()));
  return factCondition({
    fact: groupsFact,
    description:
      groups.length === 1 ? `groups include ${groups[0]}` : `groups include one of ${groups.join(", ")}`,
    holds: (own) => own?.some((group) => wanted.has(group.toLowerCase())) === true,
    keys: [...wanted],
    samples: groups.map((group) => [group]),
    severalValues: true,
  });
}

/** The hours of a week, in half hours or hours. */
export function timeCondition(hours: LogonHours, words: string): FactCondition<number> {
  const fact = timeFact(hours.timeZone);
  const { bits } = hours;
  const perBit = partsOfWeek / (8 * bits.length);
  const includes = (part: number): boolean => {
    const bit = Math.floor(part / perBit);
    return (((bits[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 1;
  };
  return factCondition({
    fact,
    description: `time is ${words} (${hours.timeZone})`,
    hours,
    holds: (time) => includes(fact.part(time)),
    keys: Array.from({ length: partsOfWeek }, (_, part) => part)
      .filter(includes)
      .map(String),
  });
}

export function authenticationTypeCondition(
  types: readonly AuthenticationType[],
): FactCondition<string | undefined> {
  const wanted = new Set<string>(types);
  return factCondition({
    fact: authenticationTypeFact,
    description: `authentication type is ${oneOf(types)}`,
    holds: (type) => type !== undefined && wanted.has(type),
    keys: [...wanted],
    samples: [...wanted],
  });
}

/** Holds as well while the method of an EAP conversation is not chosen yet: the policy is tried again when it is. */
export function eapTypeCondition(types: readonly EapMethodType[]): FactCondition<EapTypeSeen> {
  const wanted = new Set(types.map(eapTypeText));
  return factCondition<EapTypeSeen>({
    fact: eapTypeFact,
    description: `EAP type is ${oneOf([...wanted])}`,
    holds: (seen) => seen === "not chosen" || (seen !== "no EAP" && wanted.has(seen.type)),
    samples: Array.from(wanted, (type) => ({ type, name: type })),
  });
}

/** Holds for another method outside, and as long as the one inside is not known. */
export function innerMethodCondition({ type, methods }: EapInnerMethods): FactCondition<InnerMethodSeen> {
  const outside = eapTypeText(type);
  return factCondition<InnerMethodSeen>({
    fact: innerMethodFact,
    description: `the method inside of EAP type ${outside} is ${oneOf(methods)}`,
    holds: (seen) => seen?.type !== outside || seen.inner === undefined || methods.includes(seen.inner),
  });
}

/** "a", "a or b", "a, b or c". */
export function oneOf(words: readonly string[]): string {
  const last = words.at(-1) ?? "nothing";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} or ${last}`;
}
