/**
 * Ascending numbers as runs without a gap: distance from the end of the run before, and length, in turn. A distance of
 * nothing is the same number once more. Numbers are found among the runs, so that nothing is unpacked one by one.
 */
export class CodeRuns {
  /** First number of every run, and the place of it; a last place stands for the end. */
  readonly #starts: number[] = [];
  readonly #places: number[] = [];

  constructor(runs: readonly number[]) {
    let last = 0;
    let place = 0;
    for (let at = 0; at < runs.length; at += 2) {
      const start = last + (runs[at] as number);
      const length = runs[at + 1] as number;
      this.#starts.push(start);
      this.#places.push(place);
      last = start + length - 1;
      place += length;
    }
    this.#places.push(place);
  }

  /** How many numbers there are. */
  get length(): number {
    return this.#places.at(-1) as number;
  }

  /** The number at a place; none outside. */
  at(place: number): number | undefined {
    if (place < 0 || place >= this.length) return undefined;
    const run = lastNotAbove(this.#places, place);
    return (this.#starts[run] as number) + place - (this.#places[run] as number);
  }

  /** The first place of a number, -1 when it is not there. */
  find(code: number): number {
    let run = lastNotAbove(this.#starts, code);
    if (run < 0) return -1;
    // The same number once more is a run of its own: the first one counts.
    while (run > 0 && this.#lastOf(run - 1) >= code) run -= 1;
    if (code > this.#lastOf(run) || !Number.isInteger(code)) return -1;
    return (this.#places[run] as number) + code - (this.#starts[run] as number);
  }

  #lastOf(run: number): number {
    const length = (this.#places[run + 1] as number) - (this.#places[run] as number);
    return (this.#starts[run] as number) + length - 1;
  }
}

/** The place of the last number in an ascending list that is not above this one, -1 when all are. */
function lastNotAbove(ascending: readonly number[], number: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) <= number) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
