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

const terminator: RadiusAttribute = Object.freeze({
  attrType: ratMinimum,
  dataType: rdtUnknown,
  value: new Uint8Array(0),
});

/**
 * What the first and second form receive: at the authentication point everything (NPS-12, NPS-13), at the
 * authorization point NPS's own attributes of the answer and the internal ones (NPS-40, NPS-44, X-14).
 */
export function moduleAttributes(request: NpsRequest, point: RadiusExtensionPoint): RadiusAttributes {
  const attributes: RadiusAttribute[] = [];
  if (point === repAuthorization) {
    for (const held of ownAttributes(request)) attributes.push(held.forModule());
    for (const held of request.attributes) if (held.attrType > 255) attributes.push(held.forModule());
  } else {
    for (const held of request.attributes) attributes.push(held.forModule());
  }
  attributes.push(terminator);
  return Object.freeze(attributes);
}

function ownAttributes(request: NpsRequest): readonly HeldAttribute[] | AttributeList {
  return request.isAccess ? request.profile : (request.response(rcAccountingResponse) ?? []);
}
