/**
 * Counts names in bounded memory. When there are too many, the half that was seen least is forgotten, so that counts of
 * the frequent ones are exact, or too small by what they had when they were forgotten once.
 */
export class BoundedTally {
  readonly #limit: number;
  readonly #counts = new Map<string, number>();
  #forgotten = false;

  /** @param limit the most names, at least 2 */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether names were forgotten: counts are then "at least". */
  get forgotten(): boolean {
    return this.#forgotten;
  }

  add(name: string): void {
    const count = this.#counts.get(name);
    if (count !== undefined) {
      this.#counts.set(name, count + 1);
      return;
    }
    if (this.#counts.size >= this.#limit) this.#forgetHalf();
    this.#counts.set(copied(name), 1);
  }

  /** The most frequent ones, most frequent first; equal ones in the order of their names. */
  top(length: number): { readonly name: string; readonly count: number }[] {
    return [...this.#counts]
      .map(([name, count]) => ({ name, count }))
      .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
      .slice(0, length);
  }

  #forgetHalf(): void {
    this.#forgotten = true;
    const keep = new Set(this.top(Math.ceil(this.#limit / 2)).map(({ name }) => name));
    for (const name of [...this.#counts.keys()]) if (!keep.has(name)) this.#counts.delete(name);
  }
}

/** A part of a longer text keeps all of that in memory; a copy does not. */
function copied(name: string): string {
  return decoder.decode(encoder.encode(name));
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
