import { utf8Octets, utf8Text } from "../wire/text.ts";
import { raatMinimum, raatVendorSpecific } from "./auth-attribute-types.ts";

/**
 * RAS_AUTH_ATTRIBUTE: one fact about a session or a user, as it travels between host, method and provider (EAP-81).
 * Arrays are ordinary ones; a method may end its array with a `raatMinimum` as on Windows.
 */
export interface RasAuthAttribute {
  /** raaType: a `raat...` constant; below 256 the number of the RADIUS attribute. */
  readonly type: number;
  /** Value: an unsigned number, or octets; the vendor's id, type, length and value for `raatVendorSpecific`. */
  readonly value: number | Uint8Array;
  /** dwLength of a number: 1, 2 or 4 octets; 4 by default. Without meaning for octets, which know their own. */
  readonly length?: 1 | 2 | 4;
}

/** The array up to its terminator, or whole where it has none. */
export function withoutTerminator(attributes: readonly RasAuthAttribute[]): readonly RasAuthAttribute[] {
  const end = attributes.findIndex(({ type }) => type === raatMinimum);
  return end < 0 ? attributes : attributes.slice(0, end);
}

/** The array as Windows passes it: with the element `raatMinimum` at its end. */
export function withTerminator(attributes: readonly RasAuthAttribute[]): readonly RasAuthAttribute[] {
  return [...withoutTerminator(attributes), { type: raatMinimum, value: 0 }];
}

/** The first attribute of a type, or undefined. */
export function findAuthAttribute(
  attributes: readonly RasAuthAttribute[],
  type: number,
): RasAuthAttribute | undefined {
  return attributes.find((attribute) => attribute.type === type);
}

/** An attribute of octets as UTF-8 text; a number in decimal. */
export function authAttributeText(attribute: RasAuthAttribute): string {
  return typeof attribute.value === "number" ? String(attribute.value) : utf8Text(attribute.value);
}

/** An attribute whose octets are text in UTF-8. */
export function textAttribute(type: number, text: string): RasAuthAttribute {
  return { type, value: utf8Octets(text) };
}

/**
 * What two attributes must share for one to replace the other: the type number; for type 26 also vendor and vendor type
 * (EAP-83), so that keys do not remove a vendor's other attributes.
 */
export function isSameAttributeType(one: RasAuthAttribute, other: RasAuthAttribute): boolean {
  if (one.type !== other.type) return false;
  if (one.type !== raatVendorSpecific) return true;
  const { value } = one;
  const { value: against } = other;
  if (typeof value === "number" || typeof against === "number") return value === against;
  return [0, 1, 2, 3, 4].every((index) => value[index] === against[index]);
}

/**
 * The provider's attributes with those of the method on top: each of the method's replaces all of the same type
 * (EAP-82, EAP-83). Neither array is changed.
 *
 * @example
 * ```ts
 * import { raatFilterId, replaceAttributes, textAttribute } from "@sallyport/eap";
 *
 * const provider = [textAttribute(raatFilterId, "a"), textAttribute(raatFilterId, "b")];
 * replaceAttributes(provider, [textAttribute(raatFilterId, "guests")]); // one Filter-Id, "guests"
 * ```
 */
export function replaceAttributes(
  provider: readonly RasAuthAttribute[],
  method: readonly RasAuthAttribute[],
): readonly RasAuthAttribute[] {
  if (method.length === 0) return provider;
  if (provider.length === 0) return method;
  const kept = provider.filter((old) => !method.some((attribute) => isSameAttributeType(attribute, old)));
  return [...kept, ...method];
}
