import { formatAttribute, PrefixTable, standardDictionary } from "@sallyport/radius";
import { ratCRPPolicyName, ratPolicyName } from "../contract/attribute-types.ts";
import { rapNone, rapProxy, rapWindowsNT } from "../contract/constants.ts";
import type { NpsRequest } from "../request.ts";

/**
 * Which requests a module is called for. Every key that is given must hold; without any, the module sees every request.
 * It is evaluated before the module is called, and the trace tells what did not hold.
 */
export interface ExtensionScope {
  /** Names of RADIUS clients. */
  readonly clients?: readonly string[];
  /** Names of groups, of which the account must be in one. */
  readonly groups?: readonly string[];
  /** Names of connection request policies. */
  readonly connectionRequestPolicies?: readonly string[];
  /** Names of network policies; known at the authorization point only. */
  readonly networkPolicies?: readonly string[];
  readonly providers?: readonly ("local" | "forward" | "none")[];
  /** Source addresses and networks, such as "10.0.0.0/8". */
  readonly addresses?: readonly string[];
  /** Texts that attributes of the request must have, by name; of several texts one is enough. Upper and lower case are the same. */
  readonly attributes?: Readonly<Record<string, string | readonly string[]>>;
}

/** A scope made ready: says what does not hold, or undefined when all does. */
export interface PreparedScope {
  /** Whether the request's account must be known to tell. */
  readonly needsAccount: boolean;
  refusal(request: NpsRequest): string | undefined;
}

/**
 * Makes a scope ready.
 *
 * @throws {TypeError} naming the key, for an unknown attribute, an address that is none, or a provider that does not exist
 */
export function prepareScope(scope: ExtensionScope): PreparedScope {
  const checks: ((request: NpsRequest) => string | undefined)[] = [];
  const named = (
    what: string,
    names: readonly string[] | undefined,
    of: (request: NpsRequest) => string | undefined,
  ): void => {
    if (names === undefined) return;
    const wanted = new Set(names);
    checks.push((request) => {
      const name = of(request);
      return name !== undefined && wanted.has(name) ? undefined : `${what} is ${name ?? "not known"}`;
    });
  };
  named("client", scope.clients, (request) => request.received.client.name);
  named(
    "connection request policy",
    scope.connectionRequestPolicies,
    (request) => request.attributes.first(ratCRPPolicyName)?.text,
  );
  named("network policy", scope.networkPolicies, (request) => request.attributes.first(ratPolicyName)?.text);
  named("provider", providersOf(scope), ({ provider }) => String(provider));
  if (scope.groups !== undefined) {
    const wanted = new Set(scope.groups.map((group) => group.toLowerCase()));
    checks.push(({ account }) =>
      account?.groups.some((group) => wanted.has(group.toLowerCase()))
        ? undefined
        : "the account is in none of the groups",
    );
  }
  if (scope.addresses !== undefined) {
    const table = new PrefixTable<true>();
    for (const [index, address] of scope.addresses.entries()) table.add(address, true, `addresses[${index}]`);
    checks.push(({ received: { source } }) =>
      table.find(source.address) ? undefined : `address is ${source.address}`,
    );
  }
  for (const [name, texts] of Object.entries(scope.attributes ?? {}))
    checks.push(attributeCheck(name, [texts].flat()));
  return {
    needsAccount: scope.groups !== undefined,
    refusal: (request) => {
      for (const check of checks) {
        const refusal = check(request);
        if (refusal !== undefined) return refusal;
      }
      return undefined;
    },
  };
}

const providerNumbers = { local: rapWindowsNT, forward: rapProxy, none: rapNone } as const;

function providersOf({ providers }: ExtensionScope): readonly string[] | undefined {
  return providers?.map((provider) => {
    const number = providerNumbers[provider];
    if (number === undefined)
      throw new TypeError(`providers: "${provider}" is none; write local, forward or none`);
    return String(number);
  });
}

function attributeCheck(name: string, texts: readonly string[]): (request: NpsRequest) => string | undefined {
  const entry = standardDictionary.byName(name);
  if (entry === undefined || entry.vendor !== 0)
    throw new TypeError(`attributes: no attribute is called "${name}"`);
  if (entry.secret === true)
    throw new TypeError(`attributes: ${entry.name} is a secret and cannot be compared`);
  const wanted = new Set(texts.map((text) => text.toLowerCase()));
  return (request) => {
    for (const held of request.attributes) {
      if (held.attrType !== entry.type) continue;
      const { text } = formatAttribute({ type: held.attrType, value: held.bytes });
      if (wanted.has(text.toLowerCase()) || wanted.has(held.text.toLowerCase())) return undefined;
    }
    return `${entry.name} is another or missing`;
  };
}
