import type { RawAttribute } from "@sallyport/radius";
import type { HeldAttribute } from "../attribute-list.ts";
import { ratVendorSpecific } from "../contract/attribute-types.ts";
import { rcAccessAccept } from "../contract/constants.ts";
import { isSecondInstance } from "../host/attribute-array.ts";
import type { NetworkPolicy } from "../policies/policy.ts";
import type { Prepared } from "../policies/prepared-policy.ts";
import type { NpsRequest } from "../request.ts";

/**
 * Puts the attributes of the policies into the Access-Accept: those of the network policy, then those of the connection
 * request policy that do not contradict them. NPS's own attributes come first; what a module appended at the
 * authentication point follows (NPS-48, NPS-49).
 */
export function applyProfile(policy: Prepared<NetworkPolicy>, request: NpsRequest, stage: string): void {
  const response = request.response(rcAccessAccept);
  if (response === undefined) return;
  const profile = combined(policy.profile, request.requestPolicyAttributes);
  for (let index = response.size - 1; index >= 0; index--) {
    const attrType = response.at(index)?.attrType;
    const configured = profile.find((attribute) => attribute.attrType === attrType);
    if (configured === undefined || !isSecondInstance(response, configured)) continue;
    response.remove(index);
    request.trace.step(stage, "the policy's attribute replaces an extension's", { attribute: attrType });
  }
  for (const [index, attribute] of profile.entries()) response.insert(index, attribute);
  request.profile = profile;
  if (profile.length > 0 && request.proof.length > 0) {
    const own = new Set(profile.map(kindOf));
    request.proof = request.proof.filter((attribute) => !own.has(kindOfRaw(attribute)));
  }
}

/** Puts attributes into the Access-Accept in the place of all of the same kind. */
export function replaceAttributes(request: NpsRequest, attributes: readonly HeldAttribute[]): void {
  const response = request.response(rcAccessAccept);
  if (response === undefined || attributes.length === 0) return;
  const replaced = new Set(attributes.map(kindOf));
  for (let index = response.size - 1; index >= 0; index--) {
    const present = response.at(index);
    if (present !== undefined && replaced.has(kindOf(present))) response.remove(index);
  }
  for (const attribute of attributes) response.add(attribute);
  request.profile = [
    ...request.profile.filter((attribute) => !replaced.has(kindOf(attribute))),
    ...attributes,
  ];
}

function combined(
  own: readonly HeldAttribute[],
  further: readonly HeldAttribute[],
): readonly HeldAttribute[] {
  if (further.length === 0) return own;
  const kinds = new Set(own.map(kindOf));
  return [...own, ...further.filter((attribute) => !kinds.has(kindOf(attribute)))];
}

/** The type; for Vendor-Specific, vendor and vendor type too. */
function kindOf({ attrType, bytes }: HeldAttribute): string {
  return kindOfRaw({ type: attrType, value: bytes });
}

function kindOfRaw({ type, value }: RawAttribute): string {
  return type === ratVendorSpecific ? `26 ${value.subarray(0, 5).join(".")}` : String(type);
}
