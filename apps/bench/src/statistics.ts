/** The middle of several rounds, and how far they lie apart. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @throws {RangeError} for no values at all */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined) throw new RangeError("a median needs at least one value");
  return (lower + upper) / 2;
}

/** @throws {RangeError} for no values at all */
export function spread(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/**
 * Round by round, ours divided by theirs: what disturbs a shared machine disturbs both of a round, so the ratio is
 * steadier than either.
 *
 * @throws {RangeError} unless both have the same number of rounds, at least one
 */
export function ratio(ours: readonly number[], theirs: readonly number[]): Spread {
  if (ours.length !== theirs.length) throw new RangeError(`${ours.length} rounds against ${theirs.length}`);
  return spread(ours.map((value, round) => value / (theirs[round] ?? Number.NaN)));
}
