import type { Milliseconds } from "@sallyport/runtime";

/** A point in time as Windows counts it (sspi.h: `TimeStamp`): units of 100 ns since 1601, always UTC (E-17). */
export type TimeStamp = bigint;

/** The time stamp of what never expires. */
export const neverExpires: TimeStamp = 0x7fff_ffff_ffff_ffffn;

/** 1970-01-01 in milliseconds since 1601. */
const unixEpoch = 11_644_473_600_000;

/**
 * The time stamp of a moment.
 *
 * @param moment milliseconds since the Unix epoch, fractions included; Infinity, and what does not fit, never expires
 *
 * @example
 * ```ts
 * import { dateOfTimeStamp, timeStamp } from "@sallyport/sspi";
 *
 * const expiry = timeStamp(Date.UTC(2026, 0, 1));
 * dateOfTimeStamp(expiry)?.toISOString(); // "2026-01-01T00:00:00.000Z"
 * ```
 */
export function timeStamp(moment: Milliseconds): TimeStamp {
  const units = (moment + unixEpoch) * 10_000;
  if (!(units < 2 ** 63)) return neverExpires;
  return units <= 0
    ? 0n
    : BigInt(Math.trunc(moment + unixEpoch)) * 10_000n + BigInt(Math.trunc((moment % 1) * 10_000));
}

/** The moment of a time stamp in milliseconds since the Unix epoch; Infinity for what never expires. */
export function millisecondsOfTimeStamp(stamp: TimeStamp): Milliseconds {
  return stamp >= neverExpires
    ? Infinity
    : Number(stamp / 10_000n) + Number(stamp % 10_000n) / 10_000 - unixEpoch;
}

/** The moment of a time stamp as a Date, which shows it in local time if asked; undefined where no Date can say it. */
export function dateOfTimeStamp(stamp: TimeStamp): Date | undefined {
  const date = new Date(millisecondsOfTimeStamp(stamp));
  return Number.isNaN(date.getTime()) ? undefined : date;
}
