import { cisco } from "./cisco.ts";
import type { DictionaryEntry } from "./entry.ts";
import { furtherRfcs } from "./further-rfcs.ts";
import { rfc2548 } from "./microsoft.ts";
import { rfc2865 } from "./rfc2865.ts";
import { rfc2866 } from "./rfc2866.ts";
import { rfc2868 } from "./rfc2868.ts";
import { rfc2869 } from "./rfc2869.ts";
import { rfc3162 } from "./rfc3162.ts";
import { rfc5090 } from "./rfc5090.ts";
import { rfc5176 } from "./rfc5176.ts";
import { rfc5580 } from "./rfc5580.ts";
import { rfc5607 } from "./rfc5607.ts";
import { rfc6572 } from "./rfc6572.ts";
import { rfc7268 } from "./rfc7268.ts";

/** What is known about attributes, found by number and by name. */
export interface Dictionary extends Iterable<DictionaryEntry> {
  /** @param vendor the private enterprise number; 0, the default, for the attributes of the RFCs */
  byType(type: number, vendor?: number): DictionaryEntry | undefined;
  /** Upper and lower case are the same. */
  byName(name: string): DictionaryEntry | undefined;
  /** The name of a vendor, by private enterprise number. */
  vendorName(vendor: number): string | undefined;
}

/**
 * Makes a dictionary of entries, for attributes of vendors that the standard one does not know.
 *
 * @throws {TypeError} when two entries share a name or a number
 *
 * @example
 * ```ts
 * import { createDictionary, standardDictionary } from "@sallyport/radius";
 *
 * const dictionary = createDictionary(
 *   [...standardDictionary, { name: "Example-Zone", type: 7, vendor: 32473, dataType: "text" }],
 *   { 32473: "Example" },
 * );
 * dictionary.byName("Example-Zone")?.type; // 7
 * ```
 */
export function createDictionary(
  entries: Iterable<DictionaryEntry>,
  vendorNames: Readonly<Record<number, string>> = {},
): Dictionary {
  const all = [...entries];
  const byName = new Map<string, DictionaryEntry>();
  const byNumber = new Map<number, DictionaryEntry>();
  const numberOf = (type: number, vendor: number): number => vendor * 256 + type;
  for (const entry of all) {
    const { name, type, vendor } = entry;
    const lowerCase = name.toLowerCase();
    const number = numberOf(type, vendor);
    if (byName.has(lowerCase)) throw new TypeError(`two attributes are called ${name}`);
    if (byNumber.has(number)) throw new TypeError(`attribute ${type} of vendor ${vendor} occurs twice`);
    byName.set(lowerCase, entry);
    byNumber.set(number, entry);
  }
  const vendors = new Map(Object.entries({ ...standardVendors, ...vendorNames }));
  return {
    byType: (type, vendor = 0) => byNumber.get(numberOf(type, vendor)),
    byName: (name) => byName.get(name.toLowerCase()),
    vendorName: (vendor) => vendors.get(String(vendor)),
    [Symbol.iterator]: () => all[Symbol.iterator](),
  };
}

const standardVendors: Readonly<Record<number, string>> = { 9: "Cisco", 311: "Microsoft" };

/** The attributes of the RFCs, Microsoft's (RFC 2548) and Cisco-AVPair. */
export const standardDictionary: Dictionary = createDictionary([
  ...rfc2865,
  ...rfc2866,
  ...rfc2868,
  ...rfc2869,
  ...rfc3162,
  ...rfc5090,
  ...rfc5176,
  ...rfc5580,
  ...rfc5607,
  ...rfc6572,
  ...rfc7268,
  ...furtherRfcs,
  ...rfc2548,
  ...cisco,
]);
