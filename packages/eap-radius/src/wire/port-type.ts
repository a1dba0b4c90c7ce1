import type { RadiusPacket } from "@sallyport/radius";
import { nasPortTypeType } from "./attribute-types.ts";

/** NAS-Port-Type (RFC 2865 section 5.41): Ethernet and IEEE 802.11, on which EAP travels as IEEE 802.1X says. */
const ports8021x: ReadonlySet<number> = new Set([15, 19]);

/** Whether a request came over a port of IEEE 802.1X. */
export function is8021x(request: RadiusPacket): boolean {
  const portType = uint32(request.first(nasPortTypeType));
  return portType !== undefined && ports8021x.has(portType);
}

/** The number in an attribute of four octets; undefined where there are not four. */
export function uint32(value: Uint8Array | undefined): number | undefined {
  if (value === undefined || value.length !== 4) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = value;
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}
