import { vendorSpecificType } from "../wire/attribute-types.ts";
import { longestValue, type RawAttribute } from "../wire/packet.ts";
import { joinVendorSpecific } from "../wire/vendor.ts";
import { type Dictionary, standardDictionary } from "./dictionary.ts";
import { encodeValue, hexOctets } from "./encode-value.ts";
import type { DictionaryEntry } from "./entry.ts";
import { nearestName } from "./nearest-name.ts";

/** One value of an attribute, in whatever form fits its data type; octets are taken as they are. */
export type AttributeValue = string | number | bigint | Uint8Array | Date;

/** Attributes by name; an array stands for as many attributes. */
export type AttributeInput = Readonly<Record<string, AttributeValue | readonly AttributeValue[]>>;

/**
 * Makes attributes of names and values, in the order of the object's keys.
 *
 * | data type | value |
 * |---|---|
 * | text | text, or a number |
 * | octets | octets, `"0x0102"`, or other text as UTF-8 |
 * | integer | a number, digits, or the name of a value: `"Framed"` |
 * | ipv4, ipv6, prefixes | `"10.0.0.1"`, `"2001:db8::1"`, `"2001:db8::/32"` |
 * | time | a `Date`, seconds since 1970, or a date in ISO form |
 * | interface-id | `"0:0:0:1"` |
 *
 * A tag (RFC 2868) stands behind the name: `"Tunnel-Type:1"`. Attributes of a vendor become Vendor-Specific
 * attributes. What has no name is `"Attr-200"`, or `"Attr-26.9.2"` for attribute 2 of vendor 9, with octets or
 * `"0x.."`. An EAP-Message of more than 253 octets becomes several. Passwords are not hidden: that needs the secret and
 * the Request Authenticator, and is done where the packet is made.
 *
 * @throws {TypeError} for a name that is not in the dictionary; the message suggests one that is
 * @throws {RangeError} for a value that the attribute cannot have
 *
 * @example
 * ```ts
 * import { attributesFromNames } from "@sallyport/radius";
 *
 * const attributes = attributesFromNames({
 *   "Service-Type": "Framed",
 *   "Tunnel-Type:1": "VLAN",
 *   "Tunnel-Medium-Type:1": "IEEE-802",
 *   "Tunnel-Private-Group-ID:1": "20",
 *   "Cisco-AVPair": ["shell:priv-lvl=15", "shell:roles=admin"],
 * });
 * attributes.length; // 6
 * ```
 */
export function attributesFromNames(
  input: AttributeInput,
  dictionary: Dictionary = standardDictionary,
): RawAttribute[] {
  const attributes: RawAttribute[] = [];
  for (const [name, values] of Object.entries(input)) {
    for (const value of isList(values) ? values : [values]) {
      append(attributes, name, value, dictionary);
    }
  }
  return attributes;
}

function append(
  attributes: RawAttribute[],
  key: string,
  value: AttributeValue,
  dictionary: Dictionary,
): void {
  const numbered = /^Attr-(?:26\.(\d{1,10})\.)?(\d{1,3})$/i.exec(key);
  if (numbered !== null) {
    const [, vendor, type] = numbered;
    attributes.push(numberedAttribute(key, Number(type), vendor === undefined ? 0 : Number(vendor), value));
    return;
  }
  const [, name = key, tag] = /^(.+?)(?::(\d{1,2}))?$/.exec(key) ?? [];
  const entry = dictionary.byName(name);
  if (entry === undefined) throw new TypeError(unknownName(name, dictionary));
  const octets = encodeValue(entry, tagOf(entry, tag), value);
  if (entry.vendor !== 0) {
    attributes.push(vendorSpecific(entry.name, entry.vendor, entry.type, octets));
  } else if (entry.dataType === "concat") {
    // RFC 3579 section 3.1: the pieces stand one behind the other; an empty value is one empty piece.
    for (let start = 0; start === 0 || start < octets.length; start += longestValue) {
      attributes.push({ type: entry.type, value: octets.slice(start, start + longestValue) });
    }
  } else {
    attributes.push(standard(entry.name, entry.type, octets));
  }
}

function numberedAttribute(key: string, type: number, vendor: number, value: AttributeValue): RawAttribute {
  if (type > 255 || vendor > 0xffffffff) throw new TypeError(`${key}: there is no such attribute`);
  const octets =
    value instanceof Uint8Array ? value : typeof value === "string" ? hexOctets(value) : undefined;
  if (octets === undefined)
    throw new RangeError(`${key}: the value must be octets, or text such as "0x0102"`);
  return vendor === 0 ? standard(key, type, octets) : vendorSpecific(key, vendor, type, octets);
}

function standard(name: string, type: number, value: Uint8Array): RawAttribute {
  if (value.length > longestValue) throw tooLong(name, value.length, longestValue);
  return { type, value };
}

function vendorSpecific(name: string, vendor: number, type: number, value: Uint8Array): RawAttribute {
  if (value.length > longestVendorValue) throw tooLong(name, value.length, longestVendorValue);
  return { type: vendorSpecificType, value: joinVendorSpecific(vendor, type, value) };
}

/** Behind the vendor's number and the header of the vendor's attribute. */
const longestVendorValue = longestValue - 6;

function tooLong(name: string, length: number, limit: number): RangeError {
  return new RangeError(`${name}: the value has ${length} octets, at most ${limit} fit`);
}

function tagOf(entry: DictionaryEntry, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (entry.tagged !== true) throw new TypeError(`${entry.name} has no tag`);
  const tag = Number(text);
  if (tag > 31) throw new RangeError(`${entry.name}:${text}: a tag is a number from 0 to 31`);
  return tag;
}

function unknownName(name: string, dictionary: Dictionary): string {
  const names = Array.from(dictionary, (entry) => entry.name);
  const suggestion = nearestName(name, names);
  const hint = suggestion === undefined ? 'write "Attr-200" for attribute 200' : `do you mean ${suggestion}?`;
  return `no attribute is called "${name}"; ${hint}`;
}

function isList(values: AttributeValue | readonly AttributeValue[]): values is readonly AttributeValue[] {
  return Array.isArray(values);
}
