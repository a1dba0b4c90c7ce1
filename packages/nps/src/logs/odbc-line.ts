import { logAttributeKind, odbcColumns } from "./log-attributes.ts";
import { LogDates, logDate, logTime } from "./log-dates.ts";
import { LogLineError } from "./log-line-error.ts";
import { type LogAttribute, LogRow } from "./log-row.ts";
import { hexOfText, isPlain, plainAttribute, shortLived } from "./log-values.ts";

/**
 * Reads one line of an ODBC legacy ("database-compatible") log (NPS-95): the columns of Table N-12, text in double quotes,
 * numbers bare, empty columns where there is nothing. Older servers write 60 columns; 60 to 66 are a record.
 *
 * @throws {LogLineError} `not-a-record`, `truncated`, `syntax`, `columns` or `date`
 *
 * @example
 * ```ts
 * import { decodeOdbcLine } from "@sallyport/nps";
 *
 * const line = `"NPS1","IAS",03/07/2026,13:04:33,3,"alice",${",".repeat(19)}16${",".repeat(40)}`;
 * decodeOdbcLine(line).reason; // 16
 * ```
 */
export function decodeOdbcLine(line: string, dates: LogDates = new LogDates()): LogRow {
  const { length } = line;
  if (line.charCodeAt(0) !== quote) throw new LogLineError("not-a-record", 0);
  const attributes = shortLived<LogAttribute>();
  const header = ["", "", "", ""];
  let column = 0;
  for (let at = 0; ; column += 1) {
    let value: string;
    const start = at;
    if (line.charCodeAt(at) === quote) {
      let end = line.indexOf('"', at + 1);
      let doubled = false;
      while (end >= 0 && line.charCodeAt(end + 1) === quote) {
        doubled = true;
        end = line.indexOf('"', end + 2);
      }
      if (end < 0) throw new LogLineError("truncated", length);
      value = line.slice(at + 1, end);
      if (doubled) value = value.replaceAll('""', '"');
      at = end + 1;
      if (at < length && line.charCodeAt(at) !== comma) throw new LogLineError("syntax", at);
    } else if (line.charCodeAt(at) === comma) {
      value = "";
    } else {
      const end = line.indexOf(",", at);
      at = end < 0 ? length : end;
      value = line.slice(start, at);
    }
    if (value !== "") {
      if (column < 4) header[column] = value;
      else {
        const known = odbcColumns[column - 4];
        if (known === undefined) throw new LogLineError("columns", start);
        attributes.push(plainAttribute(known[0], value, dates));
      }
    }
    if (at >= length) break;
    at += 1;
  }
  if (column + 1 < fewestColumns) throw new LogLineError("truncated", length);
  const [computer = "", service = "", date = "", time = ""] = header;
  const localTime = dates.read(date, time);
  if (Number.isNaN(localTime)) throw new LogLineError("date", line.indexOf(date));
  return new LogRow({ format: "odbc", localTime, computer, service, attributes });
}

/**
 * Writes a row as a line of 66 columns, without the end of the line. Attributes that have no column are left out, as are
 * further values of one column and secrets (NPS-88).
 */
export function encodeOdbcLine(row: LogRow): string {
  const { localTime } = row;
  let line = `${row.computer === "" ? '""' : quoted(row.computer)},${quoted(row.service)},${logDate(localTime)},${logTime(localTime)}`;
  for (const [id] of odbcColumns) {
    line += ",";
    for (const attribute of row.attributes) {
      if (attribute.id !== id) continue;
      if (!logAttributeKind(id).secret) line += columnText(attribute);
      break;
    }
  }
  return line;
}

const quote = 0x22;
const comma = 0x2c;
const fewestColumns = 60;

function columnText({ type, value }: LogAttribute): string {
  switch (type) {
    case "integer":
      return String(value);
    case "octets":
      return `"0x${value}"`;
    case "time": {
      const time = Date.parse(`${value}Z`);
      return `${logDate(time)} ${logTime(time)}`;
    }
    default:
      return quoted(String(value));
  }
}

function quoted(text: string): string {
  if (text === "") return "";
  return isPlain(text) ? `"${text.replaceAll('"', '""')}"` : `"${hexOfText(text)}"`;
}
