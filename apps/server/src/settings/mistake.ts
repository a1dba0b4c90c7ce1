/** One thing that is wrong in a settings file: where, what, and what to do about it. */
export interface Mistake {
  /** Where, as a path of keys: `radius.clients[0].secret`; empty for the file as a whole. */
  readonly path: string;
  /** The line of the file, from 1, where it can be told. */
  readonly line?: number | undefined;
  readonly problem: string;
  readonly remedy: string;
}

/** A mistake before its place in the file is known. */
export interface UnplacedMistake extends Omit<Mistake, "path" | "line"> {
  readonly keys: readonly PropertyKey[];
}

/** The settings cannot be used. Carries every mistake that was found, in the order of the file. */
export class SettingsError extends Error {
  readonly file: string;
  readonly mistakes: readonly Mistake[];

  constructor(file: string, mistakes: readonly Mistake[]) {
    super(renderMistakes(file, mistakes));
    this.name = "SettingsError";
    this.file = file;
    this.mistakes = mistakes;
  }
}

function renderMistakes(file: string, mistakes: readonly Mistake[]): string {
  const count = mistakes.length === 1 ? "1 mistake" : `${mistakes.length} mistakes`;
  return `${file} has ${count}:\n\n${blocks(mistakes)}\n`;
}

/** What works and is most likely not meant so; nothing where there is nothing. */
export function renderWarnings(warnings: readonly Mistake[]): string {
  if (warnings.length === 0) return "";
  const count = warnings.length === 1 ? "1 warning" : `${warnings.length} warnings`;
  return `\n${count}:\n\n${blocks(warnings)}\n`;
}

function blocks(mistakes: readonly Mistake[]): string {
  return mistakes
    .map(({ path, line, problem, remedy }) => {
      const where = [path, line === undefined ? "" : `(line ${line})`].filter(Boolean).join("  ");
      return [...(where === "" ? [] : [`  ${where}`]), `    ${problem}`, `    Remedy: ${remedy}`].join("\n");
    })
    .join("\n\n");
}

/** A path of keys and indexes as people write it. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text === "" ? String(key) : `${text}.${String(key)}`;
  }, "");
}

/** Of several words the one that a mistyped word was most likely meant to be, or undefined. */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  const begun = candidates.find((candidate) => word.startsWith(candidate) || candidate.startsWith(word));
  if (begun !== undefined) return begun;
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best !== undefined && best.distance <= Math.max(2, Math.floor(word.length / 3))
    ? best.candidate
    : undefined;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const nextRow = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      nextRow.push(Math.min((row[j] ?? 0) + 1, (nextRow[j - 1] ?? 0) + 1, substitution));
    }
    row = nextRow;
  }
  return row[b.length] ?? 0;
}
