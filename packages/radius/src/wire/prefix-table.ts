import { parseIpv4, parseIpv6 } from "./ip-address.ts";

/**
 * Values by IPv4 and IPv6 prefix: of several prefixes that an address lies in, the longest counts.
 *
 * @example
 * ```ts
 * import { PrefixTable } from "@sallyport/radius";
 *
 * const sites = new PrefixTable<string>();
 * sites.add("10.0.0.0/8", "office");
 * sites.add("10.1.2.3", "the printer");
 * sites.find("10.1.2.3"); // "the printer"
 * ```
 */
export class PrefixTable<Value> {
  readonly #families: Readonly<
    Record<4 | 6, { readonly length: number; readonly values: Map<string, Value> }[]>
  > = {
    4: [],
    6: [],
  };

  /**
   * @param prefix an address, or a prefix such as "10.0.0.0/8"
   * @param where what an error calls the prefix
   * @returns false when the prefix has a value already, which it keeps
   * @throws {TypeError} when `prefix` is none
   */
  add(prefix: string, value: Value, where = "prefix"): boolean {
    const { family, octets, length } = parsePrefix(prefix, where);
    const lengths = this.#families[family];
    let table = lengths.find((candidate) => candidate.length === length);
    if (table === undefined) {
      table = { length, values: new Map() };
      lengths.push(table);
      lengths.sort((a, b) => b.length - a.length);
    }
    const key = maskedText(octets, length);
    if (table.values.has(key)) return false;
    table.values.set(key, value);
    return true;
  }

  /** The value of the longest prefix that an address lies in; undefined also for what is no address. */
  find(address: string): Value | undefined {
    const parsed = parseAddress(address);
    if (parsed === undefined) return undefined;
    for (const { length, values } of this.#families[parsed.family]) {
      const value = values.get(maskedText(parsed.octets, length));
      if (value !== undefined) return value;
    }
    return undefined;
  }
}

interface Address {
  readonly family: 4 | 6;
  readonly octets: Uint8Array;
}

/** An IPv4 address mapped into IPv6, as a socket of both families reports it, is the IPv4 address; a zone is ignored. */
function parseAddress(text: string): Address | undefined {
  const ipv4 = parseIpv4(text);
  if (ipv4 !== undefined) return { family: 4, octets: ipv4 };
  const octets = parseIpv6(text.replace(/%.*$/, ""));
  if (octets === undefined) return undefined;
  const mapped = octets.every((octet, index) => index >= 12 || octet === (index < 10 ? 0 : 0xff));
  return mapped ? { family: 4, octets: octets.subarray(12) } : { family: 6, octets };
}

function parsePrefix(text: string, where: string): Address & { readonly length: number } {
  const [, address = "", lengthText] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const parsed = parseAddress(address);
  if (parsed === undefined) throw new TypeError(`${where}: "${text}" is no IPv4 or IPv6 address or prefix`);
  const bits = parsed.octets.length * 8;
  // A prefix in the mapped form counts the 96 bits in front of the IPv4 address.
  const written = parsed.family === 4 && address.includes(":") ? 128 : bits;
  const length = (lengthText === undefined ? written : Number(lengthText)) - (written - bits);
  if (length < 0 || length > bits) throw new TypeError(`${where}: "${text}" has an impossible prefix length`);
  return { ...parsed, length };
}

function maskedText(octets: Uint8Array, length: number): string {
  const masked = octets.map(
    (octet, index) => octet & (0xff00 >> Math.min(8, Math.max(0, length - 8 * index))),
  );
  return masked.join(".");
}
