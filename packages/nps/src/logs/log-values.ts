import { splitVendorSpecific } from "@sallyport/radius";
import { isSecretAttribute } from "../contract/attribute.ts";
import { type LogAttributeKind, logAttributeKind } from "./log-attributes.ts";
import { type LogDates, timeText } from "./log-dates.ts";
import type { LogAttribute, LogValueType } from "./log-row.ts";

/** The private enterprise number 311. */
const microsoft = "00000137";
/** What stands where a secret was. */
const masked = "***";

/**
 * An attribute that was read. A class, and `shortLived` arrays below, because V8 keeps books on literals: when a few of them
 * outlive a collection it makes all later ones long-lived, which costs half the speed and twice the memory of a reader.
 */
class TypedAttribute implements LogAttribute {
  readonly id: number;
  readonly name: string;
  readonly type: LogValueType;
  readonly value: number | string;

  constructor(id: number, name: string, type: LogValueType, value: number | string) {
    this.id = id;
    this.name = name;
    this.type = type;
    this.value = value;
  }
}

/** An empty array that is no literal. */
export function shortLived<Element>(): Element[] {
  return Array.of<Element>();
}

/** The attribute of a text that a line holds, with the data type that its kind, or the line, gives it. */
export function logAttribute(
  id: number,
  name: string,
  kind: LogAttributeKind | undefined,
  type: LogValueType,
  text: string,
  dates: LogDates,
): LogAttribute {
  if (kind?.secret === true) return new TypedAttribute(id, name, "text", masked);
  switch (type) {
    case "integer": {
      const number = integerOf(text);
      return number === undefined
        ? new TypedAttribute(id, name, "text", text)
        : new TypedAttribute(id, name, type, number);
    }
    case "time": {
      const time = dates.readStamp(text);
      if (Number.isNaN(time)) return new TypedAttribute(id, name, "text", text);
      return new TypedAttribute(id, name, type, timeText(time));
    }
    default:
      return new TypedAttribute(id, name, type, text);
  }
}

/** The attribute of octets that a line holds as hexadecimal digits: text again where they are the octets of text. */
export function octetsAttribute(
  id: number,
  name: string,
  kind: LogAttributeKind | undefined,
  digits: string,
): LogAttribute {
  if (kind?.secret === true || (id === 26 && isSecretVendorAttribute(digits))) {
    return new TypedAttribute(id, name, "text", masked);
  }
  const text = kind?.type === "text" ? textOfHex(digits) : undefined;
  return text === undefined
    ? new TypedAttribute(id, name, "octets", digits.toLowerCase())
    : new TypedAttribute(id, name, "text", text);
}

/** The same for a format that marks octets by `0x`, and has no other mark of a data type. */
export function plainAttribute(id: number, text: string, dates: LogDates): LogAttribute {
  const kind = logAttributeKind(id);
  if (text.charCodeAt(0) === 0x30 && text.charCodeAt(1) === 0x78 && hexadecimal.test(text)) {
    return octetsAttribute(id, kind.name, kind, text.slice(2));
  }
  return logAttribute(id, kind.name, kind, kind.type === "octets" ? "text" : kind.type, text, dates);
}

/** Octets of text as `0x...`. */
export function hexOfText(text: string): string {
  let hex = "0x";
  for (const octet of new TextEncoder().encode(text)) hex += octet.toString(16).padStart(2, "0");
  return hex;
}

/** Hexadecimal digits, two an octet, lower case. */
export function hexOf(bytes: Uint8Array): string {
  let hex = "";
  for (const octet of bytes) hex += octet.toString(16).padStart(2, "0");
  return hex;
}

/** Whether a value may be written as it stands: no control characters, and nothing that reads as octets. */
export function isPlain(text: string): boolean {
  return !unprintable.test(text) && !text.startsWith("0x");
}

export function isHexadecimal(digits: string): boolean {
  return digitsOnly.test(digits);
}

const hexadecimal = /^0x(?:[0-9a-f]{2})+$/i;
const digitsOnly = /^(?:[0-9a-f]{2})+$/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const unprintable = /[\u0000-\u001f\u007f\ud800-\udfff\ufffe\uffff]/;
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Up to fifteen digits, all of which a number keeps. */
function integerOf(text: string): number | undefined {
  const { length } = text;
  if (length === 0 || length > 15) return undefined;
  let at = text.charCodeAt(0) === 0x2d ? 1 : 0;
  if (at === length) return undefined;
  let number = 0;
  for (; at < length; at += 1) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    number = number * 10 + digit;
  }
  return text.charCodeAt(0) === 0x2d ? 0 - number : number;
}

/** Undefined for what is not UTF-8, or holds a zero octet: MS-CHAP-Error begins with one. */
function textOfHex(digits: string): string | undefined {
  const bytes = octetsOf(digits);
  if (bytes.includes(0)) return undefined;
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Microsoft's answers, passwords and keys (RFC 2548), or what may be a part of one. */
function isSecretVendorAttribute(digits: string): boolean {
  if (!digits.startsWith(microsoft)) return false;
  const octets = octetsOf(digits);
  return splitVendorSpecific(octets) === undefined || isSecretAttribute(26, octets);
}

function octetsOf(digits: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(digits.length / 2);
  for (let at = 0; at < bytes.length; at += 1)
    bytes[at] = Number.parseInt(digits.slice(at * 2, at * 2 + 2), 16);
  return bytes;
}
