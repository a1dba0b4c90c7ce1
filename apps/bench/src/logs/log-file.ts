import { closeSync, openSync, writeSync } from "node:fs";
import { encodeLogLine, type LogAttribute, type LogFormat, LogRow, logAttributeKind } from "@sallyport/nps";

/** What a generated file holds. */
export type FileKind = LogFormat | "mixed";

export const fileKinds: readonly FileKind[] = ["dts", "odbc", "ias", "mixed"];

/** A line around the place of its time. */
interface Template {
  readonly before: string;
  readonly after: string;
}

/**
 * Writes a file such as an access point's and a VPN's logins leave behind: a month of requests, accepts, one reject in ten,
 * and accounting of two thousand users, with times that go up.
 *
 * @returns how many lines it has
 */
export function writeLogFile(path: string, kind: FileKind, bytes: number): number {
  const formats: readonly LogFormat[] = kind === "mixed" ? ["dts", "odbc", "ias"] : [kind];
  const templates = Array.from({ length: conversations }, (_, index) =>
    conversation(index).map((attributes) => template(attributes, formats[index % formats.length] ?? "dts")),
  ).flat();
  const length = templates.reduce((sum, { before, after }) => sum + before.length + after.length + 24, 0);
  const step = (31 * 86_400_000) / ((bytes / length) * templates.length);
  const file = openSync(path, "w");
  let lines = 0;
  try {
    for (let written = 0; written < bytes; ) {
      let text = "";
      for (let at = 0; at < linesAtOnce; at += 1) {
        const { before, after } = templates[lines % templates.length] as Template;
        text += before + timeText(firstMoment + lines * step, before) + after;
        lines += 1;
      }
      written += writeSync(file, text);
    }
  } finally {
    closeSync(file);
  }
  return lines;
}

const conversations = 2_000;
const linesAtOnce = 2_000;
const firstMoment = Date.UTC(2026, 9, 1);
const markedTime = Date.UTC(2026, 10, 21, 16, 42, 13, 250);

function template(attributes: readonly LogAttribute[], format: LogFormat): Template {
  const row = new LogRow({
    format,
    localTime: markedTime,
    computer: "NPS1",
    service: "IAS",
    attributes,
    accessServer: "10.255.100.1",
    headerUser: String(attributes.find(({ id }) => id === 4129)?.value),
  });
  const line = `${encodeLogLine(row, format)}\r\n`;
  const mark = format === "dts" ? "11/21/2026 16:42:13.250" : "11/21/2026,16:42:13";
  const at = line.indexOf(mark);
  return { before: line.slice(0, at), after: line.slice(at + mark.length) };
}

function timeText(moment: number, before: string): string {
  const iso = new Date(moment).toISOString();
  const date = `${iso.slice(5, 7)}/${iso.slice(8, 10)}/${iso.slice(0, 4)}`;
  return before.startsWith("<") ? `${date} ${iso.slice(11, 23)}` : `${date},${iso.slice(11, 19)}`;
}

/** Request, answer, and for who was accepted the accounting of a session. */
function conversation(index: number): LogAttribute[][] {
  const user = `CORP\\user${(index * 7919) % 2_000}`;
  const rejected = index % 10 === 3;
  const station = `00-3A-98-9C-${hex(index >> 8)}-${hex(index)}`;
  const known = (packetType: number): LogAttribute[] => [
    attribute(4108, "10.255.100.1", "address"),
    attribute(4116, 0, "integer"),
    attribute(4128, `access-point-${index % 40}`, "text"),
    attribute(4154, "Secure Wireless Connections", "text"),
    attribute(4155, 1, "integer"),
    attribute(4129, user, "text"),
    attribute(4130, `corp.example/Staff/Building ${index % 9}/User ${index}`, "text"),
    attribute(25, `311 1 10.1.2.42 10/01/2026 02:17:48 ${index}`, "text"),
    attribute(4127, 11, "integer"),
    attribute(4149, "Secure Wireless Connections", "text"),
    attribute(4136, packetType, "integer"),
    attribute(4142, rejected ? ([16, 48, 65, 66][Math.floor(index / 10) % 4] ?? 16) : 0, "integer"),
  ];
  const access = [
    attribute(1, user, "text"),
    attribute(30, `${station}:Internal network`, "text"),
    attribute(31, station, "text"),
    attribute(5, index % 100, "integer"),
    attribute(4, "10.255.100.1", "address"),
    attribute(32, "WLANCON", "text"),
    attribute(26, "0000376301060000000f", "octets"),
    attribute(6, 2, "integer"),
    attribute(12, 1_300, "integer"),
    attribute(61, 19, "integer"),
    attribute(64, 13, "integer"),
    attribute(65, 6, "integer"),
    attribute(81, "110", "text"),
  ];
  const request = [...access, ...known(1).map((own) => (own.id === 4142 ? { ...own, value: 0 } : own))];
  if (rejected) return [request, known(3)];
  const accounting = (status: number): LogAttribute[] => [
    ...access,
    attribute(40, status, "integer"),
    attribute(44, `5F3A${hex(index)}`, "text"),
    attribute(46, index * 3, "integer"),
    attribute(42, index * 1_017, "integer"),
    attribute(43, index * 911, "integer"),
    ...known(4),
  ];
  return [
    request,
    [attribute(27, 28_800, "integer"), ...known(2)],
    accounting(1),
    accounting(3),
    accounting(2),
  ];
}

function attribute(id: number, value: number | string, type: LogAttribute["type"]): LogAttribute {
  return { id, name: logAttributeKind(id).name, type, value };
}

function hex(number: number): string {
  return (number & 0xff).toString(16).toUpperCase().padStart(2, "0");
}
