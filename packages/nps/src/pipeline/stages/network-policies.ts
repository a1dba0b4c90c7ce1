import { HeldAttribute } from "../../attribute-list.ts";
import { ratPolicyName, ratState, ratVendorSpecific } from "../../contract/attribute-types.ts";
import { rapProxy, rcAccessAccept } from "../../contract/constants.ts";
import { isSecondInstance } from "../../host/attribute-array.ts";
import { heldInput } from "../../host/held-input.ts";
import { firstMatch, type NetworkPolicy } from "../../policies/policy.ts";
import { Reason } from "../../reason.ts";
import type { NpsRequest } from "../../request.ts";
import { type Disposition, next, type Stage } from "../stage.ts";

const stage = "Network policies";

/**
 * Admits what was accepted, with the profile of the first policy that matches (NPS-18, NPS-39, NPS-79). Requests that
 * a remote server answered are not evaluated.
 */
export const networkPolicies: Stage = (request, context) => {
  if (request.responseType !== rcAccessAccept || request.provider === rapProxy) {
    request.trace.step(
      stage,
      request.provider === rapProxy ? "skipped: forwarded" : "skipped: not an Access-Accept",
    );
    return next;
  }
  if (answersChallenge(request) && !context.compatibility.enforceNetworkPolicyOnChallengeResponse) {
    request.trace.step(stage, "skipped: an extension accepted the answer to a challenge");
    return next;
  }
  const policy = firstMatch(context.networkPolicies, request);
  if (policy === undefined) return refuse(request, Reason.NoNetworkPolicy, "none matched");
  request.attributes.set(HeldAttribute.ofText(ratPolicyName, policy.name));
  if (!admits(policy, request)) {
    return refuse(request, Reason.DialInDenied, `matched, access denied (policy "${policy.name}")`);
  }
  request.trace.step(stage, "matched", { policy: policy.name });
  applyProfile(policy, request);
  applyMethodAttributes(request);
  return next;
};

/** Whether an extension took the decision on the second leg of a dialogue (NPS-64). */
function answersChallenge(request: NpsRequest): boolean {
  return request.attributes.has(ratState) && typeof request.decidedBy === "number";
}

/** The account's dial-in permission overrides the policy, unless the policy ignores it. */
function admits(policy: NetworkPolicy, request: NpsRequest): boolean {
  const permission =
    policy.ignoreDialInPermission === true ? "policy" : (request.account?.dialIn ?? "policy");
  return permission === "policy" ? policy.access === "grant" : permission === "allow";
}

/** NPS's own attributes come first; what a module appended at the authentication point follows (NPS-48, NPS-49). */
function applyProfile(policy: NetworkPolicy, request: NpsRequest): void {
  const response = request.response(rcAccessAccept);
  if (response === undefined) return;
  const profile = policy.attributes
    .map((input) => heldInput(input, { littleEndianAddresses: false }))
    .filter((attribute) => attribute !== undefined);
  for (let index = response.size - 1; index >= 0; index--) {
    const attrType = response.at(index)?.attrType;
    const configured = profile.find((attribute) => attribute.attrType === attrType);
    if (configured === undefined || !isSecondInstance(response, configured)) continue;
    response.remove(index);
    request.trace.step(stage, "the policy's attribute replaces an extension's", { attribute: attrType });
  }
  for (const [index, attribute] of profile.entries()) response.insert(index, attribute);
  request.profile = profile;
}

/** What an EAP method put out replaces what the policy has of the same type, of type 26 by the vendor's (EAP-82, EAP-83). */
function applyMethodAttributes(request: NpsRequest): void {
  const response = request.response(rcAccessAccept);
  const own = request.eap?.attributes ?? [];
  if (response === undefined || own.length === 0) return;
  const held = own.map(({ type, value }) => HeldAttribute.ofBytes(type, value));
  const replaced = new Set(held.map(kindOf));
  for (let index = response.size - 1; index >= 0; index--) {
    const present = response.at(index);
    if (present !== undefined && replaced.has(kindOf(present))) response.remove(index);
  }
  for (const attribute of held) response.add(attribute);
  request.profile = [...request.profile.filter((attribute) => !replaced.has(kindOf(attribute))), ...held];
}

/** The type; for Vendor-Specific, vendor and vendor type too. */
function kindOf({ attrType, bytes }: HeldAttribute): string {
  return attrType === ratVendorSpecific ? `26 ${bytes.subarray(0, 5).join(".")}` : String(attrType);
}

function refuse(request: NpsRequest, reason: number, outcome: string): Disposition {
  request.trace.step(stage, outcome);
  request.reject(reason);
  return next;
}
