import { type CodeSpace, codeSpaces } from "../code-space.ts";
import { hexCode } from "../decode/number.ts";
import type { messageOf } from "../messages.ts";
import { CodeTable, type PackedTable } from "./code-table.ts";
import { humanise } from "./humanise.ts";
import { partsOf } from "./parts.ts";
import { relationsOf } from "./relations.ts";
import type { CodeMatch } from "./result.ts";

type Description = Omit<CodeMatch, "reason">;

const mostDescribed = 2048;
const spaceCount = codeSpaces.length;

/** All names and texts, and how a place in them becomes a match. */
export class Tables {
  readonly all: readonly CodeTable[];
  readonly #bySpace: ReadonlyMap<CodeSpace, CodeTable>;
  readonly #messageOf: typeof messageOf;
  /** A log has few codes, many times; at the bound all are forgotten. */
  readonly #described = new Map<number, Description>();
  #byName: ReadonlyMap<string, readonly [CodeTable, number]> | undefined;

  constructor(packed: Readonly<Record<CodeSpace, PackedTable>>, texts: typeof messageOf) {
    this.all = (Object.keys(packed) as CodeSpace[]).map((space) => new CodeTable(space, packed[space]));
    this.#bySpace = new Map(this.all.map((table) => [table.space, table]));
    this.#messageOf = texts;
  }

  table(space: CodeSpace): CodeTable | undefined {
    return this.#bySpace.get(space);
  }

  symbolOf(code: number, space: CodeSpace): string | undefined {
    const table = this.#bySpace.get(space);
    const index = table?.find(code) ?? -1;
    return index < 0 ? undefined : table?.nameAt(index);
  }

  /** Where a name stands; names are asked for in capitals, since no two differ in case only. */
  named(name: string): readonly [CodeTable, number] | undefined {
    this.#byName ??= new Map(
      this.all.flatMap((table) =>
        Array.from({ length: table.length }, (_, index) => [
          table.nameAt(index)?.toUpperCase() ?? "",
          [table, index] as const,
        ]),
      ),
    );
    return name === "" ? undefined : this.#byName.get(name);
  }

  /** The text of a code in its space: a sentence of our own, else the name as words. */
  text(
    code: number,
    space: CodeSpace,
    symbol: string | undefined,
  ): Pick<CodeMatch, "message" | "hasOwnText" | "check"> {
    const own = this.#messageOf(code, space);
    return own === undefined
      ? { message: humanise(symbol ?? ""), hasOwnText: false, check: undefined }
      : { message: own.message, hasOwnText: true, check: own.check };
  }

  match(table: CodeTable, index: number, reason: string): CodeMatch {
    const key = index * spaceCount + codeSpaces.indexOf(table.space);
    let known = this.#described.get(key);
    if (known === undefined) {
      known = this.#describe(table, index);
      if (this.#described.size === mostDescribed) this.#described.clear();
      this.#described.set(key, known);
    }
    return { ...known, reason };
  }

  #describe(table: CodeTable, index: number): Description {
    const code = table.codeAt(index);
    const { space } = table;
    const symbol = table.nameAt(index);
    const { message, hasOwnText, check } = this.text(code, space, symbol);
    return {
      code,
      hex: hexCode(code),
      space,
      symbol,
      aliases: aliasesOf(table, index),
      header: table.headerAt(index),
      message,
      hasOwnText,
      check,
      reference: hasOwnText ? undefined : `https://learn.microsoft.com/search/?terms=${symbol}`,
      parts: partsOf(code, space),
      relations: relationsOf(code, space, this),
    };
  }
}

const none: readonly string[] = [];

function aliasesOf(table: CodeTable, own: number): readonly string[] {
  const code = table.codeAt(own);
  if (table.codeAt(own + 1) !== code && table.codeAt(own - 1) !== code) return none;
  const aliases: string[] = [];
  for (let index = table.find(code); table.codeAt(index) === code; index += 1) {
    const name = table.nameAt(index);
    if (index !== own && name !== undefined && table.headerAt(index) === table.headerAt(own))
      aliases.push(name);
  }
  return aliases;
}
