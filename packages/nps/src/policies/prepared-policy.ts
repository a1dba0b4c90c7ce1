import { HeldAttribute } from "../attribute-list.ts";
import type { RadiusAttributeInput } from "../contract/attribute.ts";
import { ratCRPPolicyName, ratPolicyName } from "../contract/attribute-types.ts";
import { heldInput } from "../host/held-input.ts";
import type { ConnectionRequestPolicy, NetworkPolicy } from "./policy.ts";
import { PolicyList } from "./policy-list.ts";

/** A policy with all that is the same for every request it matches. */
export type Prepared<P> = P & {
  /** ratCRPPolicyName or ratPolicyName. */
  readonly nameAttribute: HeldAttribute;
  /** Its attributes as the host holds them. */
  readonly profile: readonly HeldAttribute[];
};

export function prepareConnectionRequestPolicies(
  policies: readonly ConnectionRequestPolicy[],
): PolicyList<Prepared<ConnectionRequestPolicy>> {
  return new PolicyList(policies.map((policy) => prepare(policy, ratCRPPolicyName)));
}

export function prepareNetworkPolicies(
  policies: readonly NetworkPolicy[],
): PolicyList<Prepared<NetworkPolicy>> {
  return new PolicyList(policies.map((policy) => prepare(policy, ratPolicyName)));
}

function prepare<P extends { readonly name: string; readonly attributes?: readonly RadiusAttributeInput[] }>(
  policy: P,
  nameType: number,
): Prepared<P> {
  return {
    ...policy,
    nameAttribute: HeldAttribute.ofText(nameType, policy.name),
    profile: (policy.attributes ?? []).flatMap(
      (input) => heldInput(input, { littleEndianAddresses: false }) ?? [],
    ),
  };
}
