import type { RasAuthAttribute } from "./auth-attribute.ts";
import { raatVendorSpecific } from "./auth-attribute-types.ts";

/** Session keys. Send and receive are as the access server sees them (RFC 2548 section 2.4); a peer swaps them. */
export interface MppeKeyPair {
  /** MS-MPPE-Send-Key: 1 to 239 octets. */
  readonly send: Uint8Array;
  /** MS-MPPE-Recv-Key: 1 to 239 octets. */
  readonly receive: Uint8Array;
}

const vendorMicrosoft = 311;
const vendorTypeSendKey = 16;
const vendorTypeReceiveKey = 17;
/** Vendor-Id, Vendor-Type, Vendor-Length, Salt, Key-Length. */
const keyOffset = 9;
/** An attribute has 253 octets; the string of length octet, key and padding comes in blocks of 16. */
const longestKey = 239;

/**
 * Session keys as the two attributes in which a method hands them to its host (EAP-84): vendor 311, types 16 and 17,
 * with the plain string of RFC 2548 section 2.4.2: a Salt of zeros, the key's length, the key, zeros to a multiple of
 * 16 octets. Whoever sends them over RADIUS encrypts them.
 *
 * @throws {RangeError} when a key is empty or longer than 239 octets
 *
 * @example
 * ```ts
 * import { findMppeKeys, mppeKeyAttributes } from "@sallyport/eap";
 *
 * const attributes = mppeKeyAttributes({ send: new Uint8Array(32), receive: new Uint8Array(32) });
 * findMppeKeys(attributes)?.send.length; // 32
 * ```
 */
export function mppeKeyAttributes(keys: MppeKeyPair): readonly RasAuthAttribute[] {
  return [keyAttribute(vendorTypeSendKey, keys.send), keyAttribute(vendorTypeReceiveKey, keys.receive)];
}

/** The session keys among the attributes; undefined unless both are there and whole. */
export function findMppeKeys(attributes: readonly RasAuthAttribute[]): MppeKeyPair | undefined {
  let send: Uint8Array | undefined;
  let receive: Uint8Array | undefined;
  for (const attribute of attributes) {
    send ??= keyOf(attribute, vendorTypeSendKey);
    receive ??= keyOf(attribute, vendorTypeReceiveKey);
  }
  return send === undefined || receive === undefined ? undefined : { send, receive };
}

/** Whether an attribute carries one of the two keys. */
export function isMppeKeyAttribute(attribute: RasAuthAttribute): boolean {
  return (
    keyOf(attribute, vendorTypeSendKey) !== undefined || keyOf(attribute, vendorTypeReceiveKey) !== undefined
  );
}

function keyAttribute(vendorType: number, key: Uint8Array): RasAuthAttribute {
  if (key.length === 0 || key.length > longestKey) {
    throw new RangeError(`a key must have 1 to ${longestKey} octets, not ${key.length}`);
  }
  const padded = Math.ceil((key.length + 1) / 16) * 16;
  const value = new Uint8Array(8 + padded);
  value[2] = vendorMicrosoft >> 8;
  value[3] = vendorMicrosoft & 255;
  value[4] = vendorType;
  value[5] = 4 + padded;
  value[8] = key.length;
  value.set(key, keyOffset);
  return { type: raatVendorSpecific, value };
}

function keyOf({ type, value }: RasAuthAttribute, vendorType: number): Uint8Array | undefined {
  if (type !== raatVendorSpecific || typeof value === "number" || value.length <= keyOffset) return undefined;
  const vendor = ((value[0] ?? 0) << 24) | ((value[1] ?? 0) << 16) | ((value[2] ?? 0) << 8) | (value[3] ?? 0);
  const length = value[8] ?? 0;
  if (vendor !== vendorMicrosoft || value[4] !== vendorType) return undefined;
  if (length === 0 || keyOffset + length > value.length) return undefined;
  return value.subarray(keyOffset, keyOffset + length);
}
