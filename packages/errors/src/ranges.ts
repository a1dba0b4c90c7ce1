/** Whether a number lies in one of the ranges, given as first and last number in turn, ascending. */
export function isInRanges(code: number, ranges: readonly number[]): boolean {
  const end = ranges.findIndex((bound, index) => index % 2 === 1 && code <= bound);
  return Number.isInteger(code) && end > 0 && code >= (ranges[end - 1] ?? Number.POSITIVE_INFINITY);
}
