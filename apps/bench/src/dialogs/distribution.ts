/** How long something took, over many: milliseconds. */
export interface Distribution {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** @throws {RangeError} when there is nothing to look at */
export function distributionOf(times: readonly number[]): Distribution {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => {
    const time = sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
    if (time === undefined) throw new RangeError("there are no times");
    return time;
  };
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}
