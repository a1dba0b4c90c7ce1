import { type CodeSpace, codeSpaces } from "../code-space.ts";
import { unsignedCode } from "../decode/number.ts";
import { annotated, type FoundCode, findCodes } from "./annotate.ts";
import { matchNamed, searchWords, suggest } from "./by-name.ts";
import { decodedOf, errataOf, errataOfSymbol, matchesOf } from "./by-number.ts";
import { exitCodeText } from "./exit-code.ts";
import { parseQuery } from "./query.ts";
import type { CodeMatch, LookupOptions, LookupResult } from "./result.ts";
import type { Tables } from "./tables.ts";

const defaultLimit = 20;

/**
 * All tables in memory: the answers come at once. Made by {@link loadLookup}; functions, not methods, so that one can be
 * handed on alone.
 */
export class CodeLookup {
  readonly #tables: Tables;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  /** As the function `lookup`, without waiting. */
  readonly lookup = (query: number | string, options: LookupOptions = {}): LookupResult => {
    const { space, limit } = checkedOptions(options);
    const parsed = parseQuery(query);
    const text = String(query);
    if (parsed.problem !== undefined) return answer(text, { problem: parsed.problem });
    if (parsed.words.length > 0) return this.#lookUpWords(text, parsed.words, parsed.exactly, space, limit);
    const matches = matchesOf(this.#tables, parsed.readings, space ?? parsed.space);
    const notes = errataOf(parsed.readings);
    const decoded = matches.length === 0 ? decodedOf(parsed.readings) : nothing;
    return answer(text, {
      matches: matches.length > limit ? matches.slice(0, limit) : matches,
      notes,
      decoded,
    });
  };

  /** Codes whose name or text has every word of the query, even where it could be read as a number. */
  readonly search = (text: string, options: LookupOptions = {}): LookupResult => {
    const { space, limit } = checkedOptions(options);
    const parsed = parseQuery(`:${text.trim()}`);
    if (parsed.problem !== undefined) return answer(text, { problem: parsed.problem });
    if (parsed.words.length === 0) return answer(text, { problem: "there is no word to search for" });
    return answer(text, { matches: searchWords(this.#tables, parsed.words, space, limit) });
  };

  /** The usual name of a code in its space. Fits `useSymbols`. */
  readonly symbolOf = (code: number, space: CodeSpace): string | undefined =>
    this.#tables.symbolOf(unsignedCode(code), space);

  /** As the function `describeExitCode`, without waiting. */
  readonly describeExitCode = (exitCode: number): string => exitCodeText(this.#tables, exitCode);

  /** The codes that a line of a log holds, in their order, at most sixteen. */
  readonly findCodes = (line: string, options: LookupOptions = {}): FoundCode[] =>
    findCodes(line, this.lookup, checkedOptions(options).space);

  /** The line with the names of its codes behind it; the line as it is when it holds none. */
  readonly annotate = (line: string, options: LookupOptions = {}): string =>
    annotated(line, this.findCodes(line, options));

  #lookUpWords(
    text: string,
    words: readonly string[],
    exactly: boolean,
    space: CodeSpace | undefined,
    limit: number,
  ): LookupResult {
    const name = words.join("_");
    const named = matchNamed(this.#tables, name);
    if (named !== undefined) return answer(text, { matches: [named], notes: errataOfSymbol(named.symbol) });
    if (exactly) return answer(text, { suggestions: suggest(this.#tables, name) });
    const found = searchWords(this.#tables, words, space, limit);
    const matches = found.length > 0 ? found : this.#inText(text, words, space).slice(0, limit);
    return answer(text, { matches, suggestions: matches.length === 0 ? suggest(this.#tables, name) : [] });
  }

  /** A message that was pasted whole: the names and the numbers in it. */
  #inText(text: string, words: readonly string[], space: CodeSpace | undefined): CodeMatch[] {
    const named = words.flatMap((word) => {
      const match = word.includes("_") ? matchNamed(this.#tables, word) : undefined;
      return match === undefined ? [] : [{ ...match, reason: "a name in the text" }];
    });
    const numbers = findCodes(text, this.lookup, space).flatMap(({ matches }) =>
      matches.map((match) => ({ ...match, reason: "a number in the text" })),
    );
    const key = ({ code, space: place, header }: CodeMatch): string => `${code} ${place} ${header}`;
    return [
      ...new Map([...named, ...numbers].toReversed().map((match) => [key(match), match])).values(),
    ].toReversed();
  }
}

const nothing: readonly never[] = [];

function answer(query: string, found: Partial<LookupResult>): LookupResult {
  return {
    query,
    matches: found.matches ?? nothing,
    decoded: found.decoded ?? nothing,
    suggestions: found.suggestions ?? nothing,
    notes: found.notes ?? nothing,
    problem: found.problem,
  };
}

function checkedOptions({ space, limit = defaultLimit }: LookupOptions): {
  readonly space: CodeSpace | undefined;
  readonly limit: number;
} {
  if (space !== undefined && !codeSpaces.includes(space)) {
    throw new TypeError(`space must be one of ${codeSpaces.join(", ")}, not ${String(space)}`);
  }
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) {
    throw new RangeError(`limit must be a whole number from 1 to 1000, not ${String(limit)}`);
  }
  return { space, limit };
}
