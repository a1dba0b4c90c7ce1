import { formatAttribute, parseIpv4, standardDictionary } from "@sallyport/radius";
import { utf8Text } from "@sallyport/runtime";
import {
  type RadiusBytesDataType,
  type RadiusDataType,
  type RadiusNumberDataType,
  rdtAddress,
  rdtInteger,
  rdtIpv6Address,
  rdtString,
  rdtTime,
  rdtUnknown,
} from "./constants.ts";

/**
 * One attribute as a module sees it: RADIUS_ATTRIBUTE (Table N-1).
 *
 * `value` is a number for addresses, integers and times, octets for everything else. An address is the unsigned
 * number whose most significant octet comes first: 10.0.0.1 is 0x0a000001 (NPS-73). A time is seconds since 1970 UTC,
 * unsigned (NPS-74). Objects that the host hands out are frozen copies; `console.log` and `JSON.stringify` show
 * `***` for the values of passwords, keys and State.
 */
export type RadiusAttribute =
  | {
      /** dwAttrType: 1 to 255 as on the wire, 256 and above internal. */
      readonly attrType: number;
      /** fDataType. */
      readonly dataType: RadiusNumberDataType;
      /** dwValue. */
      readonly value: number;
    }
  | {
      /** dwAttrType: 1 to 255 as on the wire, 256 and above internal. */
      readonly attrType: number;
      /** fDataType. */
      readonly dataType: RadiusBytesDataType;
      /** lpValue with cbDataLength octets. */
      readonly value: Uint8Array<ArrayBuffer>;
    };

/** What a module may hand to the host: as {@link RadiusAttribute}, and text is taken as its UTF-8 octets. */
export type RadiusAttributeInput =
  | { readonly attrType: number; readonly dataType: RadiusNumberDataType; readonly value: number }
  | {
      readonly attrType: number;
      readonly dataType: RadiusBytesDataType;
      readonly value: Uint8Array | string;
    };

/** PRADIUS_ATTRIBUTE of the first and second form: frozen, and its last element has the type `ratMinimum` (NPS-14). */
export type RadiusAttributes = readonly RadiusAttribute[];

/**
 * Makes an attribute with the data type that the dictionary gives for its number.
 *
 * @param attrType a `rat...` constant or any attribute number of the wire
 * @param value a number; or text, where "10.0.0.1" is understood for address attributes; or octets
 * @throws {TypeError} when the value does not fit the attribute's data type
 *
 * @example
 * ```ts
 * ecb.getResponse(rcAccessAccept)?.add(radiusAttribute(ratFilterId, "staff"));
 * ecb.getResponse(rcAccessAccept)?.add(radiusAttribute(ratFramedIPAddress, "10.0.0.7"));
 * ```
 */
export function radiusAttribute(attrType: number, value: number | string | Uint8Array): RadiusAttributeInput {
  const dataType = dataTypeOf(attrType);
  if (isNumberDataType(dataType)) {
    const number = typeof value === "string" && dataType === rdtAddress ? addressNumber(value) : value;
    if (typeof number !== "number") {
      throw new TypeError(`attribute ${attrType} takes a number, found ${typeof value}`);
    }
    return { attrType, dataType, value: number };
  }
  if (typeof value === "number")
    throw new TypeError(`attribute ${attrType} takes text or octets, found a number`);
  return { attrType, dataType, value };
}

/** The first attribute of a type in what the first and second form receive, or undefined. */
export function findAttribute(attributes: RadiusAttributes, attrType: number): RadiusAttribute | undefined {
  return attributes.find((attribute) => attribute.attrType === attrType);
}

/** An attribute's value as text: UTF-8 for octets, dotted for addresses, decimal for numbers. */
export function attributeText(attribute: RadiusAttribute): string {
  if (typeof attribute.value !== "number") return utf8Text(attribute.value);
  if (attribute.dataType === rdtAddress) return addressText(attribute.value);
  return String(attribute.value);
}

/** The data type under which NPS hands out an attribute number; `rdtUnknown` for numbers nobody has assigned. */
export function dataTypeOf(attrType: number): RadiusDataType {
  return (attrType < 256 ? wireDataTypes[attrType] : internalDataTypes.get(attrType)) ?? rdtUnknown;
}

export function isNumberDataType(dataType: RadiusDataType): dataType is RadiusNumberDataType {
  return dataType === rdtInteger || dataType === rdtAddress || dataType === rdtTime;
}

/** Whether an attribute's value must not be shown: passwords, keys, State (NPS-88). */
export function isSecretAttribute(attrType: number, value: Uint8Array | number): boolean {
  if (secretTypes.has(attrType)) return true;
  return (
    attrType === 26 &&
    typeof value !== "number" &&
    formatAttribute({ type: attrType, value }).text.includes("***")
  );
}

/**
 * "10.0.0.1" as the number with the first octet most significant.
 *
 * @throws {TypeError} when the text is no IPv4 address
 */
function addressNumber(text: string): number {
  const octets = parseIpv4(text);
  if (octets === undefined) throw new TypeError(`"${text}" is not an IPv4 address`);
  return octets.reduce((number, octet) => number * 256 + octet, 0);
}

/** The number of an IPv4 address in dotted form. */
function addressText(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

const wireDataTypes: readonly RadiusDataType[] = Array.from({ length: 256 }, (_, attrType) => {
  switch (standardDictionary.byType(attrType)?.dataType) {
    case undefined:
      return rdtUnknown;
    case "integer":
      return rdtInteger;
    case "ipv4":
      return rdtAddress;
    case "time":
      return rdtTime;
    case "ipv6":
      return rdtIpv6Address;
    default:
      return rdtString;
  }
});

/** Table N-3. */
const internalDataTypes: ReadonlyMap<number, RadiusDataType> = new Map<number, RadiusDataType>([
  [262, rdtInteger],
  [263, rdtInteger],
  [264, rdtString],
  [265, rdtAddress],
  [266, rdtInteger],
  [267, rdtInteger],
  [268, rdtString],
  [269, rdtString],
  [270, rdtString],
  [271, rdtInteger],
  [272, rdtString],
  [273, rdtString],
  [274, rdtInteger],
  [275, rdtString],
  [276, rdtString],
  [277, rdtString],
  [278, rdtIpv6Address],
  [279, rdtString],
]);

/** User-Password, CHAP-Password, State, CHAP-Challenge, Tunnel-Password, ratClearTextPassword. */
const secretTypes: ReadonlySet<number> = new Set([2, 3, 24, 60, 69, 277]);
