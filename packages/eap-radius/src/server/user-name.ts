import type { ReceivedRequest } from "@sallyport/radius";
import { userNameType } from "../wire/attribute-types.ts";

/** The User-Name of a request as a text that is the same for the same octets. */
export function userOf({ packet }: ReceivedRequest): string {
  const value = packet.first(userNameType);
  return value === undefined ? "" : String.fromCharCode(...value);
}

/**
 * Whether the identity that a peer tells is the User-Name of the request: the access server copies it (RFC 3579 section
 * 2.1). Where there is no User-Name there is nothing to compare.
 */
export function isUserName(identity: Uint8Array, { packet }: ReceivedRequest): boolean {
  const userName = packet.first(userNameType);
  if (userName === undefined) return true;
  return identity.length === userName.length && identity.every((octet, index) => octet === userName[index]);
}
