import type { Log } from "@sallyport/runtime";
import type { AuthenticationOptions } from "../authentication/authentication-options.ts";

/** What EAP on a link needs besides. */
export type EapLinkOptions = AuthenticationOptions & { readonly log: Log; readonly peerMru: number };

/**
 * How long packets of EAP may be on a link: no longer than the other side takes (EAP-38), but never below what EAP asks
 * of every lower layer (RFC 3748 section 3.1); every receiver of PPP takes 1 500 octets (RFC 1661 section 6.1).
 */
export function eapPacketSize(peerMru: number, wanted: number = longestByDefault): number {
  return Math.max(Math.min(peerMru, wanted), leastPacketSize);
}

const leastPacketSize = 1_020;
const longestByDefault = 1_500;
