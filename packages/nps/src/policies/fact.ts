import { minuteOfWeek } from "@sallyport/accounts";
import {
  type DictionaryEntry,
  formatAttribute,
  joinVendorSpecific,
  splitVendorSpecific,
} from "@sallyport/radius";
import type { AttributeList, HeldAttribute } from "../attribute-list.ts";
import { ratVendorSpecific } from "../contract/attribute-types.ts";
import type { EapMethodType } from "../eap/eap-service.ts";
import type { NpsRequest } from "../request.ts";

/**
 * One thing about a request that conditions look at. Its value is read at most once for a list of policies, and is kept
 * beyond the request so that a trace can tell what was seen: it must not be a view of the datagram.
 */
export interface PolicyFact<Value = unknown> {
  /** The same for the same fact. */
  readonly id: string;
  /** In words: "Client", "NAS-Port-Type". */
  readonly name: string;
  /** The attribute of the RFCs that it is read from, where it is one. Such a fact is undefined where the attribute is missing. */
  readonly attrType?: number;
  read(request: NpsRequest): Value;
  /** What was seen, in words. */
  show(value: Value): string;
  /** By which values an index finds the policies whose condition holds; left out where a condition can hold for others. */
  keys?(value: Value): string | readonly string[] | undefined;
  /** The same for values of which every condition thinks the same; left out where there is no use in remembering that. */
  identity?(value: Value): string;
}

export const clientFact: PolicyFact<string> = {
  id: "client",
  name: "client",
  read: (request) => request.received.client.name,
  show: (name) => `is ${name}`,
  keys: (name) => name,
};

export const addressFact: PolicyFact<string> = {
  id: "address",
  name: "source address",
  read: (request) => request.received.source.address,
  show: (address) => `is ${address}`,
  identity: (address) => address,
};

/** The groups of the account; undefined while no account is known. */
export const groupsFact: PolicyFact<readonly string[] | undefined> = {
  id: "groups",
  name: "groups",
  read: (request) => request.account?.groups,
  show: (groups) => {
    if (groups === undefined) return "are not known: there is no such account";
    return groups.length === 0 ? "are none" : `are ${groups.join(", ")}`;
  },
  keys: (groups) => groups?.map((group) => group.toLowerCase()),
};

/** Into how many parts hours divide the week: half hours. */
export const partsOfWeek = 336;

/** When the request was received, milliseconds since the Unix epoch; its key is the part of the week in a time zone. */
export function timeFact(timeZone: string): PolicyFact<number> & { readonly part: (time: number) => number } {
  let lastMinute = Number.NaN;
  let lastPart = 0;
  const part = (time: number): number => {
    const minute = Math.floor(time / 60_000);
    if (minute !== lastMinute) {
      lastPart = Math.floor(minuteOfWeek(timeZone, time) / 30);
      lastMinute = minute;
    }
    return lastPart;
  };
  return {
    id: `time ${timeZone}`,
    name: "time",
    read: (request) => request.received.receivedAt,
    show: (time) => `is ${timeOfWeek(minuteOfWeek(timeZone, time))}`,
    keys: (time) => String(part(time)),
    part,
  };
}

/** "Fr 03:04". */
function timeOfWeek(minute: number): string {
  const twoDigits = (number: number): string => String(number).padStart(2, "0");
  const day = days[Math.floor(minute / 1_440)] ?? "";
  return `${day} ${twoDigits(Math.floor(minute / 60) % 24)}:${twoDigits(minute % 60)}`;
}

const days = ["Su", "Mo", "Tu", "We", "Th", "Fr", "Sa"];

/** How a request was authenticated, or is about to be. */
export const authenticationTypeFact: PolicyFact<string | undefined> = {
  id: "authentication type",
  name: "authentication type",
  read: (request) => request.authenticationType,
  show: (type) => (type === undefined ? "is not known" : `is ${type}`),
  keys: (type) => type,
};

/** What the EAP type of a request is: not chosen yet, or none because there is no EAP. */
export type EapTypeSeen = "not chosen" | "no EAP" | { readonly type: string; readonly name: string };

export const eapTypeFact: PolicyFact<EapTypeSeen> = {
  id: "EAP type",
  name: "EAP type",
  read: ({ eap }) => {
    if (eap === undefined) return "no EAP";
    return eap.method === undefined
      ? "not chosen"
      : { type: eapTypeText(eap.method.type), name: eap.method.name };
  },
  show: (seen) => {
    if (seen === "no EAP") return "is none: the request carries no EAP";
    return seen === "not chosen" ? "is not chosen yet" : `is ${seen.name} (${seen.type})`;
  },
};

/** The method inside of another one; undefined where none is outside. */
export type InnerMethodSeen = { readonly type: string; readonly inner: string | undefined } | undefined;

export const innerMethodFact: PolicyFact<InnerMethodSeen> = {
  id: "inner method",
  name: "inner method",
  read: ({ eap }) =>
    eap?.method === undefined ? undefined : { type: eapTypeText(eap.method.type), inner: eap.method.inner },
  show: (seen) => (seen?.inner === undefined ? "is not known" : `is ${seen.inner}`),
};

/** "4", or vendor and number of an expanded type: "311/7". */
export function eapTypeText(type: EapMethodType): string {
  return typeof type === "number" ? String(type) : `${type.vendorId}/${type.vendorType}`;
}

/**
 * The values of an attribute, in the order of the request; undefined where it is missing. A value of the data type text is
 * that text, any other its octets as characters 0 to 255. A tag is left out.
 */
export type AttributeSeen = string | readonly string[] | undefined;

export function attributeFact(entry: DictionaryEntry): PolicyFact<AttributeSeen> {
  const { type, vendor, name } = entry;
  const toKey =
    entry.dataType === "text" ? (value: string): string => value.toLowerCase() : (value: string) => value;
  return {
    id: `attribute ${vendor} ${type}`,
    name,
    ...(vendor === 0 && { attrType: type }),
    read: ({ attributes }) =>
      vendor === 0 ? standardValues(attributes, entry) : vendorValues(attributes, entry),
    show: (seen) => {
      if (seen === undefined) return "is missing";
      return `is ${[seen]
        .flat()
        .map((value) => shownValue(value, entry))
        .join(", ")}`;
    },
    identity: (seen) => {
      if (seen === undefined) return "";
      return typeof seen === "string" ? `=${seen}` : seen.map((value) => `${value.length}=${value}`).join("");
    },
    keys: (seen) => (typeof seen === "object" ? seen.map(toKey) : seen && toKey(seen)),
  };
}

/** How a trace shows one value of an attribute. */
export function shownValue(value: string, entry: DictionaryEntry): string {
  if (entry.dataType === "text" && entry.vendor === 0) return quotedWhereNeeded(value);
  const octets = entry.dataType === "text" ? new TextEncoder().encode(value) : octetsOf(value);
  const raw =
    entry.vendor === 0
      ? { type: entry.type, value: octets }
      : { type: ratVendorSpecific, value: joinVendorSpecific(entry.vendor, entry.type, octets) };
  return formatAttribute(raw).text;
}

/** A value as an attribute fact has it: see {@link AttributeSeen}. */
export function factValue(entry: DictionaryEntry, octets: Uint8Array): string {
  const untagged = withoutTag(entry, octets);
  return entry.dataType === "text" ? decoder.decode(untagged) : String.fromCharCode(...untagged);
}

const decoder = new TextDecoder();

function standardValues(attributes: AttributeList, entry: DictionaryEntry): AttributeSeen {
  let seen: string | string[] | undefined;
  for (const held of attributes) {
    if (held.attrType !== entry.type) continue;
    const value = heldValue(held, entry);
    if (seen === undefined) seen = value;
    else if (typeof seen === "string") seen = [seen, value];
    else seen.push(value);
  }
  return seen;
}

/** The text of a held attribute is decoded once, whoever asks for it. */
function heldValue(held: HeldAttribute, entry: DictionaryEntry): string {
  return entry.dataType === "text" && entry.tagged !== true ? held.text : factValue(entry, held.bytes);
}

function vendorValues(attributes: AttributeList, entry: DictionaryEntry): AttributeSeen {
  const values: string[] = [];
  for (const held of attributes) {
    if (held.attrType !== ratVendorSpecific) continue;
    const split = splitVendorSpecific(held.bytes);
    if (split?.vendor !== entry.vendor) continue;
    for (const own of split.attributes) {
      if (own.type === entry.type) values.push(factValue(entry, own.value));
    }
  }
  return values.length < 2 ? values[0] : values;
}

/** RFC 2868 section 3: the tag is the top octet of an integer, and the octet in front of anything else. */
function withoutTag(entry: DictionaryEntry, octets: Uint8Array): Uint8Array {
  const [tag = 0xff] = octets;
  if (entry.tagged !== true || tag > 0x1f) return octets;
  if (entry.dataType !== "integer") return octets.subarray(1);
  return octets.length === 4 ? Uint8Array.of(0, ...octets.subarray(1)) : octets;
}

function octetsOf(value: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(value, (character) => character.charCodeAt(0));
}

/** Text of the network on one line, whatever it contains. */
function quotedWhereNeeded(value: string): string {
  const { text } = formatAttribute({ type: 18, value: new TextEncoder().encode(value) });
  return /^[\w.:@\\/-]+$/.test(text) ? text : JSON.stringify(text);
}
