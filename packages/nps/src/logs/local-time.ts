import type { Milliseconds } from "@sallyport/runtime";

/** Turns a moment into the wall clock of a place, as milliseconds that are counted as if they were UTC. */
export type LocalTime = (moment: Milliseconds) => Milliseconds;

/**
 * The wall clock of a time zone. Its distance from UTC is looked up once a quarter of an hour, where zones change.
 *
 * @param timeZone a name of the IANA database, such as `Europe/Vienna`
 * @throws {RangeError} when there is no such time zone
 *
 * @example
 * ```ts
 * import { localTimeIn } from "@sallyport/nps";
 *
 * new Date(localTimeIn("Europe/Vienna")(Date.UTC(2026, 6, 1))).toISOString(); // "2026-07-01T02:00:00.000Z"
 * ```
 */
export function localTimeIn(timeZone: string): LocalTime {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  let known = Number.NaN;
  let offset = 0;
  return (moment) => {
    const quarter = Math.floor(moment / quarterHour);
    if (quarter !== known) {
      known = quarter;
      const start = quarter * quarterHour;
      const parts = new Map(format.formatToParts(start).map(({ type, value }) => [type, Number(value)]));
      const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
      const wall = Date.UTC(
        part("year"),
        part("month") - 1,
        part("day"),
        part("hour"),
        part("minute"),
        part("second"),
      );
      offset = wall - start;
    }
    return moment + offset;
  };
}

const quarterHour = 900_000;
