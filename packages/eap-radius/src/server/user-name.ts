import { constantTimeEqual } from "@sallyport/crypto";
import type { ReceivedRequest } from "@sallyport/radius";
import { userNameType } from "../wire/attribute-types.ts";

/** The User-Name of a request, copied; no octets where it has none. */
export function userOf({ packet }: ReceivedRequest): Uint8Array {
  return packet.first(userNameType)?.slice() ?? new Uint8Array(0);
}

/** Whether a request has the User-Name of an earlier one. */
export function isSameUser(user: Uint8Array, { packet }: ReceivedRequest): boolean {
  const userName = packet.first(userNameType);
  return userName === undefined ? user.length === 0 : constantTimeEqual(user, userName);
}

/**
 * Whether the identity that a peer tells is the User-Name of the request: the access server copies it (RFC 3579 section
 * 2.1). Where there is no User-Name there is nothing to compare.
 */
export function isUserName(identity: Uint8Array, { packet }: ReceivedRequest): boolean {
  const userName = packet.first(userNameType);
  if (userName === undefined) return true;
  return constantTimeEqual(identity, userName);
}
