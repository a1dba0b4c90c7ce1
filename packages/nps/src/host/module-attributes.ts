import type { AttributeList, HeldAttribute } from "../attribute-list.ts";
import type { RadiusAttribute, RadiusAttributes } from "../contract/attribute.ts";
import { ratMinimum } from "../contract/attribute-types.ts";
import {
  type RadiusExtensionPoint,
  rcAccountingResponse,
  rdtUnknown,
  repAuthorization,
} from "../contract/constants.ts";
import type { NpsRequest } from "../request.ts";
import type { CallCompatibility } from "./attribute-array.ts";

const terminator: RadiusAttribute = Object.freeze({
  attrType: ratMinimum,
  dataType: rdtUnknown,
  value: new Uint8Array(0),
});

/**
 * What the first and second form receive: at the authentication point everything (NPS-12, NPS-13), at the
 * authorization point NPS's own attributes of the answer and the internal ones (NPS-40, NPS-44, X-14).
 */
export function moduleAttributes(
  request: NpsRequest,
  point: RadiusExtensionPoint,
  compatibility: CallCompatibility,
): RadiusAttributes {
  const attributes: RadiusAttribute[] = [];
  if (point === repAuthorization) {
    for (const held of ownAttributes(request)) attributes.push(held.forModule(compatibility));
    for (const held of request.attributes)
      if (held.attrType > 255) attributes.push(held.forModule(compatibility));
  } else {
    for (const held of request.attributes) attributes.push(held.forModule(compatibility));
  }
  attributes.push(terminator);
  return Object.freeze(attributes);
}

function ownAttributes(request: NpsRequest): readonly HeldAttribute[] | AttributeList {
  return request.isAccess ? request.profile : (request.response(rcAccountingResponse) ?? []);
}
