import {
  isNumberAttribute,
  type RasAuthAttribute,
  raatAcctMultiSessionId,
  raatAcctSessionId,
  raatCalledStationId,
  raatCallingStationId,
  raatConnectInfo,
  raatFramedProtocol,
  raatNASIdentifier,
  raatNASIPAddress,
  raatNASIPv6Address,
  raatNASPort,
  raatNASPortType,
  raatServiceType,
  raatTunnelType,
} from "@sallyport/eap";
import type { RadiusPacket } from "@sallyport/radius";
import { uint32Of } from "../wire/uint32.ts";

/** What describes the session of the caller (EAP-86). */
const describing: ReadonlySet<number> = new Set([
  raatNASIPAddress,
  raatNASPort,
  raatServiceType,
  raatFramedProtocol,
  raatCalledStationId,
  raatCallingStationId,
  raatNASIdentifier,
  raatAcctSessionId,
  raatAcctMultiSessionId,
  raatNASPortType,
  raatTunnelType,
  raatConnectInfo,
  raatNASIPv6Address,
]);

/** What a request says about its session, as methods get it in begin. Nothing of the datagram is kept. */
export function sessionAttributes(packet: RadiusPacket): readonly RasAuthAttribute[] {
  const attributes: RasAuthAttribute[] = [];
  for (const { type, value } of packet) {
    if (!describing.has(type)) continue;
    const held = isNumberAttribute(type) ? uint32Of(value) : value.slice();
    if (held !== undefined) attributes.push({ type, value: held });
  }
  return attributes;
}
