import type { NpsRequest } from "../request.ts";
import { type FactCondition, factCondition, isFactCondition } from "./conditions.ts";
import type { PolicyFact } from "./fact.ts";
import type { PolicyCondition } from "./policy.ts";

interface AnyPolicy {
  readonly name: string;
  readonly conditions: readonly PolicyCondition[];
}

/** What one policy that was tried came to. */
export interface PolicyTried {
  readonly policy: string;
  readonly matched: boolean;
  /** The first condition that did not hold: "NAS-Port-Type is Virtual". */
  readonly condition?: string;
  /** What was there instead: "NAS-Port-Type is Ethernet". */
  readonly seen?: string;
}

/** The outcome of trying a list. */
export interface PolicyTrial<P> {
  /** The first policy whose conditions all hold. */
  readonly policy: P | undefined;
  /** Every policy that was tried, in order, with why. Made when somebody looks; what was seen is kept until then. */
  tried(): readonly PolicyTried[];
}

/** What stands for a fact that no condition had to look at. */
const unread = Symbol("unread");

/** A condition with the place of its fact among the facts of its list. */
interface PlacedCondition {
  readonly condition: FactCondition;
  readonly place: number;
}

/** One fact by whose values policies are found. */
interface Index {
  readonly fact: PolicyFact;
  readonly place: number;
  /** The policies that ask for a key, in ascending order. */
  readonly byKey: Map<string, number[]>;
}

/** One fact of whose values it is remembered which policies they let through: patterns and networks. */
interface Memory {
  readonly fact: PolicyFact;
  readonly place: number;
  readonly policies: { readonly index: number; readonly condition: FactCondition }[];
  readonly byIdentity: Map<string, readonly number[]>;
}

/** How many values of a fact are remembered; when full, all are forgotten and the policies are asked again. */
const rememberedValues = 1_024;

/**
 * Policies in order, prepared for finding the first that matches (NPS-76, NPS-79). A policy with a condition that asks for
 * certain values (a client, a group, an attribute's value) is found by these values, one with a pattern or a network by
 * what is remembered of the value: those that ask for others cost nothing. The order stays that of the list.
 */
export class PolicyList<P extends AnyPolicy> {
  readonly #policies: readonly P[];
  readonly #conditions: readonly (readonly PlacedCondition[])[];
  readonly #factCount: number;
  /** By type of the attribute, so that one walk through the attributes of a request finds all that matter. */
  readonly #byAttribute: (Index | undefined)[] = [];
  readonly #otherIndexes: Index[] = [];
  readonly #memories: Memory[] = [];
  readonly #notIndexed: number[] = [];
  /** What is always the same because nothing has to be looked at. */
  readonly #constant: PolicyTrial<P> | undefined;

  constructor(policies: readonly P[]) {
    this.#policies = [...policies];
    const places = new Map<string, number>();
    this.#conditions = policies.map(({ conditions }, index) => {
      const placed = conditions.map((condition, position): PlacedCondition => {
        const own = isFactCondition(condition) ? condition : opaque(condition, `${index}.${position}`);
        let place = places.get(own.fact.id);
        if (place === undefined) {
          place = places.size;
          places.set(own.fact.id, place);
        }
        return { condition: own, place };
      });
      return indexedFirst(placed);
    });
    this.#factCount = places.size;
    for (const [index, [first]] of this.#conditions.entries()) this.#addToIndex(index, first);
    const constant = policies.length === 0 ? -1 : policies[0]?.conditions.length === 0 ? 0 : undefined;
    if (constant !== undefined) this.#constant = new Trial(this.#policies, this.#conditions, constant, []);
  }

  get size(): number {
    return this.#policies.length;
  }

  /** Tries the policies in their order, until one matches. */
  first(request: NpsRequest): PolicyTrial<P> {
    if (this.#constant !== undefined) return this.#constant;
    const values: unknown[] = new Array(this.#factCount).fill(unread);
    const candidates = this.#candidates(request, values);
    for (let index = following(candidates, -1); index !== undefined; index = following(candidates, index)) {
      if (this.#matches(index, request, values)) {
        return new Trial(this.#policies, this.#conditions, index, values);
      }
    }
    return new Trial(this.#policies, this.#conditions, -1, values);
  }

  #matches(index: number, request: NpsRequest, values: unknown[]): boolean {
    for (const { condition, place } of this.#conditions[index] ?? []) {
      if (values[place] === unread) values[place] = condition.fact.read(request);
      if (!condition.holds(values[place])) return false;
    }
    return true;
  }

  #candidates(request: NpsRequest, values: unknown[]): Candidates[] {
    const candidates: Candidates[] = [];
    if (this.#notIndexed.length > 0) candidates.push({ policies: this.#notIndexed, at: 0 });
    for (const index of this.#otherIndexes) collect(index, request, values, candidates);
    for (const memory of this.#memories) recall(memory, request, values, candidates);
    if (this.#byAttribute.length === 0) return candidates;
    for (const { attrType } of request.attributes) {
      const index = this.#byAttribute[attrType];
      if (index !== undefined && values[index.place] === unread) collect(index, request, values, candidates);
    }
    return candidates;
  }

  #addToIndex(policy: number, first: PlacedCondition | undefined): void {
    const keys = first?.condition.keys;
    if (first !== undefined && keys !== undefined) this.#addToKeys(policy, first, keys);
    else if (first?.condition.fact.identity !== undefined) this.#addToMemory(policy, first);
    else this.#notIndexed.push(policy);
  }

  #addToMemory(index: number, { condition, place }: PlacedCondition): void {
    const { fact } = condition;
    let memory = this.#memories.find((other) => other.place === place);
    if (memory === undefined) {
      memory = { fact, place, policies: [], byIdentity: new Map() };
      this.#memories.push(memory);
    }
    memory.policies.push({ index, condition });
  }

  #addToKeys(policy: number, first: PlacedCondition, keys: readonly string[]): void {
    const { fact } = first.condition;
    const present = fact.attrType === undefined ? undefined : this.#byAttribute[fact.attrType];
    let index = present ?? this.#otherIndexes.find((other) => other.fact.id === fact.id);
    if (index === undefined) {
      index = { fact, place: first.place, byKey: new Map() };
      if (fact.attrType === undefined) this.#otherIndexes.push(index);
      else this.#byAttribute[fact.attrType] = index;
    }
    for (const key of keys) {
      const policies = index.byKey.get(key);
      if (policies === undefined) index.byKey.set(key, [policy]);
      else policies.push(policy);
    }
  }
}

/** Policies that may match, in ascending order, and how many of them have been tried. */
interface Candidates {
  readonly policies: readonly number[];
  at: number;
}

/** The first policy behind `tried` in any of the lists. */
function following(candidates: readonly Candidates[], tried: number): number | undefined {
  let first: number | undefined;
  for (const list of candidates) {
    let policy = list.policies[list.at];
    while (policy !== undefined && policy <= tried) policy = list.policies[++list.at];
    if (policy !== undefined && (first === undefined || policy < first)) first = policy;
  }
  return first;
}

function collect(
  { fact, place, byKey }: Index,
  request: NpsRequest,
  values: unknown[],
  candidates: Candidates[],
): void {
  if (values[place] === unread) values[place] = fact.read(request);
  const keys = fact.keys?.(values[place]);
  if (keys === undefined) return;
  if (typeof keys === "string") {
    const policies = byKey.get(keys);
    if (policies !== undefined) candidates.push({ policies, at: 0 });
    return;
  }
  for (const key of keys) {
    const policies = byKey.get(key);
    if (policies !== undefined) candidates.push({ policies, at: 0 });
  }
}

function recall(
  { fact, place, policies, byIdentity }: Memory,
  request: NpsRequest,
  values: unknown[],
  candidates: Candidates[],
): void {
  if (values[place] === unread) values[place] = fact.read(request);
  const value = values[place];
  const identity = fact.identity?.(value) ?? "";
  let known = byIdentity.get(identity);
  if (known === undefined) {
    known = policies.filter(({ condition }) => condition.holds(value)).map(({ index }) => index);
    if (byIdentity.size >= rememberedValues) byIdentity.clear();
    byIdentity.set(identity, known);
  }
  if (known.length > 0) candidates.push({ policies: known, at: 0 });
}

/** The condition by which a policy is found, the one with the fewest keys, is tried first; the others keep their order. */
function indexedFirst(conditions: readonly PlacedCondition[]): readonly PlacedCondition[] {
  const counts = conditions.map(({ condition }) => condition.keys?.length ?? Number.POSITIVE_INFINITY);
  const fewest = Math.min(...counts);
  const remembered = conditions.findIndex(({ condition }) => condition.fact.identity !== undefined);
  const at = fewest === Number.POSITIVE_INFINITY ? remembered : counts.indexOf(fewest);
  if (at < 1) return conditions;
  return [...conditions.slice(at, at + 1), ...conditions.filter((_, index) => index !== at)];
}

/** A condition of somebody's own: the only thing to be seen of it is whether it holds. */
function opaque(condition: PolicyCondition, id: string): FactCondition {
  return factCondition<unknown>({
    fact: {
      id: `own ${id}`,
      name: condition.description,
      read: (request) => condition.matches(request),
      show: () => "does not hold",
    },
    description: condition.description,
    holds: (value) => value === true,
  });
}

class Trial<P extends AnyPolicy> implements PolicyTrial<P> {
  readonly policy: P | undefined;
  readonly #policies: readonly P[];
  readonly #conditions: readonly (readonly PlacedCondition[])[];
  readonly #matched: number;
  readonly #values: readonly unknown[];

  constructor(
    policies: readonly P[],
    conditions: readonly (readonly PlacedCondition[])[],
    matched: number,
    values: readonly unknown[],
  ) {
    this.policy = policies[matched];
    this.#policies = policies;
    this.#conditions = conditions;
    this.#matched = matched;
    this.#values = values;
  }

  tried(): readonly PolicyTried[] {
    const end = this.#matched < 0 ? this.#policies.length : this.#matched + 1;
    return this.#policies.slice(0, end).map(({ name }, index) => {
      if (index === this.#matched) return { policy: name, matched: true };
      return { policy: name, matched: false, ...this.#failure(index) };
    });
  }

  #failure(index: number): Pick<PolicyTried, "condition" | "seen"> {
    for (const { condition, place } of this.#conditions[index] ?? []) {
      // An attribute that the request does not have was not looked at; its fact is undefined.
      const value = this.#values[place] === unread ? undefined : this.#values[place];
      if (condition.holds(value)) continue;
      const { fact, description } = condition;
      return { condition: description, seen: `${fact.name} ${fact.show(value)}` };
    }
    return {};
  }
}
