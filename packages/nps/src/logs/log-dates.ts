import type { Milliseconds } from "@sallyport/runtime";

/** Which of `03/04/2026` is the month: NPS writes it first, whatever the culture of the server. */
export type LogDateOrder = "month-first" | "day-first";

/**
 * Reads the dates of a log. NPS writes `MM/DD/YYYY`; files that other programs have rewritten have `DD.MM.YYYY`,
 * `YYYY-MM-DD` or `DD/MM/YYYY`. Where only one reading is possible it is taken and counted; otherwise the order that was
 * asked for decides.
 */
export class LogDates {
  readonly order: LogDateOrder;
  /** How many dates could only be read in the order that was not asked for. */
  otherOrder = 0;
  #lastDate = "";
  #lastDay = Number.NaN;

  constructor(order: LogDateOrder = "month-first") {
    this.order = order;
  }

  /** `date` and `time` as milliseconds, counted as if they were UTC; NaN when they are none. */
  read(date: string, time: string): Milliseconds {
    // Thousands of records in a row are of the same day.
    const day = date === this.#lastDate ? this.#lastDay : this.#day(date);
    if (this.otherOrder === 0) {
      this.#lastDate = date;
      this.#lastDay = day;
    }
    return Number.isNaN(day) ? day : day + timeOfDay(time);
  }

  /** The same of `12/22/2009 15:06:56.609`, or with a T in between. */
  readStamp(stamp: string): Milliseconds {
    let end = stamp.indexOf(" ");
    if (end < 0) end = stamp.indexOf("T");
    return end < 0 ? Number.NaN : this.read(stamp.slice(0, end), stamp.slice(end + 1));
  }

  #day(date: string): Milliseconds {
    const separator = date.length === 10 ? date.charCodeAt(2) : 0;
    if (separator === slash && date.charCodeAt(5) === slash) {
      const first = twoDigits(date, 0);
      const second = twoDigits(date, 3);
      return this.#ordered(first, second, twoDigits(date, 6) * 100 + twoDigits(date, 8));
    }
    const match = otherDate.exec(date);
    if (match === null) return Number.NaN;
    const [, year, month, dayOfMonth, first, mark, second, lastYear] = match;
    if (year !== undefined) return dayOf(Number(year), Number(month), Number(dayOfMonth));
    if (mark !== "/") return dayOf(Number(lastYear), Number(second), Number(first));
    return this.#ordered(Number(first), Number(second), Number(lastYear));
  }

  #ordered(first: number, second: number, year: number): Milliseconds {
    const dayFirst = this.order === "day-first";
    const read = dayFirst ? dayOf(year, second, first) : dayOf(year, first, second);
    if (!Number.isNaN(read)) return read;
    const other = dayFirst ? dayOf(year, first, second) : dayOf(year, second, first);
    if (!Number.isNaN(other)) this.otherOrder += 1;
    return other;
  }
}

/** `2026-11-21T16:42:13` of milliseconds that are counted as if they were UTC. */
export function timeText(localTime: Milliseconds): string {
  return new Date(localTime).toISOString().slice(0, 19);
}

/** `11/21/2026`, as NPS writes it. */
export function logDate(localTime: Milliseconds): string {
  const iso = new Date(localTime).toISOString();
  return `${iso.slice(5, 7)}/${iso.slice(8, 10)}/${iso.slice(0, 4)}`;
}

/** `16:42:13`. */
export function logTime(localTime: Milliseconds): string {
  return new Date(localTime).toISOString().slice(11, 19);
}

const slash = 0x2f;
const millisecondsOfDay = 86_400_000;
const otherDate = /^(?:(\d{4})[-/](\d{1,2})[-/](\d{1,2})|(\d{1,2})([./-])(\d{1,2})\5(\d{4}))$/;
const timeParts = /^(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d{1,6}))?Z?$/;

/** NaN where one of the two characters is no digit. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 0x30;
  const ones = text.charCodeAt(at + 1) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/** NaN for a day that does not exist, and for years in which there was no such log. */
function dayOf(year: number, month: number, day: number): Milliseconds {
  if (!(year >= 1990 && year <= 2199 && month >= 1 && month <= 12 && day >= 1 && day <= 31))
    return Number.NaN;
  const time = Date.UTC(year, month - 1, day);
  return day > 28 && new Date(time).getUTCDate() !== day ? Number.NaN : time;
}

function timeOfDay(time: string): Milliseconds {
  if (time.length === 8 && time.charCodeAt(2) === 0x3a && time.charCodeAt(5) === 0x3a) {
    return inDay(twoDigits(time, 0), twoDigits(time, 3), twoDigits(time, 6), 0);
  }
  const match = timeParts.exec(time);
  if (match === null) return Number.NaN;
  const [, hours, minutes, seconds, fraction = ""] = match;
  return inDay(Number(hours), Number(minutes), Number(seconds), Number(fraction.padEnd(3, "0").slice(0, 3)));
}

function inDay(hours: number, minutes: number, seconds: number, milliseconds: number): Milliseconds {
  const time = hours * 3_600_000 + minutes * 60_000 + seconds * 1_000 + milliseconds;
  return minutes < 60 && seconds < 60 && time < millisecondsOfDay ? time : Number.NaN;
}
