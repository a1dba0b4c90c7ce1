import type { CodeSpace } from "../code-space.ts";
import type { CodeTable } from "./code-table.ts";
import { editDistance } from "./edit-distance.ts";
import type { CodeMatch } from "./result.ts";
import type { Tables } from "./tables.ts";

/** The code of this very name; capitals or not. */
export function matchNamed(tables: Tables, name: string): CodeMatch | undefined {
  const place = tables.named(name);
  return place && tables.match(...place, "the name");
}

interface Hit {
  readonly table: CodeTable;
  readonly index: number;
  readonly grade: number;
  readonly hasOwnText: boolean;
  readonly length: number;
}

const reasons = ["every word is in the name", "the name contains it", "name and text contain it"] as const;

/** Codes whose name or text has every word, best first: words of the name before parts of it before the text. */
export function searchWords(
  tables: Tables,
  words: readonly string[],
  space: CodeSpace | undefined,
  limit: number,
): CodeMatch[] {
  const hits: Hit[] = [];
  for (const table of tables.all) {
    for (let index = 0; index < table.length; index += 1) {
      const symbol = table.nameAt(index);
      const name = symbol?.toUpperCase() ?? "";
      const { message, hasOwnText } = tables.text(table.codeAt(index), table.space, symbol);
      const grade = gradeOf(words, name, hasOwnText ? message : "");
      if (grade !== undefined) hits.push({ table, index, grade, hasOwnText, length: name.length });
    }
  }
  const strange = ({ table }: Hit): number => (space === undefined || table.space === space ? 0 : 1);
  hits.sort(
    (a, b) =>
      strange(a) - strange(b) ||
      a.grade - b.grade ||
      Number(b.hasOwnText) - Number(a.hasOwnText) ||
      a.length - b.length,
  );
  return hits
    .slice(0, limit)
    .map(({ table, index, grade }) => tables.match(table, index, reasons[grade] ?? reasons[2]));
}

/** What people leave out: "ERROR_", "STATUS_", "SEC_E_". */
const prefix = /^(?:(?:ERROR|STATUS|NERR)_|(?:[A-Z0-9]+_)?[EISW]_)/;

/** Names that are spelt nearly like this one, with or without their prefix, nearest first. */
export function suggest(tables: Tables, name: string): string[] {
  const limit = Math.min(4, Math.max(1, Math.floor(name.length / 4)));
  const near: { symbol: string; distance: number }[] = [];
  for (const table of tables.all) {
    for (let index = 0; index < table.length; index += 1) {
      const symbol = table.nameAt(index);
      if (symbol === undefined) continue;
      const whole = symbol.toUpperCase();
      const distance = Math.min(
        editDistance(name, whole, limit),
        editDistance(name, whole.replace(prefix, ""), limit) + 0.5,
      );
      if (distance <= limit) near.push({ symbol, distance });
    }
  }
  near.sort((a, b) => a.distance - b.distance);
  return [...new Set(near.map(({ symbol }) => symbol))].slice(0, 5);
}

/** Undefined when a word is nowhere. */
function gradeOf(words: readonly string[], name: string, message: string): number | undefined {
  let grade = 0;
  const text = message.toUpperCase();
  for (const word of words) {
    if (name.includes(word)) {
      if (grade === 0 && !`_${name}_`.includes(`_${word}_`)) grade = 1;
    } else if (text.includes(word)) grade = 2;
    else return undefined;
  }
  return grade;
}
