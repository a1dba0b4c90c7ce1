/** When in the week somebody may log on. Made by {@link parseLogonHours}, or from the `logonHours` of a directory. */
export interface LogonHours {
  /** The IANA name of the time zone in which the week is meant, for example `Europe/Vienna`. */
  readonly timeZone: string;
  /**
   * One bit for every hour (21 bytes) or half hour (42 bytes) of the week from Sunday 00:00 on, the lowest bit of the
   * first byte first, as Windows keeps them (MS-SAMR section 2.2.6.5, where the time zone is UTC).
   */
  readonly bits: Uint8Array;
}

const days: readonly string[] = ["su", "mo", "tu", "we", "th", "fr", "sa"];
const minutesPerDay = 1_440;
const minutesPerWeek = 7 * minutesPerDay;
const minutesPerUnit = 30;
/** Sunday 00:00 to Thursday 00:00, where the Unix epoch begins. */
const epochMinute = 4 * minutesPerDay;
const lastDate = 8_640_000_000_000_000;

/**
 * Reads logon hours such as `Mo-Fr 08:00-18:00; Sa 09:00-12:30,14:00-16:00`: rules separated by semicolons, each with
 * days (`Mo Tu We Th Fr Sa Su`, ranges and lists of them; left out: every day) and times on the hour or half hour (left
 * out: the whole day). What ends before it begins goes on until then the next day: `Fr 22:00-06:00`. Allowed is what
 * any rule allows.
 *
 * @param timeZone an IANA name; `UTC` by default
 * @throws {RangeError} quoting what cannot be read
 *
 * @example
 * ```ts
 * import { parseLogonHours } from "@sallyport/accounts";
 *
 * const office = parseLogonHours("Mo-Fr 08:00-18:00", "Europe/Vienna");
 * ```
 */
export function parseLogonHours(text: string, timeZone = "UTC"): LogonHours {
  checkTimeZone(timeZone);
  const bits = new Uint8Array(minutesPerWeek / minutesPerUnit / 8);
  for (const rule of text.split(";")) addRule(bits, rule.trim());
  return Object.freeze({ timeZone, bits });
}

/** Whether the hours include a moment. @throws {TypeError} when `now` is no date, or the hours are no week */
export function withinLogonHours({ timeZone, bits }: LogonHours, now: number): boolean {
  if (!(Math.abs(now) <= lastDate)) {
    throw new TypeError(`now must be milliseconds since the Unix epoch, not ${now}`);
  }
  if (bits.length !== 21 && bits.length !== 42) {
    throw new TypeError(`logon hours have 21 or 42 bytes, not ${bits.length}`);
  }
  const unit = Math.floor((minuteOfWeek(timeZone, now) * bits.length * 8) / minutesPerWeek);
  return (((bits[unit >> 3] as number) >> (unit & 7)) & 1) === 1;
}

/**
 * The minutes since Sunday 00:00 at a moment, by the clocks of a time zone.
 *
 * @param timeZone an IANA name
 * @param now milliseconds since the Unix epoch
 */
export function minuteOfWeek(timeZone: string, now: number): number {
  if (timeZone === "UTC") {
    const minute = (Math.floor(now / 60_000) + epochMinute) % minutesPerWeek;
    return minute < 0 ? minute + minutesPerWeek : minute;
  }
  let day = 0;
  let hour = 0;
  let minute = 0;
  for (const { type, value } of formatterOf(timeZone).formatToParts(now)) {
    if (type === "weekday") day = days.findIndex((name) => value.toLowerCase().startsWith(name));
    if (type === "hour") hour = Number(value);
    if (type === "minute") minute = Number(value);
  }
  return day * minutesPerDay + hour * 60 + minute;
}

/** By time zone; making one takes a thousand times as long as using it. There are only so many time zones. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timeZone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat("en-US", {
      timeZone,
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
    formatters.set(timeZone, formatter);
  }
  return formatter;
}

function checkTimeZone(timeZone: string): void {
  try {
    formatterOf(timeZone);
  } catch (cause) {
    throw new RangeError(`${JSON.stringify(timeZone)} is no time zone; write for example "Europe/Vienna"`, {
      cause,
    });
  }
}

function addRule(bits: Uint8Array, rule: string): void {
  if (rule === "") throw new RangeError('logon hours have an empty rule; write "Mo-Fr 08:00-18:00"');
  const firstDigit = rule.search(/\d|$/);
  const dayList = rule.slice(0, firstDigit).trim() || "Su-Sa";
  const timeList = rule.slice(firstDigit) || "00:00-24:00";
  const times = timeList.split(",").map(timeRange);
  for (const day of dayList.split(",").flatMap(dayRange)) {
    for (const { start, end } of times) {
      for (let minute = start; minute < end; minute += minutesPerUnit) {
        const unit = ((day * minutesPerDay + minute) % minutesPerWeek) / minutesPerUnit;
        bits[unit >> 3] = (bits[unit >> 3] as number) | (1 << (unit & 7));
      }
    }
  }
}

/** The days of `Mo-Fr`, also around the end of the week as in `Fr-Mo`; Sunday is 0. */
function dayRange(text: string): number[] {
  const [first = "", last = first, ...more] = text.split("-").map((name) => name.trim());
  const from = dayNumber(first, text);
  const to = dayNumber(last, text);
  if (more.length > 0) throw new RangeError(`${JSON.stringify(text)} is no range of days; write "Mo-Fr"`);
  return Array.from({ length: ((to - from + 7) % 7) + 1 }, (_, index) => (from + index) % 7);
}

function dayNumber(name: string, text: string): number {
  const day = days.indexOf(name.toLowerCase());
  if (day < 0) {
    throw new RangeError(`${JSON.stringify(text.trim())} is no day; write Mo, Tu, We, Th, Fr, Sa or Su`);
  }
  return day;
}

/** The minutes of `22:00-06:00` from midnight of the first day on; the end may lie on the next day. */
function timeRange(text: string): { start: number; end: number } {
  const found = /^\s*(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)\s*$/.exec(text);
  if (found === null) {
    throw new RangeError(`${JSON.stringify(text.trim())} is no span of time; write "08:00-18:00"`);
  }
  const start = minuteOfDay(Number(found[1]), Number(found[2]), text);
  const end = minuteOfDay(Number(found[3]), Number(found[4]), text);
  if (start === minutesPerDay || start === end) {
    throw new RangeError(`${JSON.stringify(text.trim())} is an empty span of time`);
  }
  return { start, end: end < start ? end + minutesPerDay : end };
}

function minuteOfDay(hour: number, minute: number, text: string): number {
  const total = 60 * hour + minute;
  if (minute > 59 || total > minutesPerDay) {
    throw new RangeError(`${JSON.stringify(text.trim())} has a time that is none; a day ends at 24:00`);
  }
  if (minute % minutesPerUnit !== 0) {
    throw new RangeError(`${JSON.stringify(text.trim())} has a time that is not on the hour or half hour`);
  }
  return total;
}
