import type { AttributeInput } from "@sallyport/radius";
import type { AuthenticationChoice, ConnectionRequestPolicy } from "./policy.ts";
import { policyAttributes } from "./policy-attributes.ts";
import { type ConnectionRequestConditions, policyConditions } from "./policy-conditions.ts";
import { type RealmRuleSettings, realmRule } from "./realm-rules.ts";

/** A connection request policy as settings have it. */
export interface ConnectionRequestPolicySettings {
  readonly name: string;
  /** False: a policy that is kept and not used; whoever makes the list leaves it out. Default: true. */
  readonly enabled?: boolean | undefined;
  readonly conditions?: ConnectionRequestConditions | undefined;
  /** Who authenticates. Default: this server. */
  readonly authentication?: "local" | "none" | { readonly forward: string } | undefined;
  readonly realmRules?: readonly RealmRuleSettings[] | undefined;
  /** What an Access-Accept carries beside the attributes of the network policy. */
  readonly attributes?: AttributeInput | undefined;
}

/**
 * Makes a connection request policy of settings.
 *
 * @param options.timeZone in which `dayAndTime` is meant, an IANA name; `UTC` by default
 * @throws {TypeError} or {RangeError} with the first thing that cannot be used; `policyFindings` tells all of them
 *
 * @example
 * ```ts
 * const policy = connectionRequestPolicy({
 *   name: "Wi-Fi",
 *   conditions: { attributes: { "NAS-Port-Type": "Wireless-802.11" } },
 *   realmRules: [{ find: "@old\\.example$", replace: "@corp.example" }],
 * });
 * ```
 */
export function connectionRequestPolicy(
  settings: ConnectionRequestPolicySettings,
  { timeZone = "UTC" }: { readonly timeZone?: string } = {},
): ConnectionRequestPolicy {
  const { name, conditions = {}, authentication = "local", realmRules, attributes } = settings;
  return {
    name,
    conditions: policyConditions(conditions, timeZone),
    authentication: choiceOf(authentication),
    ...(realmRules !== undefined && { realmRules: realmRules.map(realmRule) }),
    ...(attributes !== undefined && { attributes: policyAttributes(attributes) }),
  };
}

function choiceOf(
  authentication: NonNullable<ConnectionRequestPolicySettings["authentication"]>,
): AuthenticationChoice {
  return typeof authentication === "string"
    ? { provider: authentication }
    : { provider: "forward", group: authentication.forward };
}
