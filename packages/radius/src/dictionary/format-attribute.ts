import { vendorSpecificType } from "../wire/attribute-types.ts";
import { formatIpv4, formatIpv6 } from "../wire/ip-address.ts";
import type { RawAttribute } from "../wire/packet.ts";
import { splitVendorSpecific } from "../wire/vendor.ts";
import { type Dictionary, standardDictionary } from "./dictionary.ts";
import type { DictionaryEntry } from "./entry.ts";

/** An attribute for people: what `attributesFromNames` would understand, but for secrets. */
export interface FormattedAttribute {
  /** With the tag behind it where there is one: `"Tunnel-Type:1"`. */
  readonly name: string;
  /** Printable, on one line. */
  readonly text: string;
}

/**
 * Shows an attribute. Never throws: what has no name is `Attr-200`, and what does not fit its data type is shown as
 * octets, `0x..`. Secrets show as `***`. A Vendor-Specific attribute with one attribute of the vendor goes under the
 * name of that; with several, their names and values are the text.
 *
 * @example
 * ```ts
 * import { formatAttribute } from "@sallyport/radius";
 *
 * formatAttribute({ type: 6, value: Uint8Array.of(0, 0, 0, 2) }); // { name: "Service-Type", text: "Framed" }
 * ```
 */
export function formatAttribute(
  attribute: RawAttribute,
  dictionary: Dictionary = standardDictionary,
): FormattedAttribute {
  const { type, value } = attribute;
  if (type !== vendorSpecificType) return formatOne(dictionary.byType(type), `Attr-${type}`, value);
  const split = splitVendorSpecific(value);
  if (split === undefined) return { name: "Vendor-Specific", text: hexText(value) };
  const { vendor } = split;
  const inner = split.attributes.map((own) =>
    formatOne(dictionary.byType(own.type, vendor), `Attr-26.${vendor}.${own.type}`, own.value),
  );
  const [first] = inner;
  if (first !== undefined && inner.length === 1) return first;
  const text = inner.map((own) => `${own.name}=${own.text}`).join(", ");
  return { name: "Vendor-Specific", text: `${dictionary.vendorName(vendor) ?? vendor}: ${text}` };
}

function formatOne(
  entry: DictionaryEntry | undefined,
  number: string,
  value: Uint8Array,
): FormattedAttribute {
  if (entry === undefined) return { name: number, text: hexText(value) };
  const [first = 0xff] = value;
  const integer = entry.dataType === "integer";
  if (entry.tagged !== true || first > 0x1f || (integer && value.length !== 4)) {
    return { name: entry.name, text: formatValue(entry, value) };
  }
  const untagged = integer ? Uint8Array.of(0, ...value.subarray(1)) : value.subarray(1);
  return { name: first === 0 ? entry.name : `${entry.name}:${first}`, text: formatValue(entry, untagged) };
}

function formatValue(entry: DictionaryEntry, value: Uint8Array): string {
  return entry.secret === true ? "***" : (textByType(entry, value) ?? hexText(value));
}

/** Undefined when the octets do not fit the data type. */
function textByType(entry: DictionaryEntry, value: Uint8Array): string | undefined {
  const { length } = value;
  switch (entry.dataType) {
    case "text":
      return printableText(value);
    case "ipv4":
      return length === 4 ? formatIpv4(value) : undefined;
    case "ipv6":
      return length === 16 ? formatIpv6(value) : undefined;
    case "ipv4prefix":
      return length === 6 && (value[1] ?? 255) <= 32
        ? `${formatIpv4(value.subarray(2))}/${value[1]}`
        : undefined;
    case "ipv6prefix":
      return ipv6PrefixText(value);
    case "interface-id":
      return length === 8 ? interfaceIdText(value) : undefined;
    case "integer":
      return length === 4 ? integerText(entry, Number(unsigned(value))) : undefined;
    case "integer64":
      return length === 8 ? String(unsigned(value)) : undefined;
    case "time":
      return length === 4
        ? `${new Date(Number(unsigned(value)) * 1_000).toISOString().slice(0, 19)}Z`
        : undefined;
    case "octets":
    case "concat":
    case "vendor-specific":
      return undefined;
  }
}

function integerText(entry: DictionaryEntry, number: number): string {
  for (const [name, value] of Object.entries(entry.values ?? {})) if (value === number) return name;
  return String(number);
}

function ipv6PrefixText(value: Uint8Array): string | undefined {
  const bits = value[1] ?? 255;
  if (value.length < 2 || value.length > 18 || bits > 128) return undefined;
  const address = new Uint8Array(16);
  address.set(value.subarray(2));
  return `${formatIpv6(address)}/${bits}`;
}

function interfaceIdText(value: Uint8Array): string {
  const groups = [0, 2, 4, 6].map((at) => (((value[at] ?? 0) << 8) | (value[at + 1] ?? 0)).toString(16));
  return groups.join(":");
}

function unsigned(value: Uint8Array): bigint {
  let number = 0n;
  for (const octet of value) number = (number << 8n) | BigInt(octet);
  return number;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Control characters, and those that reorder or hide text, are escaped: a log line must stay what it says. */
function printableText(value: Uint8Array): string | undefined {
  try {
    return utf8
      .decode(value)
      .replace(
        /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
        (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
      );
  } catch {
    return undefined;
  }
}

function hexText(value: Uint8Array): string {
  return `0x${Array.from(value, (octet) => octet.toString(16).padStart(2, "0")).join("")}`;
}
