import { accessSync, constants, statSync } from "node:fs";
import { styleText } from "node:util";
import {
  type LogBatch,
  type LogCondition,
  type LogDateOrder,
  type LogMistake,
  LogReader,
  type LogRow,
  LogSummary,
  logAttributeId,
  logAttributeNames,
  logFilter,
  logFilterKeys,
  logLineProblem,
  logSummaryText,
  oneLine,
} from "@sallyport/nps";
import { readLogFile } from "@sallyport/nps/node";
import { Command, Option } from "commander";
import { closest } from "../settings/mistake.ts";
import { tell, UsageError } from "./command-line.ts";

interface LogOptions {
  readonly json?: true;
  readonly summary?: true;
  readonly where: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly dates: LogDateOrder;
  readonly encoding: string;
}

/** `sallyport log`: reads log files of NPS, of this server or of Windows. */
export function logCommand(): Command {
  return new Command("log")
    .description(
      "Read log files of NPS, of this server or of Windows: DTS XML, ODBC and IAS legacy, also mixed.",
    )
    .argument("<file...>", "log files such as IN2611.log, or - for standard input")
    .option("--json", "print JSON: one object a row, or the summary's")
    .option("--summary", "count instead: answers, reasons, users, and a chart over time")
    .addOption(
      new Option("--where <key=text>", "only rows that match; != for those that do not; may be repeated")
        .argParser((text, before: readonly string[]) => [...before, text])
        .default([], "all rows"),
    )
    .option("--from <time>", "only rows from then on")
    .option("--to <time>", "only rows before then")
    .addOption(
      new Option("--dates <order>", "which of 03/04/2026 is the month")
        .choices(["month-first", "day-first"])
        .default("month-first"),
    )
    .option("--encoding <name>", "of lines that are not UTF-8", "windows-1252")
    .addHelpText(
      "after",
      `
Keys of --where: ${logFilterKeys.join(", ")}, or the name of an attribute. * stands for anything.
Times are those of the server that wrote the file; no format tells the time zone.

Examples:
  sallyport log --summary IN26*.log
  sallyport log IN2611.log --where user=alice --where packet=reject
  sallyport log IN2611.log --from "2026-11-21 08:00" --where "Calling-Station-Id=00-11-*" --json`,
    )
    .action((files: readonly string[], options: LogOptions) => tell(() => readLogs(files, options)));
}

async function readLogs(files: readonly string[], options: LogOptions): Promise<number> {
  for (const file of files) checkReadable(file);
  const wanted = wantedRows(options);
  const summary = new LogSummary();
  const output = new Output();
  let unread = 0;
  try {
    for (const file of files) {
      const reader = readerOf(options);
      const problems = new FileProblems(file);
      let text = "";
      for await (const batch of readLogFile(file === "-" ? process.stdin : file, reader)) {
        problems.add(batch);
        for (const row of batch.rows) {
          if (!wanted(row)) continue;
          if (options.summary) summary.add(row);
          else text += options.json ? `${JSON.stringify(row)}\n` : `${rowLine(row)}\n`;
        }
        if (text.length < printedAtOnce) continue;
        if (!(await output.print(text))) return 0;
        text = "";
      }
      if (!(await output.print(text))) return 0;
      if (!problems.tell(reader.datesInOtherOrder, options.dates)) unread += 1;
    }
    if (options.summary) await output.print(summaryText(summary, options));
  } finally {
    output.close();
  }
  return unread === files.length ? 1 : 0;
}

function wantedRows(options: LogOptions): (row: LogRow) => boolean {
  const matches = logFilter(options.where.map(condition));
  const from = localTime("--from", options.from) ?? Number.NEGATIVE_INFINITY;
  const to = localTime("--to", options.to) ?? Number.POSITIVE_INFINITY;
  return (row) => row.localTime >= from && row.localTime < to && matches(row);
}

function summaryText(summary: LogSummary, options: LogOptions): string {
  const columns = Math.max(20, Math.min(100, (process.stdout.columns ?? 80) - 16));
  const figures = summary.figures({ columns });
  if (options.json) return `${JSON.stringify(figures)}\n`;
  return logSummaryText(figures, {
    paint: (style, text) => styleText(style, text, { stream: process.stdout }),
  });
}

/** What is told of a file at its end, on standard error. */
class FileProblems {
  readonly #file: string;
  #rows = 0;
  #mistakeCount = 0;
  readonly #first: LogMistake[] = [];

  constructor(file: string) {
    this.#file = file === "-" ? "standard input" : file;
  }

  add({ rows, mistakes, mistakeCount }: LogBatch): void {
    this.#rows += rows.length;
    this.#mistakeCount += mistakeCount;
    this.#first.push(...mistakes.slice(0, toldMistakes - this.#first.length));
  }

  /** False where not a single line was a row, although there were lines. */
  tell(otherDates: number, order: LogDateOrder): boolean {
    const file = oneLine(this.#file);
    if (this.#rows === 0 && this.#mistakeCount > 0) {
      complain(`${file} is no log of NPS: none of its ${this.#mistakeCount} lines can be read`);
      return false;
    }
    for (const { line, reason, offset } of this.#first) {
      complain(`${file}:${line}: ${logLineProblem(reason)} (at character ${offset})`);
    }
    const more = this.#mistakeCount - this.#first.length;
    if (more > 0) complain(`${file}: ${more} more lines that are no rows`);
    if (otherDates > 0) {
      const other = order === "month-first" ? "day-first" : "month-first";
      complain(
        `${file}: ${otherDates} dates can only be read ${other}, so the others were likely misread; add --dates ${other}`,
      );
    }
    return true;
  }
}

function complain(text: string): void {
  process.stderr.write(`${text}\n`);
}

const toldMistakes = 5;
/** Characters. */
const printedAtOnce = 65_536;

/** One row for people. */
function rowLine(row: LogRow): string {
  const { user, client, reason, networkPolicy, packetType } = row;
  const status = packetType === 4 ? accountingText(row) : undefined;
  const why = packetType === 3 && reason !== undefined ? `reason ${reason}: ${row.reasonText}` : undefined;
  const station = row.find(31)?.value;
  const parts = [
    row.localTimeText,
    (row.packetTypeName ?? "?").padEnd("Accounting-Request".length),
    user ?? "(no user)",
    ...(client === undefined ? [] : [`client ${client}`]),
    ...(station === undefined ? [] : [`from ${station}`]),
    ...(networkPolicy === undefined ? [] : [`policy "${networkPolicy}"`]),
    ...[status, why].filter((text) => text !== undefined),
  ];
  return oneLine(parts.join("  "));
}

const statusNames: Readonly<Record<string, string>> = {
  1: "Start",
  2: "Stop",
  3: "Interim-Update",
  7: "On",
  8: "Off",
};

function accountingText(row: LogRow): string {
  const status = row.find(40)?.value ?? "?";
  const session = row.find(44)?.value;
  return [statusNames[status] ?? status, ...(session === undefined ? [] : [`session ${session}`])].join(" ");
}

/** Standard output, at the speed of who reads it. */
class Output {
  #broken = false;

  constructor() {
    process.stdout.on("error", ignore);
  }

  /** False when nobody reads any more, as behind `| head`. */
  async print(text: string): Promise<boolean> {
    if (this.#broken) return false;
    const error = await new Promise<NodeJS.ErrnoException | null | undefined>((resolve) =>
      process.stdout.write(text, resolve),
    );
    if (error) this.#broken = true;
    if (error && error.code !== "EPIPE") throw error;
    return !error;
  }

  /** The stream tells a failure once more by an event, after this. */
  close(): void {
    if (!this.#broken) process.stdout.off("error", ignore);
  }
}

/** Failures are told where something is written. */
function ignore(): void {}

function readerOf({ dates, encoding }: LogOptions): LogReader {
  try {
    return new LogReader({ dates, fallbackEncoding: encoding });
  } catch {
    throw new UsageError(
      `${encoding} is no encoding that is known`,
      "write for example --encoding windows-1251",
    );
  }
}

/** Before anything is printed: a mistyped name must not cost the run over all other files. */
function checkReadable(file: string): void {
  if (file === "-") return;
  try {
    if (statSync(file).isDirectory()) {
      throw new UsageError(`${file} is a folder`, `name the files in it, for example ${file}/*.log`);
    }
    accessSync(file, constants.R_OK);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(code === "ENOENT" ? `${file} does not exist` : message, "check the path");
  }
}

function condition(text: string): LogCondition {
  const match = /^([^=!]+)(!?)=(.*)$/s.exec(text);
  const [, key = "", negation, pattern = ""] = match ?? [];
  if (match === null)
    throw new UsageError(`--where ${text} has no "="`, "write for example --where user=alice");
  if (!logFilterKeys.includes(key.toLowerCase()) && logAttributeId(key) === 0) {
    const meant = closest(key, [...logFilterKeys, ...logAttributeNames()]);
    if (meant !== undefined) throw new UsageError(`--where: ${key} is not known`, `did you mean ${meant}?`);
  }
  return { key, pattern, not: negation === "!" };
}

function localTime(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2})(:\d{2})?)?$/.exec(text);
  const [, day, minute = "00:00", second = ":00"] = match ?? [];
  const time = match === null ? Number.NaN : Date.parse(`${day}T${minute}${second}Z`);
  if (Number.isNaN(time)) {
    throw new UsageError(`${option} ${text} is no time`, `write for example ${option} "2026-11-21 08:00"`);
  }
  return time;
}
