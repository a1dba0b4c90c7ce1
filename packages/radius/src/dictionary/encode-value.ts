import { parseIpv4, parseIpv6 } from "../wire/ip-address.ts";
import type { DictionaryEntry } from "./entry.ts";
import { nearestName } from "./nearest-name.ts";

/**
 * The octets of a value, its tag included.
 *
 * @throws {RangeError} when the attribute cannot have the value; the message shows it only where it is no secret
 */
export function encodeValue(
  entry: DictionaryEntry,
  tag: number | undefined,
  value: string | number | bigint | Uint8Array | Date,
): Uint8Array {
  const octets = value instanceof Uint8Array ? value : encodeByType(entry, value);
  if (octets === undefined) throw unfit(entry, value);
  if (entry.tagged !== true || (value instanceof Uint8Array && tag === undefined)) return octets;
  return withTag(entry, tag, octets, value);
}

/** The octets of `"0x.."`, or undefined. */
export function hexOctets(text: string): Uint8Array<ArrayBuffer> | undefined {
  const [, digits] = /^0x((?:[0-9a-f]{2})*)$/i.exec(text) ?? [];
  if (digits === undefined) return undefined;
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

type Plain = string | number | bigint | Date;

function encodeByType(entry: DictionaryEntry, value: Plain): Uint8Array | undefined {
  switch (entry.dataType) {
    case "text":
      return value instanceof Date ? undefined : new TextEncoder().encode(String(value));
    case "octets":
    case "concat":
      return typeof value === "string" ? (hexOctets(value) ?? new TextEncoder().encode(value)) : undefined;
    case "ipv4":
      return typeof value === "string" ? parseIpv4(value) : undefined;
    case "ipv6":
      return typeof value === "string" ? parseIpv6(value) : undefined;
    case "ipv4prefix":
      return typeof value === "string" ? prefixOctets(value, 4) : undefined;
    case "ipv6prefix":
      return typeof value === "string" ? prefixOctets(value, 16) : undefined;
    case "interface-id":
      return typeof value === "string" ? interfaceId(value) : undefined;
    case "integer":
      return bigEndian(numberOf(entry, value), 4);
    case "integer64":
      return bigEndian(numberOf(entry, value), 8);
    case "time":
      return bigEndian(secondsOf(value), 4);
    case "vendor-specific":
      return typeof value === "string" ? hexOctets(value) : undefined;
  }
}

/** RFC 2868 section 3.1 to 3.10: of an integer the tag is the top octet, of everything else an octet in front. */
function withTag(
  entry: DictionaryEntry,
  tag: number | undefined,
  octets: Uint8Array,
  value: unknown,
): Uint8Array {
  if (entry.dataType === "integer" && octets.length === 4) {
    if (octets[0] !== 0) throw unfit(entry, value);
    return Uint8Array.of(tag ?? 0, ...octets.subarray(1));
  }
  // An encrypted value always has its tag octet (RFC 2868 section 3.5).
  if (tag === undefined && entry.encryption === undefined) return octets;
  const tagged = new Uint8Array(1 + octets.length);
  tagged[0] = tag ?? 0;
  tagged.set(octets, 1);
  return tagged;
}

function numberOf(entry: DictionaryEntry, value: Plain): bigint | undefined {
  if (typeof value === "bigint") return value;
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : undefined;
  if (value instanceof Date) return undefined;
  const lowerCase = value.toLowerCase();
  for (const [name, number] of Object.entries(entry.values ?? {})) {
    if (name.toLowerCase() === lowerCase) return BigInt(number);
  }
  return /^(?:\d{1,20}|0x[0-9a-f]{1,16})$/i.test(value) ? BigInt(value) : undefined;
}

function secondsOf(value: Plain): bigint | undefined {
  if (typeof value === "bigint") return value;
  if (typeof value === "string" && /^\d{1,10}$/.test(value)) return BigInt(value);
  const seconds = typeof value === "number" ? value : Math.floor(new Date(value).getTime() / 1_000);
  return Number.isInteger(seconds) ? BigInt(seconds) : undefined;
}

function bigEndian(number: bigint | undefined, length: 4 | 8): Uint8Array | undefined {
  if (number === undefined || number < 0n || number >> BigInt(8 * length) !== 0n) return undefined;
  const octets = new Uint8Array(8);
  new DataView(octets.buffer).setBigUint64(0, number);
  return octets.subarray(8 - length);
}

/** RFC 3162 section 2.3 and RFC 8044 section 3.10, 3.11: an IPv6 prefix is cut to the octets it needs. */
function prefixOctets(text: string, size: 4 | 16): Uint8Array | undefined {
  const [, address = "", bits] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const octets = size === 4 ? parseIpv4(address) : parseIpv6(address);
  const length = Number(bits);
  if (octets === undefined || !(length <= 8 * size)) return undefined;
  const masked = octets.map(
    (octet, index) => octet & (0xff00 >> Math.min(8, Math.max(0, length - 8 * index))),
  );
  return Uint8Array.of(0, length, ...masked.subarray(0, size === 4 ? 4 : Math.ceil(length / 8)));
}

function interfaceId(text: string): Uint8Array | undefined {
  const hex = hexOctets(text);
  if (hex !== undefined) return hex.length === 8 ? hex : undefined;
  const groups = text.split(":");
  if (groups.length !== 4 || !groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return parseIpv6(`::${text}`)?.subarray(8);
}

function unfit(entry: DictionaryEntry, value: unknown): RangeError {
  const shown = entry.secret === true || value instanceof Uint8Array ? "the value" : `"${String(value)}"`;
  const names = Object.keys(entry.values ?? {});
  const nearest = typeof value === "string" ? nearestName(value, names) : undefined;
  const hint =
    names.length === 0
      ? ""
      : nearest !== undefined
        ? `; do you mean ${nearest}?`
        : `; known values are ${names.slice(0, 8).join(", ")}${names.length > 8 ? " ..." : ""}`;
  return new RangeError(`${entry.name}: ${shown} is no value of type ${entry.dataType}${hint}`);
}
