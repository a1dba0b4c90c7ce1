import type { CodeSpace } from "../code-space.ts";

/** Names of one space as the generated tables pack them. */
export interface PackedTable {
  readonly names: string;
  readonly codeRuns: string;
  readonly headerRuns: string;
}

/** In the order of the numbers in `headerRuns`. */
const headers = [
  "winerror.h",
  "lmerr.h",
  "wininet.h",
  "winhttp.h",
  "raserror.h",
  "mprerror.h",
  "eaphosterror.h",
  "tapi.h",
  "tapi3err.h",
  "ntstatus.h",
];

/**
 * The names of one space by number and by place, ascending. Nothing is unpacked name by name: numbers are found among
 * runs without a gap, so that the first question costs little.
 */
export class CodeTable {
  readonly space: CodeSpace;
  readonly #packed: PackedTable;
  /** First number of every run, and the place of its name; a last one stands for the end. */
  readonly #starts: number[] = [];
  readonly #places: number[] = [];
  #names: readonly string[] | undefined;
  #headers: readonly (readonly [end: number, header: string])[] | undefined;

  constructor(space: CodeSpace, packed: PackedTable) {
    this.space = space;
    this.#packed = packed;
    let last = 0;
    let place = 0;
    for (const run of packed.codeRuns.split(" ")) {
      const colon = run.indexOf(":");
      const length = colon < 0 ? 1 : Number.parseInt(run.slice(colon + 1), 36);
      const start = last + Number.parseInt(colon < 0 ? run : run.slice(0, colon), 36);
      this.#starts.push(start);
      this.#places.push(place);
      last = start + length - 1;
      place += length;
    }
    this.#places.push(place);
  }

  get length(): number {
    return this.#places.at(-1) as number;
  }

  /** Undefined for a code that is documented without a name, and outside the table. */
  nameAt(index: number): string | undefined {
    this.#names ??= this.#packed.names.split(" ");
    const name = this.#names[index];
    return name === "-" ? undefined : name;
  }

  /** Not a number outside the table. */
  codeAt(index: number): number {
    if (index < 0 || index >= this.length) return Number.NaN;
    const run = lastNotAbove(this.#places, index);
    return (this.#starts[run] as number) + index - (this.#places[run] as number);
  }

  headerAt(index: number): string {
    if (this.space === "nps") return "Network Policy Server";
    this.#headers ??= headerEnds(this.#packed.headerRuns);
    for (const [end, header] of this.#headers) if (index < end) return header;
    return "";
  }

  /** The place of the first name for a number, -1 when it has none here. */
  find(code: number): number {
    const starts = this.#starts;
    let run = lastNotAbove(starts, code);
    if (run < 0) return -1;
    // The same number once more is a run of its own: the first one counts.
    while (run > 0 && this.#lastOf(run - 1) >= code) run -= 1;
    return code <= this.#lastOf(run) ? (this.#places[run] as number) + code - (starts[run] as number) : -1;
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

function headerEnds(runs: string): readonly (readonly [end: number, header: string])[] {
  let end = 0;
  return runs.split(" ").map((run) => {
    const [header, length = ""] = run.split(":");
    end += Number.parseInt(length, 36);
    return [end, headers[Number(header)] ?? ""] as const;
  });
}
