import type { Milliseconds } from "@sallyport/runtime";
import type { LogFormat } from "./log-row.ts";
import type { LogSummaryFigures } from "./log-summary.ts";
import type { TimelineColumns } from "./timeline.ts";

export interface LogSummaryTextOptions {
  /** Gives parts of the text a colour; default none. */
  readonly paint?: (style: "green" | "red" | "bold" | "dim", text: string) => string;
}

/** A summary for people, with a chart of accepts and rejects over time. */
export function logSummaryText(figures: LogSummaryFigures, options: LogSummaryTextOptions = {}): string {
  const paint = options.paint ?? ((_, text) => text);
  const { rows, from, to, accepts, rejects, approximate } = figures;
  if (from === undefined || to === undefined) return "No rows.\n";
  const formats = formatNames.filter(([format]) => figures.formats[format] > 0);
  const lines = [
    `${paint("bold", `${rows} rows`)} from ${minuteText(from)} to ${minuteText(to)} (${formats
      .map(([format, name]) => (formats.length === 1 ? name : `${name} ${figures.formats[format]}`))
      .join(", ")})`,
    "",
    ...table(figures.packets.map(({ name, count }) => [name, count, ""])),
  ];
  if (accepts + rejects > 0) {
    lines.push(
      "",
      `${((rejects * 100) / (accepts + rejects)).toFixed(1)} % of ${accepts + rejects} answers are rejects.`,
    );
  }
  if (figures.timeline !== undefined) lines.push("", ...chart(figures.timeline, paint));
  const atLeast = approximate ? " (there were too many names to count all: at least)" : "";
  const list = (title: string, entries: readonly (readonly [string, number, string])[]): void => {
    if (entries.length > 0) lines.push("", paint("bold", title), ...table(entries));
  };
  list(
    "Why rejected",
    figures.reasons.map(({ code, text, count }) => [`reason ${code}`, count, text]),
  );
  list(
    `Who was rejected most${atLeast}`,
    figures.rejectedUsers.map(({ name, count }) => [oneLine(name), count, ""]),
  );
  list(
    `Rejected by client${atLeast}`,
    figures.rejectingClients.map(({ name, count }) => [oneLine(name), count, ""]),
  );
  return `${lines.join("\n")}\n`;
}

/** Text of a log as it may go to a terminal: a log holds what strangers sent. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\ufffd");
}

const formatNames: readonly (readonly [LogFormat, string])[] = [
  ["dts", "DTS XML"],
  ["odbc", "ODBC legacy"],
  ["ias", "IAS legacy"],
];
const blocks = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
const chartHeight = 4;

function chart(timeline: TimelineColumns, paint: NonNullable<LogSummaryTextOptions["paint"]>): string[] {
  const { accepts, rejects, start, width } = timeline;
  const most = Math.max(...accepts, ...rejects, 1);
  const margin = Math.max(String(most).length, "accepts".length);
  const rowsOf = (values: readonly number[], name: string, style: "green" | "red"): string[] => {
    const own = Math.max(...values, 1);
    const height = Math.max(1, Math.ceil((own / most) * chartHeight));
    return bars(values, (most * height) / chartHeight, height).map((bar, index) => {
      const label = index === 0 ? String(Math.max(...values)) : index === height - 1 ? name : "";
      const shown = height === 1 ? name : label;
      return `  ${paint("dim", shown.padStart(margin))} │${paint(style, bar)}`;
    });
  };
  const end = minuteText(start + width * (accepts.length - 1));
  const begin = minuteText(start);
  const room = accepts.length - begin.length - end.length;
  const axis =
    accepts.length === 1 ? begin : room > 0 ? `${begin}${" ".repeat(room)}${end}` : `${begin} to ${end}`;
  return [
    `${paint("bold", "Accepts and rejects")}, a column is ${durationText(width)}`,
    ...rowsOf(accepts, "accepts", "green"),
    ...rowsOf(rejects, "rejects", "red"),
    `  ${" ".repeat(margin)} └${"─".repeat(accepts.length)}`,
    `  ${" ".repeat(margin)}  ${paint("dim", axis)}`,
  ];
}

/** Columns of block characters, top row first; anything above zero is seen. */
function bars(values: readonly number[], scale: number, height: number): string[] {
  return Array.from({ length: height }, (_, fromTop) => {
    const floor = (height - 1 - fromTop) * 8;
    return values
      .map((value) => {
        const eighths = value === 0 ? 0 : Math.max(1, Math.round((value / scale) * height * 8));
        return blocks[Math.min(8, Math.max(0, eighths - floor))];
      })
      .join("");
  });
}

function table(entries: readonly (readonly [string, number, string])[]): string[] {
  const names = Math.max(...entries.map(([name]) => name.length));
  const counts = Math.max(...entries.map(([, count]) => String(count).length));
  return entries.map(([name, count, text]) =>
    `  ${name.padEnd(names)}  ${String(count).padStart(counts)}  ${text}`.trimEnd(),
  );
}

function minuteText(localTime: Milliseconds): string {
  return new Date(localTime).toISOString().slice(0, 16).replace("T", " ");
}

function durationText(width: Milliseconds): string {
  const units: readonly (readonly [number, string])[] = [
    [86_400_000, "day"],
    [3_600_000, "hour"],
    [60_000, "minute"],
  ];
  for (const [unit, name] of units) {
    if (width % unit === 0) return width === unit ? `one ${name}` : `${width / unit} ${name}s`;
  }
  return `${width} milliseconds`;
}
