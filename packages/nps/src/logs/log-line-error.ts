/** Why a line is no row. */
export type LogLineErrorReason =
  /** It begins like no record of the three formats. */
  | "not-a-record"
  /** It ends before the record does. */
  | "truncated"
  /** It begins like a record and goes on like none. */
  | "syntax"
  /** The date or the time of the record cannot be read. */
  | "date"
  /** It has more columns than the format. */
  | "columns"
  /** It is longer than a record can be; only a reader says so. */
  | "too-long";

/** A line of a log that is no row: what is wrong, and where. */
export class LogLineError extends Error {
  readonly reason: LogLineErrorReason;
  /** The character of the line, from 0, at which it was noticed. */
  readonly offset: number;

  constructor(reason: LogLineErrorReason, offset: number) {
    super(`${logLineProblem(reason)} (at character ${offset})`);
    this.name = "LogLineError";
    this.reason = reason;
    this.offset = offset;
  }
}

/** The reason in words. */
export function logLineProblem(reason: LogLineErrorReason): string {
  return problems[reason];
}

const problems: Readonly<Record<LogLineErrorReason, string>> = {
  "not-a-record": "this is no record of an NPS log",
  truncated: "the record is cut off",
  syntax: "the record does not follow its format",
  date: "the date or time of the record cannot be read",
  columns: "the record has more columns than the format",
  "too-long": "the line is longer than any record",
};
