import { type LogAttributeKind, logAttributeKind, logAttributeKindOfName } from "./log-attributes.ts";
import { LogDates, logDate } from "./log-dates.ts";
import { LogLineError } from "./log-line-error.ts";
import { type LogAttribute, LogRow, type LogValueType } from "./log-row.ts";
import {
  hexOfText,
  isHexadecimal,
  isPlain,
  logAttribute,
  octetsAttribute,
  shortLived,
} from "./log-values.ts";

/**
 * Reads one `<Event>` element of a DTS-compliant log (NPS-97): a child for each attribute, with `data_type` 0 integer,
 * 1 string, 2 octets, 3 address, 4 timestamp. White space between the elements is allowed.
 *
 * @throws {LogLineError} `not-a-record`, `truncated`, `syntax` or `date`
 *
 * @example
 * ```ts
 * import { decodeDtsLine } from "@sallyport/nps";
 *
 * const line = '<Event><Timestamp data_type="4">05/19/2026 15:21:44.008</Timestamp><Packet-Type data_type="0">2</Packet-Type></Event>';
 * decodeDtsLine(line).packetTypeName; // "Access-Accept"
 * ```
 */
export function decodeDtsLine(line: string, dates: LogDates = new LogDates()): LogRow {
  let at = skipSpace(line, 0);
  if (!line.startsWith(opening, at)) throw new LogLineError("not-a-record", at);
  at += opening.length;
  const attributes = shortLived<LogAttribute>();
  let computer = "";
  let service = "";
  let localTime = Number.NaN;
  for (;;) {
    at = skipSpace(line, at);
    if (at >= line.length) throw new LogLineError("truncated", at);
    if (line.charCodeAt(at) !== lessThan) throw new LogLineError("syntax", at);
    if (line.charCodeAt(at + 1) === slash) {
      if (line.startsWith(closing, at)) break;
      throw new LogLineError(at + closing.length > line.length ? "truncated" : "syntax", at);
    }
    const tagEnd = line.indexOf(">", at);
    if (tagEnd < 0) throw new LogLineError("truncated", at);
    const empty = line.charCodeAt(tagEnd - 1) === slash;
    const space = line.indexOf(" ", at);
    const nameEnd = space > 0 && space < tagEnd ? space : empty ? tagEnd - 1 : tagEnd;
    const name = line.slice(at + 1, nameEnd);
    const dataType = typeOfTag(line, nameEnd, tagEnd);
    let text = "";
    let next = tagEnd + 1;
    if (!empty) {
      const end = line.indexOf("<", next);
      if (end < 0) throw new LogLineError("truncated", line.length);
      text = line.slice(next, end);
      next = end + name.length + 3;
      if (line.charCodeAt(end + 1) !== slash || !line.startsWith(name, end + 2) || line[next - 1] !== ">") {
        throw new LogLineError(next > line.length ? "truncated" : "syntax", end);
      }
      if (text.includes("&")) text = unescaped(text);
    }
    switch (name) {
      case "Timestamp":
        localTime = dates.readStamp(text);
        if (Number.isNaN(localTime)) throw new LogLineError("date", at);
        break;
      case "Computer-Name":
        computer = text;
        break;
      case "Event-Source":
        service = text;
        break;
      default:
        attributes.push(attributeOf(name, dataType, text, dates));
    }
    at = next;
  }
  if (Number.isNaN(localTime)) throw new LogLineError("date", at);
  const rest = skipSpace(line, at + closing.length);
  if (rest < line.length) throw new LogLineError("syntax", rest);
  return new LogRow({ format: "dts", localTime, computer, service, attributes });
}

/** Writes a row as one `<Event>` element, without the end of the line. Secrets are left out (NPS-88). */
export function encodeDtsLine(row: LogRow): string {
  const milliseconds = new Date(row.localTime).toISOString().slice(11, 23);
  let line = `${opening}<Timestamp data_type="4">${logDate(row.localTime)} ${milliseconds}</Timestamp>`;
  line += `<Computer-Name data_type="1">${escaped(row.computer)}</Computer-Name>`;
  line += `<Event-Source data_type="1">${escaped(row.service)}</Event-Source>`;
  for (const attribute of row.attributes) {
    const kind = attribute.id === 0 ? undefined : logAttributeKind(attribute.id);
    if (kind?.secret !== true) line += element(attribute, kind);
  }
  return line + closing;
}

const opening = "<Event>";
const closing = "</Event>";
const lessThan = 0x3c;
const slash = 0x2f;
const xmlName = /^[A-Za-z_][\w.-]*$/;
const types: readonly (LogValueType | undefined)[] = ["integer", "text", "octets", "address", "time"];

function skipSpace(line: string, from: number): number {
  let at = from;
  while (at < line.length && line.charCodeAt(at) <= 0x20) at += 1;
  return at;
}

function typeOfTag(line: string, from: number, end: number): LogValueType {
  // ` data_type="1"` and nothing else, as NPS writes it.
  if (end - from === 14 && line.charCodeAt(from + 1) === 0x64) {
    return types[line.charCodeAt(from + 12) - 0x30] ?? "text";
  }
  const at = line.indexOf("data_type=", from);
  return at < 0 || at > end ? "text" : (types[line.charCodeAt(at + 11) - 0x30] ?? "text");
}

function attributeOf(name: string, written: LogValueType, text: string, dates: LogDates): LogAttribute {
  const kind = logAttributeKindOfName(name);
  const id = kind?.id ?? logAttributeNumber(name);
  const known = kind?.name ?? name;
  if (written === "octets" && isHexadecimal(text)) return octetsAttribute(id, known, kind, text);
  const type = written === "octets" ? "text" : (kind?.type ?? written);
  return logAttribute(id, known, kind, type === "octets" ? written : type, text, dates);
}

/** The number in the name that is given to attributes without one. */
function logAttributeNumber(name: string): number {
  return name.startsWith("Attr-") ? Number(/^Attr-(-?\d{1,9})$/.exec(name)?.[1] ?? 0) : 0;
}

function element({ name, type, value }: LogAttribute, kind: LogAttributeKind | undefined): string {
  const tag = kind?.dtsName ?? name;
  if (!xmlName.test(tag)) return "";
  switch (type) {
    case "integer":
      return `<${tag} data_type="0">${value}</${tag}>`;
    case "octets":
      return `<${tag} data_type="2">${String(value).toUpperCase()}</${tag}>`;
    case "address":
      return `<${tag} data_type="3">${escaped(String(value))}</${tag}>`;
    case "time": {
      const time = Date.parse(`${value}Z`);
      return `<${tag} data_type="4">${logDate(time)} ${String(value).slice(11)}</${tag}>`;
    }
    case "text": {
      const text = String(value);
      if (isPlain(text)) return `<${tag} data_type="1">${escaped(text)}</${tag}>`;
      return `<${tag} data_type="2">${hexOfText(text).slice(2).toUpperCase()}</${tag}>`;
    }
  }
}

function escaped(text: string): string {
  return markup.test(text)
    ? text.replace(everyMarkup, (one) => marks[one] ?? `&#${one.charCodeAt(0)};`)
    : text;
}

const marks: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
// biome-ignore lint/suspicious/noControlCharactersInRegex: a record stays on one line
const markup = /[&<>\u0000-\u001f]/;
const everyMarkup = new RegExp(markup, "g");

const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return named[name] ?? whole;
    const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}
