import { logAttributeKind } from "./log-attributes.ts";
import { LogDates, logDate, logTime } from "./log-dates.ts";
import { LogLineError } from "./log-line-error.ts";
import { type LogAttribute, LogRow } from "./log-row.ts";
import { hexOfText, isPlain, plainAttribute, shortLived } from "./log-values.ts";

/**
 * Reads one line of an IAS legacy log (NPS-96): access server, user, date, time, service and computer, then pairs of
 * attribute number and value. A value that holds a comma or a control character stands there as octets, `0x...`.
 *
 * @throws {LogLineError} `not-a-record`, `truncated`, `syntax` or `date`
 *
 * @example
 * ```ts
 * import { decodeIasLine } from "@sallyport/nps";
 *
 * decodeIasLine("10.0.0.1,alice,06/04/2026,14:42:19,IAS,NPS1,6,2,4136,1").find("Service-Type")?.value; // 2
 * ```
 */
export function decodeIasLine(line: string, dates: LogDates = new LogDates()): LogRow {
  const { length } = line;
  const header: string[] = [];
  let at = 0;
  while (header.length < 6) {
    if (at > length) throw new LogLineError("not-a-record", 0);
    const end = fieldEnd(line, at);
    header.push(line.slice(at, end));
    at = end + 1;
  }
  const [accessServer = "", user = "", date = "", time = "", service = "", computer = ""] = header;
  const localTime = dates.read(date, time);
  if (Number.isNaN(localTime)) throw new LogLineError("date", accessServer.length + user.length + 2);
  const attributes = shortLived<LogAttribute>();
  while (at <= length) {
    const end = fieldEnd(line, at);
    if (end === length) throw new LogLineError("truncated", length);
    const id = idOf(line, at, end);
    if (id === 0) throw new LogLineError("syntax", at);
    const valueEnd = fieldEnd(line, end + 1);
    attributes.push(plainAttribute(id, line.slice(end + 1, valueEnd), dates));
    at = valueEnd + 1;
  }
  return new LogRow({
    format: "ias",
    localTime,
    computer: textOfHeader(computer, dates),
    service,
    attributes,
    accessServer: accessServer === "" ? undefined : accessServer,
    headerUser: user === "" ? undefined : textOfHeader(user, dates),
  });
}

/**
 * Writes a row as one line, without its end. Secrets are left out (NPS-88), 8107 among them (NPS-96), and so are attributes
 * that have no number.
 */
export function encodeIasLine(row: LogRow): string {
  const { localTime } = row;
  const accessServer = row.accessServer ?? String(row.find(4)?.value ?? row.find(4108)?.value ?? "");
  const header = [
    plain(accessServer),
    plain(row.headerUser ?? row.user ?? ""),
    logDate(localTime),
    logTime(localTime),
    plain(row.service),
    plain(row.computer),
  ];
  let line = header.join(",");
  for (const attribute of row.attributes) {
    const { id } = attribute;
    if (id !== 0 && !logAttributeKind(id).secret) line += `,${id},${valueText(attribute)}`;
  }
  return line;
}

function fieldEnd(line: string, from: number): number {
  const end = line.indexOf(",", from);
  return end < 0 ? line.length : end;
}

/** A number of up to nine digits, which may be below 0; 0 for everything else. */
function idOf(line: string, from: number, end: number): number {
  const negative = line.charCodeAt(from) === 0x2d;
  let id = 0;
  if (end - from > 10) return 0;
  for (let at = negative ? from + 1 : from; at < end; at += 1) {
    const digit = line.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return 0;
    id = id * 10 + digit;
  }
  return negative ? 0 - id : id;
}

function textOfHeader(text: string, dates: LogDates): string {
  return text.startsWith("0x") ? String(plainAttribute(1, text, dates).value) : text;
}

function valueText({ type, value }: LogAttribute): string {
  switch (type) {
    case "integer":
      return String(value);
    case "octets":
      return `0x${value}`;
    case "time": {
      const time = Date.parse(`${value}Z`);
      return `${logDate(time)} ${logTime(time)}`;
    }
    default:
      return plain(String(value));
  }
}

function plain(text: string): string {
  return isPlain(text) && !text.includes(",") ? text : hexOfText(text);
}
