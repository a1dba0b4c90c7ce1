import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LogonHours, mayLogOnAt, parseLogonHours } from "../src/index.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** A Sunday at 00:00 UTC. */
const sunday = Date.UTC(2026, 10, 22);
const names = ["Su", "Mo", "Tu", "We", "Th", "Fr", "Sa"];

const allows = (text: string, now: number, timeZone?: string) =>
  mayLogOnAt({ logonHours: parseLogonHours(text, timeZone) }, now);

/** Which half hours of a week in UTC are allowed, as spans such as "Mo 08:00-18:00". */
function spans(text: string): string[] {
  const logonHours = parseLogonHours(text);
  const found: string[] = [];
  const time = (unit: number) => `${String(unit >> 1).padStart(2, "0")}:${unit & 1 ? "30" : "00"}`;
  for (const [index, name] of names.entries()) {
    let start = -1;
    for (let unit = 0; unit <= 48; unit += 1) {
      const allowed = unit < 48 && mayLogOnAt({ logonHours }, sunday + index * day + unit * 30 * minute);
      if (allowed && start < 0) start = unit;
      if (!allowed && start >= 0) {
        found.push(`${name} ${time(start)}-${time(unit)}`);
        start = -1;
      }
    }
  }
  return found;
}

describe("parseLogonHours", () => {
  it.each([
    ["Mo 08:00-18:00", ["Mo 08:00-18:00"]],
    ["mo 8:00-18:00", ["Mo 08:00-18:00"]],
    ["Mo-We 08:30-09:00", ["Mo 08:30-09:00", "Tu 08:30-09:00", "We 08:30-09:00"]],
    ["Fr-Su 12:00-13:00", ["Su 12:00-13:00", "Fr 12:00-13:00", "Sa 12:00-13:00"]],
    ["Mo,We 12:00-13:00", ["Mo 12:00-13:00", "We 12:00-13:00"]],
    ["Sa 09:00-12:30,14:00-16:00", ["Sa 09:00-12:30", "Sa 14:00-16:00"]],
    ["Th", ["Th 00:00-24:00"]],
    ["Th; Fr 10:00-11:00", ["Th 00:00-24:00", "Fr 10:00-11:00"]],
    ["Mo 08:00-10:00; Mo 09:00-12:00", ["Mo 08:00-12:00"]],
    ["Fr 22:00-06:00", ["Fr 22:00-24:00", "Sa 00:00-06:00"]],
    ["Sa 22:00-06:00", ["Su 00:00-06:00", "Sa 22:00-24:00"]],
    ["Mo 22:00-00:00", ["Mo 22:00-24:00"]],
    [" Mo - Tu  00:00 - 24:00 ", ["Mo 00:00-24:00", "Tu 00:00-24:00"]],
    ["08:00-18:00", names.map((name) => `${name} 08:00-18:00`)],
  ])("reads %j", (text, expected) => {
    expect(spans(text)).toEqual(expected);
  });

  it.each([
    ["", "empty rule"],
    ["Mo;", "empty rule"],
    ["Monday 08:00-18:00", '"Monday" is no day; write Mo, Tu, We, Th, Fr, Sa or Su'],
    ["Mo-Di 08:00-18:00", '"Mo-Di" is no day'],
    ["Mo-Tu-We", '"Mo-Tu-We" is no range of days'],
    ["Mo, 08:00-18:00", '"" is no day'],
    ["Mo-", '"Mo-" is no day'],
    ["always", '"always" is no day'],
    ["Mo 8-18", '"8-18" is no span of time; write "08:00-18:00"'],
    ["Mo 08:00", "is no span of time"],
    ["Mo 08:00-18:00,", "is no span of time"],
    ["Mo 08:00-18:00 Tu", "is no span of time"],
    ["Mo 08:00-08:00", "is an empty span of time"],
    ["Mo 24:00-06:00", "is an empty span of time"],
    ["Mo 08:00-24:30", "has a time that is none"],
    ["Mo 25:00-26:00", "has a time that is none"],
    ["Mo 08:60-09:00", "has a time that is none"],
    ["Mo 08:15-18:00", "is not on the hour or half hour"],
    ["Mo 08:00-17:59", "is not on the hour or half hour"],
  ])("refuses %j", (text, message) => {
    expect(() => parseLogonHours(text)).toThrow(RangeError);
    expect(() => parseLogonHours(text)).toThrow(message);
  });

  it("refuses a time zone that is none", () => {
    expect(() => parseLogonHours("Mo", "Mars/Olympus")).toThrow(RangeError);
    expect(() => parseLogonHours("Mo", "Mars/Olympus")).toThrow('"Mars/Olympus" is no time zone');
  });

  it("throws nothing but RangeError", () => {
    const pieces = fc.constantFrom("Mo", "Tu", "-", ",", ";", " ", "08:00", "18:30", "24:00", ":", "x");
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((list) => list.join("")),
        ),
        (text) => {
          try {
            expect(parseLogonHours(text).bits).toHaveLength(42);
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError);
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe("mayLogOnAt", () => {
  it("allows everything where there are no hours, at whatever time", () => {
    expect(mayLogOnAt({}, Number.MAX_SAFE_INTEGER)).toBe(true);
  });

  it("begins and ends on the millisecond", () => {
    const monday = sunday + day;
    expect(allows("Mo 08:00-18:00", monday + 8 * hour - 1)).toBe(false);
    expect(allows("Mo 08:00-18:00", monday + 8 * hour)).toBe(true);
    expect(allows("Mo 08:00-18:00", monday + 18 * hour - 1)).toBe(true);
    expect(allows("Mo 08:00-18:00", monday + 18 * hour)).toBe(false);
  });

  it("agrees with a calendar in UTC, also before 1970", () => {
    const halfHours = fc.integer({ min: 0, max: 48 });
    const moments = fc.integer({ min: Date.UTC(1900, 0), max: Date.UTC(2200, 0) });
    const days = fc.constantFrom(0, 0, 0, 1, 6);
    fc.assert(
      fc.property(halfHours, halfHours, moments, days, (one, other, now, daysLater) => {
        fc.pre(one !== other);
        const [start, end] = one < other ? [one, other] : [other, one];
        const time = (unit: number) => `${unit >> 1}:${unit & 1 ? "30" : "00"}`;
        const date = new Date(now);
        const text = `${names[(date.getUTCDay() + daysLater) % 7]} ${time(start)}-${time(end)}`;
        const unit = 2 * date.getUTCHours() + Math.floor(date.getUTCMinutes() / 30);
        const expected = daysLater === 0 && unit >= start && unit < end;
        expect(allows(text, now)).toBe(expected);
        expect(allows(text, now, "Etc/GMT")).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  it("goes by the clock of the time zone, through winter and summer", () => {
    const office = (now: number) => allows("Mo-Fr 08:00-18:00", now, "Europe/Vienna");
    expect(office(Date.UTC(2026, 0, 12, 7, 0) - 1)).toBe(false);
    expect(office(Date.UTC(2026, 0, 12, 7, 0))).toBe(true);
    expect(office(Date.UTC(2026, 6, 13, 6, 0) - 1)).toBe(false);
    expect(office(Date.UTC(2026, 6, 13, 6, 0))).toBe(true);
  });

  it("leaves out the hour that does not exist, and counts the one that comes twice twice", () => {
    const atTwo = (now: number) => allows("Su 02:00-03:00", now, "Europe/Vienna");
    // 2026-03-29: 02:00 CET is 03:00 CEST. 2026-10-25: 03:00 CEST is 02:00 CET.
    for (let at = Date.UTC(2026, 2, 28, 23); at < Date.UTC(2026, 2, 29, 12); at += 30 * minute) {
      expect(atTwo(at)).toBe(false);
    }
    const autumn = Array.from({ length: 8 }, (_, index) => Date.UTC(2026, 9, 24, 23, 30 * index));
    expect(autumn.map(atTwo)).toEqual([false, false, true, true, true, true, false, false]);
  });

  it("knows time zones that are off by a quarter of an hour", () => {
    // Nepal is 5:45 ahead: 08:00 there is 02:15 UTC.
    expect(allows("Mo 08:00-09:00", sunday + day + 2 * hour + 14 * minute, "Asia/Kathmandu")).toBe(false);
    expect(allows("Mo 08:00-09:00", sunday + day + 2 * hour + 15 * minute, "Asia/Kathmandu")).toBe(true);
  });

  it("takes the 21 bytes that Windows keeps, one bit for an hour", () => {
    const bits = new Uint8Array(21);
    // Monday 08:00 is hour 32 of the week: the lowest bit of byte 4.
    bits[4] = 1;
    const logonHours: LogonHours = { timeZone: "UTC", bits };
    expect(mayLogOnAt({ logonHours }, sunday + day + 8 * hour - 1)).toBe(false);
    expect(mayLogOnAt({ logonHours }, sunday + day + 8 * hour)).toBe(true);
    expect(mayLogOnAt({ logonHours }, sunday + day + 9 * hour - 1)).toBe(true);
    expect(mayLogOnAt({ logonHours }, sunday + day + 9 * hour)).toBe(false);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 8_640_000_000_000_001])("refuses %d as a date", (now) => {
    expect(() => allows("Mo", now)).toThrow(TypeError);
    expect(() => allows("Mo", now, "Europe/Vienna")).toThrow(TypeError);
  });

  it.each([0, 20, 22, 84])("refuses a week of %d bytes", (length) => {
    const logonHours: LogonHours = { timeZone: "UTC", bits: new Uint8Array(length) };
    expect(() => mayLogOnAt({ logonHours }, 0)).toThrow(TypeError);
  });
});
