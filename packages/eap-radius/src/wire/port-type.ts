import type { RadiusPacket } from "@sallyport/radius";
import { nasPortTypeType } from "./attribute-types.ts";
import { uint32Of } from "./uint32.ts";

/** NAS-Port-Type (RFC 2865 section 5.41): Ethernet and IEEE 802.11, on which EAP travels as IEEE 802.1X says. */
const ports8021x: ReadonlySet<number> = new Set([15, 19]);

/** Whether a request came over a port of IEEE 802.1X. */
export function is8021x(request: RadiusPacket): boolean {
  const portType = uint32Of(request.first(nasPortTypeType));
  return portType !== undefined && ports8021x.has(portType);
}
