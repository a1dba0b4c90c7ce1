import { decodeDtsLine, encodeDtsLine } from "./dts-line.ts";
import { decodeIasLine, encodeIasLine } from "./ias-line.ts";
import { LogDates } from "./log-dates.ts";
import { LogLineError } from "./log-line-error.ts";
import type { LogFormat, LogRow } from "./log-row.ts";
import { decodeOdbcLine, encodeOdbcLine } from "./odbc-line.ts";

/**
 * Reads one line of an NPS log in whichever format it is (NPS-92). One file may hold several.
 *
 * @param dates how dates are read; a reader of a whole file keeps one
 * @throws {LogLineError} with the reason, and the character at which it was noticed
 *
 * @example
 * ```ts
 * import { decodeLogLine } from "@sallyport/nps";
 *
 * decodeLogLine("10.0.0.1,alice,11/21/2026,14:42:19,IAS,NPS1,4136,3,4142,48").reasonText;
 * // "No network policy matched the request."
 * ```
 */
export function decodeLogLine(line: string, dates: LogDates = new LogDates()): LogRow {
  const format = logFormatOf(line);
  if (format === undefined) throw new LogLineError("not-a-record", 0);
  return decodeLineOf(format, line, dates);
}

/** The same for a format that is known already. */
export function decodeLineOf(format: LogFormat, line: string, dates: LogDates): LogRow {
  switch (format) {
    case "dts":
      return decodeDtsLine(line, dates);
    case "odbc":
      return decodeOdbcLine(line, dates);
    case "ias":
      return decodeIasLine(line, dates);
  }
}

/**
 * Writes a row as a line of a format, without the end of the line (`\r\n` in the files of NPS).
 *
 * @example
 * ```ts
 * import { decodeLogLine, encodeLogLine } from "@sallyport/nps";
 *
 * const row = decodeLogLine("10.0.0.1,alice,11/21/2026,14:42:19,IAS,NPS1,4136,3,4142,48");
 * encodeLogLine(row, "dts"); // "<Event><Timestamp data_type=\"4\">11/21/2026 14:42:19.000</Timestamp>..."
 * ```
 */
export function encodeLogLine(row: LogRow, format: LogFormat): string {
  switch (format) {
    case "dts":
      return encodeDtsLine(row);
    case "odbc":
      return encodeOdbcLine(row);
    case "ias":
      return encodeIasLine(row);
  }
}

/** The format that a line begins like; undefined when it is like none. */
export function logFormatOf(line: string): LogFormat | undefined {
  switch (line.charCodeAt(0)) {
    case 0x3c:
      return line.startsWith("<Event>") ? "dts" : undefined;
    case 0x22:
      return beginsWithQuoted(line) ? "odbc" : undefined;
    case 0x09:
    case 0x20:
      return spacedEvent.test(line) ? "dts" : undefined;
    default:
      return iasBeginning.test(line) ? "ias" : undefined;
  }
}

const spacedEvent = /^[\t ]+<Event>/;
/** Access server and user, then a date and a time. */
const iasBeginning = /^[^,\0]{0,255},[^,\0]{0,1024},\d{1,4}[-./]\d{1,2}[-./]\d{1,4},\d{1,2}:\d/;

/** A computer name in quotes, then a comma; a quote in the name would be doubled. */
function beginsWithQuoted(line: string): boolean {
  const end = line.indexOf('"', 1);
  const next = line.charCodeAt(end + 1);
  return end > 0 && end < 257 && (next === 0x2c || next === 0x22);
}
