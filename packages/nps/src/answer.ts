import { type Answer, hideTunnelPassword, type RawAttribute } from "@sallyport/radius";
import type { Random } from "@sallyport/runtime";
import type { HeldAttribute } from "./attribute-list.ts";
import { ratTunnelPassword } from "./contract/attribute-types.ts";
import { rcAccessAccept, rcAccessReject, rcDiscard } from "./contract/constants.ts";
import { msChapFailure } from "./pipeline/ms-chap-answer.ts";
import { finalReason, type NpsRequest } from "./request.ts";
import { eapMessage } from "./wire-numbers.ts";

/** The answer that a decided request gets: the attributes of its final type, without the internal ones (NPS-58, NPS-65). */
export function responseAnswer(request: NpsRequest, random: Random): Answer | null {
  const { responseType } = request;
  if (responseType === 0 || responseType === rcDiscard) return null;
  const attributes: RawAttribute[] = [];
  for (const held of request.response(responseType) ?? []) {
    if (held.attrType < 256) attributes.push(onTheWire(held, request, random));
  }
  if (responseType === rcAccessAccept) attributes.push(...request.proof);
  if (request.eap !== undefined && !request.response(responseType)?.has(eapMessage)) {
    if (responseType === rcAccessAccept) attributes.push(...request.eap.round.ending("accept"));
    if (responseType === rcAccessReject) attributes.push(...request.eap.round.ending("reject"));
  }
  if (responseType === rcAccessReject && request.msChap !== undefined) {
    const { version, identifier } = request.msChap;
    attributes.push(msChapFailure(version, identifier, finalReason(request), random));
  }
  return { code: responseType, attributes };
}

/** A Tunnel-Password is configured in clear behind its tag and travels encrypted (RFC 2868 section 3.5). */
function onTheWire(held: HeldAttribute, request: NpsRequest, random: Random): RawAttribute {
  if (held.attrType !== ratTunnelPassword) return { type: held.attrType, value: held.bytes };
  const { client, packet } = request.received;
  const [tag = 0] = held.bytes;
  const tagged = tag <= 0x1f;
  const password = tagged ? held.bytes.subarray(1) : held.bytes;
  const value = hideTunnelPassword(password, {
    tag: tagged ? tag : 0,
    secret: client.secret.reveal(),
    requestAuthenticator: packet.authenticator,
    salt: random(2),
  });
  return { type: held.attrType, value };
}
