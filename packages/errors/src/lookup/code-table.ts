import { CodeRuns } from "../code-runs.ts";
import type { CodeSpace } from "../code-space.ts";

/** Names of one space as the generated tables pack them. */
export interface PackedTable {
  readonly names: string;
  readonly codeRuns: readonly number[];
  /** Index of a header and number of names, in turn. */
  readonly headerRuns: readonly number[];
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

/** The names of one space by number and by place, ascending. */
export class CodeTable {
  readonly space: CodeSpace;
  readonly #packed: PackedTable;
  readonly #codes: CodeRuns;
  #names: readonly string[] | undefined;

  constructor(space: CodeSpace, packed: PackedTable) {
    this.space = space;
    this.#packed = packed;
    this.#codes = new CodeRuns(packed.codeRuns);
  }

  get length(): number {
    return this.#codes.length;
  }

  /** Undefined for a code that is documented without a name, and outside the table. */
  nameAt(index: number): string | undefined {
    this.#names ??= this.#packed.names.split(" ");
    const name = this.#names[index];
    return name === "-" ? undefined : name;
  }

  /** Not a number outside the table. */
  codeAt(index: number): number {
    return this.#codes.at(index) ?? Number.NaN;
  }

  headerAt(index: number): string {
    if (this.space === "nps") return "Network Policy Server";
    const runs = this.#packed.headerRuns;
    let end = 0;
    for (let at = 0; at < runs.length; at += 2) {
      end += runs[at + 1] as number;
      if (index < end) return headers[runs[at] as number] ?? "";
    }
    return "";
  }

  /** The place of the first name for a number, -1 when it has none here. */
  find(code: number): number {
    return this.#codes.find(code);
  }
}
