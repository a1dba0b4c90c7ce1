import {
  attributesFromNames,
  type DictionaryEntry,
  splitVendorSpecific,
  standardDictionary,
} from "@sallyport/radius";
import { type FactCondition, factCondition, oneOf, prefixTable } from "./conditions.ts";
import { type AttributeSeen, attributeFact, factValue, shownValue } from "./fact.ts";
import { patternOf } from "./pattern.ts";

/**
 * What an attribute of the request has to be. Of several attributes of the name one is enough.
 *
 * - Text, or a list of texts, of which it must be one: `"Virtual"`, `["Ethernet", "Wireless-802.11"]`, `"10.0.0.1"`. Texts
 *   are compared without regard to upper and lower case.
 * - `{ pattern }`: a regular expression that is found in it, without regard to upper and lower case.
 * - `{ network }`: for addresses, a network or several of them that it lies in.
 * - `{ present }`: whether it is there at all.
 */
export type AttributeConditionSettings =
  | string
  | readonly string[]
  | { readonly pattern: string }
  | { readonly network: string | readonly string[] }
  | { readonly present: boolean };

/**
 * Makes a condition on an attribute.
 *
 * @throws {TypeError} for an attribute that does not exist or is secret; the message suggests one that does
 * @throws {RangeError} for a value that the attribute cannot have, and for a pattern that cannot be used
 */
export function attributeCondition(
  name: string,
  settings: AttributeConditionSettings,
): FactCondition<AttributeSeen> {
  const entry = entryOf(name);
  const fact = attributeFact(entry);
  if (typeof settings === "string" || Array.isArray(settings)) return equality(entry, [settings].flat());
  const own = settings as Exclude<AttributeConditionSettings, string | readonly string[]>;
  if ("present" in own) {
    return factCondition<AttributeSeen>({
      fact,
      description: `${entry.name} is ${own.present ? "present" : "missing"}`,
      holds: (seen) => (seen !== undefined) === own.present,
      ...(own.present ? { anyValue: true } : { samples: [undefined] }),
    });
  }
  if ("pattern" in own) {
    const pattern = patternOf(own.pattern);
    return factCondition<AttributeSeen>({
      fact,
      description: `${entry.name} matches /${own.pattern}/`,
      holds: some((value) => pattern.test(textOf(value, entry))),
    });
  }
  if (!addressTypes.has(entry.dataType)) throw new TypeError(`${entry.name} is no address`);
  const networks = [own.network].flat();
  const table = prefixTable(networks);
  return factCondition<AttributeSeen>({
    fact,
    description: `${entry.name} is in ${oneOf(networks)}`,
    holds: some((value) => table.find(shownValue(value, entry)) !== undefined),
  });
}

const addressTypes: ReadonlySet<string> = new Set(["ipv4", "ipv6"]);

function equality(entry: DictionaryEntry, texts: readonly string[]): FactCondition<AttributeSeen> {
  const fact = attributeFact(entry);
  const values = texts.map((text) => factValue(entry, octetsOf(entry, text)));
  const keys = values.flatMap((value) => fact.keys?.(value) ?? []);
  const wanted = new Set(keys);
  return factCondition<AttributeSeen>({
    fact,
    description: `${entry.name} is ${oneOf(texts)}`,
    holds: some((value) => wanted.has(entry.dataType === "text" ? value.toLowerCase() : value)),
    keys: [...wanted],
    samples: values,
    ...(entry.single !== true && { severalValues: true }),
  });
}

function some(holds: (value: string) => boolean): (seen: AttributeSeen) => boolean {
  return (seen) => (typeof seen === "object" ? seen.some(holds) : seen !== undefined && holds(seen));
}

/** Patterns look at text as it is, and at everything else as traces show it. */
function textOf(value: string, entry: DictionaryEntry): string {
  return entry.dataType === "text" ? value : shownValue(value, entry);
}

function entryOf(name: string): DictionaryEntry {
  const numbered = /^Attr-(\d{1,3})$/i.exec(name);
  if (numbered !== null) return entryOfNumber(name, Number(numbered[1]));
  const entry = standardDictionary.byName(name);
  // The encoder's words: they suggest a name that exists.
  if (entry === undefined) attributesFromNames({ [name]: "" });
  if (entry === undefined) throw new TypeError(`no attribute is called "${name}"`);
  return conditionable(entry);
}

function entryOfNumber(name: string, type: number): DictionaryEntry {
  if (type < 1 || type > 255) throw new TypeError(`${name}: there is no such attribute`);
  return conditionable(standardDictionary.byType(type) ?? { name, type, vendor: 0, dataType: "octets" });
}

function conditionable(entry: DictionaryEntry): DictionaryEntry {
  if (entry.secret === true)
    throw new TypeError(
      `${entry.name} is a secret and cannot be compared; leave it out: extensions can look at it`,
    );
  if (entry.dataType === "vendor-specific" || entry.dataType === "concat") {
    throw new TypeError(`${entry.name} cannot be compared; name an attribute inside of it`);
  }
  return entry;
}

function octetsOf(entry: DictionaryEntry, text: string): Uint8Array {
  const [attribute] = attributesFromNames({ [entry.name]: text });
  const value = attribute?.value ?? new Uint8Array(0);
  return entry.vendor === 0 ? value : (splitVendorSpecific(value)?.attributes[0]?.value ?? value);
}
