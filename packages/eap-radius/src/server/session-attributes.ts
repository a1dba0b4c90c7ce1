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
    if (!isNumberAttribute(type)) attributes.push({ type, value: value.slice() });
    else if (value.length === 4) attributes.push({ type, value: uint32(value) });
  }
  return attributes;
}

function uint32([a = 0, b = 0, c = 0, d = 0]: Uint8Array): number {
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}
