import { utf8Octets } from "@sallyport/runtime";
import { HeldAttribute, swapped } from "../attribute-list.ts";
import { dataTypeOf, isNumberDataType } from "../contract/attribute.ts";
import { ratCertificateThumbprint, ratCode, ratMinimum } from "../contract/attribute-types.ts";
import { type RadiusDataType, rdtAddress, rdtIpv6Address, rdtUnknown } from "../contract/constants.ts";

/** RFC 2865 section 5: the length octet counts itself and the type (NPS-75). */
const longestValue = 253;

/**
 * Copies what a module handed in, or returns undefined where Windows would answer ERROR_INVALID_PARAMETER: not an
 * attribute at all, a value of the wrong kind for its data type or its number, or one too long for the wire.
 */
export function heldInput(
  input: unknown,
  order: { readonly littleEndianAddresses: boolean },
): HeldAttribute | undefined {
  if (typeof input !== "object" || input === null) return undefined;
  const { attrType, dataType, value } = input as Record<"attrType" | "dataType" | "value", unknown>;
  if (!isAttributeType(attrType) || !isDataType(dataType)) return undefined;
  if (isNumberDataType(dataType)) {
    if (!isUint32(value) || !takesNumbers(attrType)) return undefined;
    const swap = order.littleEndianAddresses && dataType === rdtAddress;
    return HeldAttribute.ofNumber(attrType, swap ? swapped(value) : value, dataType);
  }
  const bytes = octets(value);
  if (bytes === undefined || !takesOctets(attrType, bytes.length)) return undefined;
  if (attrType < 256 && bytes.length > longestValue) return undefined;
  if (dataType === rdtIpv6Address && bytes.length !== 16) return undefined;
  return HeldAttribute.ofBytes(attrType, bytes, dataType);
}

function isAttributeType(attrType: unknown): attrType is number {
  if (typeof attrType !== "number" || !Number.isInteger(attrType)) return false;
  return (
    (attrType > ratMinimum && attrType < 256) || (attrType >= ratCode && attrType <= ratCertificateThumbprint)
  );
}

function isDataType(dataType: unknown): dataType is RadiusDataType {
  return (
    typeof dataType === "number" &&
    dataType >= rdtUnknown &&
    dataType <= rdtIpv6Address &&
    Number.isInteger(dataType)
  );
}

function isUint32(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 0xffffffff;
}

function octets(value: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (typeof value === "string") return utf8Octets(value);
  return value instanceof Uint8Array ? Uint8Array.from(value) : undefined;
}

function takesNumbers(attrType: number): boolean {
  const dataType = dataTypeOf(attrType);
  return dataType === rdtUnknown || isNumberDataType(dataType);
}

/** A number attribute may be given as the four octets it has on the wire. */
function takesOctets(attrType: number, length: number): boolean {
  return !isNumberDataType(dataTypeOf(attrType)) || length === 4;
}
