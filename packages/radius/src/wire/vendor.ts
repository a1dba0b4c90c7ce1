import { longestValue, type RawAttribute, writeAttribute } from "./packet.ts";
import { RadiusPacketError } from "./packet-error.ts";

/** What a Vendor-Specific attribute holds when it follows the layout that RFC 2865 section 5.26 recommends. */
export interface VendorAttributes {
  /** The vendor's private enterprise number, 0 to 4294967295 (its top octet should be 0). */
  readonly vendor: number;
  /** The vendor's own attributes, as views; their types are the vendor's. */
  readonly attributes: readonly RawAttribute[];
}

/**
 * Takes the value of a Vendor-Specific attribute apart (RFC 2865 section 5.26). Some vendors do not follow the
 * recommended layout of type, length and value; for those, and for values that hold no attribute at all, the result is
 * undefined and the value is the vendor's to understand.
 */
export function splitVendorSpecific(value: Uint8Array): VendorAttributes | undefined {
  if (value.length < 6) return undefined;
  const attributes: RawAttribute[] = [];
  for (let offset = 4; offset < value.length; ) {
    const length = value[offset + 1] ?? 0;
    if (length < 2 || offset + length > value.length) return undefined;
    attributes.push({ type: value[offset] as number, value: value.subarray(offset + 2, offset + length) });
    offset += length;
  }
  return { vendor: vendorOf(value), attributes };
}

/**
 * Makes the value of a Vendor-Specific attribute that holds one attribute of the vendor (RFC 2865 section 5.26).
 *
 * @param vendor the private enterprise number: 311 is Microsoft
 * @throws {RadiusPacketError} `attribute-length` when the value has more than 247 octets
 */
export function joinVendorSpecific(vendor: number, type: number, value: Uint8Array): Uint8Array<ArrayBuffer> {
  if (!Number.isInteger(vendor) || vendor < 0 || vendor > 0xffffffff) {
    throw new RangeError(`vendor must be a whole number from 0 to 4294967295, found ${vendor}`);
  }
  if (!Number.isInteger(type) || type < 0 || type > 255) {
    throw new RangeError(`type must be a whole number from 0 to 255, found ${type}`);
  }
  if (value.length + 6 > longestValue) throw new RadiusPacketError("attribute-length", longestValue);
  const joined = new Uint8Array(6 + value.length);
  joined[0] = vendor >>> 24;
  joined[1] = vendor >>> 16;
  joined[2] = vendor >>> 8;
  joined[3] = vendor;
  writeAttribute(joined, 4, { type, value });
  return joined;
}

function vendorOf(value: Uint8Array): number {
  const [a = 0, b = 0, c = 0, d = 0] = value;
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}
