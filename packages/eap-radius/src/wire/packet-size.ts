import type { RadiusPacket } from "@sallyport/radius";
import { framedMtuType } from "./attribute-types.ts";
import { is8021x } from "./port-type.ts";
import { uint32Of } from "./uint32.ts";

/** What every lower layer of EAP carries (RFC 3748 section 3.1), whatever its Framed-MTU says. */
const leastEapMtu = 1_020;
/** Leaves room for other attributes in a RADIUS packet of 4096 octets. */
const mostEapMtu = 3_000;
/** Version, Type and Body Length of IEEE 802.1X. */
const eapolHeader = 4;

/**
 * How long an EAP packet of the server may be, in octets (RFC 3579 section 2.4): the Framed-MTU of the request, less
 * the four octets of IEEE 802.1X on ports of that kind (RFC 3580 section 3.10), at least 1020 and at most 3000; 1020
 * where there is none.
 */
export function eapPacketSize(request: RadiusPacket): number {
  const framedMtu = uint32Of(request.first(framedMtuType));
  if (framedMtu === undefined) return leastEapMtu;
  const header = is8021x(request) ? eapolHeader : 0;
  return Math.min(Math.max(framedMtu - header, leastEapMtu), mostEapMtu);
}
