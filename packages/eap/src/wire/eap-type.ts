/** A type of a vendor's own, carried in a packet of type 254 (RFC 3748 section 5.7). */
export interface ExpandedEapType {
  /** SMI Network Management Private Enterprise Code, 1 to 16 777 215. */
  readonly vendorId: number;
  /** The vendor's number, 0 to 4 294 967 295. */
  readonly vendorType: number;
}

/** An EAP type: the number of the Type octet (1 to 253, 255), or an expanded type. */
export type EapType = number | ExpandedEapType;

/** Types that the engine handles itself (RFC 3748 section 5). */
export const eapTypeIdentity = 1;
export const eapTypeNotification = 2;
export const eapTypeNak = 3;
/** Says that the type is an expanded one. */
export const eapTypeExpanded = 254;

/** Whether two types are the same. */
export function isSameEapType(one: EapType, other: EapType): boolean {
  if (typeof one === "number" || typeof other === "number") return one === other;
  return one.vendorId === other.vendorId && one.vendorType === other.vendorType;
}

/** The Type octet of a packet of this type. */
export function eapTypeOctet(type: EapType): number {
  return typeof type === "number" ? type : eapTypeExpanded;
}

/**
 * Checks that a value is a type a method can have: 4 to 253, 255, or an expanded type of a vendor.
 *
 * @throws {RangeError} when it is not
 */
export function checkMethodType(type: EapType): void {
  if (typeof type === "number") {
    if (!Number.isInteger(type) || type < 4 || type > 255 || type === eapTypeExpanded) {
      throw new RangeError(`the type of a method must be 4 to 253 or 255, not ${type}`);
    }
  } else if (!inRange(type.vendorId, 1, 0xffffff) || !inRange(type.vendorType, 0, 0xffffffff)) {
    throw new RangeError(
      `an expanded type must have a vendor of 1 to 16777215 and a number of 32 bits, not ${type.vendorId}/${type.vendorType}`,
    );
  }
}

/** The type's name where RFC 3748 or the registry of IANA gives a well-known one, otherwise its number. */
export function eapTypeName(type: EapType): string {
  if (typeof type !== "number") return `expanded type ${type.vendorId}/${type.vendorType}`;
  return names.get(type) ?? `type ${type}`;
}

function inRange(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

/** IANA, "Extensible Authentication Protocol (EAP) Registry", method types. */
const names: ReadonlyMap<number, string> = new Map([
  [1, "Identity"],
  [2, "Notification"],
  [3, "Nak"],
  [4, "MD5-Challenge"],
  [5, "One-Time Password"],
  [6, "Generic Token Card"],
  [13, "EAP-TLS"],
  [17, "LEAP"],
  [18, "EAP-SIM"],
  [21, "EAP-TTLS"],
  [23, "EAP-AKA"],
  [25, "PEAP"],
  [26, "MS-CHAPv2"],
  [43, "EAP-FAST"],
  [50, "EAP-AKA'"],
  [52, "EAP-PWD"],
  [55, "TEAP"],
  [254, "Expanded"],
  [255, "Experimental"],
]);
