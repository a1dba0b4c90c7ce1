import type { CodeSpace } from "../code-space.ts";

/** One way to read a query as a number. */
export interface Reading {
  /** Unsigned. */
  readonly code: number;
  /** How it was read; undefined where there is only one way. */
  readonly as: string | undefined;
  /** Counts only when the readings before it lead nowhere. */
  readonly isLastResort: boolean;
}

/** What a query asks for. */
export interface Query {
  /** Numbers it may mean, likeliest first. */
  readonly readings: readonly Reading[];
  /** Names or words to search for, upper case; empty when it is only a number. */
  readonly words: readonly string[];
  /** `=NAME`: nothing but this name. */
  readonly exactly: boolean;
  /** The space that the words before the number name: "reason 65". */
  readonly space: CodeSpace | undefined;
  /** Why the query can have no answer. */
  readonly problem: string | undefined;
}

const longest = 200;
const range = "a code is a whole number from -2147483648 to 4294967295";
const nothing: Query = { readings: [], words: [], exactly: false, space: undefined, problem: undefined };

/** Reads what somebody typed or pasted: a number in any notation, a name, or words. Never throws. */
export function parseQuery(query: unknown): Query {
  if (typeof query === "number") {
    const code = codeOf(query);
    if (code === undefined) return { ...nothing, problem: `${query} is no code: ${range}` };
    return { ...nothing, readings: [{ code, as: undefined, isLastResort: false }] };
  }
  if (typeof query !== "string") {
    return {
      ...nothing,
      problem: `a query is a number or a string, not ${query === null ? "null" : typeof query}`,
    };
  }
  const text = query.trim();
  if (text === "") return { ...nothing, problem: "the query is empty" };
  if (text.length > longest) return { ...nothing, problem: `the query is longer than ${longest} characters` };
  if (text.startsWith("=")) return { ...nothing, words: wordsOf(text), exactly: true };
  if (text.startsWith(":")) return { ...nothing, words: wordsOf(text) };

  const phrase = /^(?:(.*?)[\s:=#]+)?([-+]?(?:0x)?[0-9a-f]+(?:u?l)?)$/i.exec(text);
  const before = phrase?.[1]?.toLowerCase();
  if (
    phrase &&
    (before === undefined || /\b(?:reason|code|error|err|status|exit|hresult|hr|result)$/.test(before))
  ) {
    const read = readNumber((phrase[2] as string).toLowerCase().replace(/u?l$/, ""));
    if (typeof read === "string") return { ...nothing, problem: read };
    if (read.length > 0) return { ...nothing, readings: read, space: spaceOf(before ?? "") };
  }
  const words = wordsOf(text);
  if (words.length === 0) return { ...nothing, problem: "the query has neither a number nor a word" };
  return { ...nothing, words };
}

/** Empty when it is none: "added" is a word, though its letters are hexadecimal digits. A text says why not. */
function readNumber(text: string): readonly Reading[] | string {
  const [, sign = "", prefix = "", digits = ""] = /^([-+]?)(0x)?([0-9a-f]+)$/.exec(text) ?? [];
  const isDecimal = /^\d+$/.test(digits);
  if (prefix !== "") {
    // Sixty-four bits with the sign in front, as 64-bit programs print an HRESULT.
    const short = digits.replace(/^f{8}(?=[89a-f][0-9a-f]{7}$)/, "").replace(/^0+(?=.)/, "");
    const code = codeOf(Number(`${sign === "-" ? "-" : ""}${Number.parseInt(short, 16)}`));
    return code === undefined
      ? `${text} has more than 32 bits: ${range}`
      : [{ code, as: undefined, isLastResort: false }];
  }
  const readings: Reading[] = [];
  const decimal = isDecimal ? codeOf(Number(sign + digits)) : undefined;
  if (decimal !== undefined) readings.push({ code: decimal, as: undefined, isLastResort: false });
  // Without 0x: eight digits as logs print an HRESULT, or a number that is led by a decimal digit ("data 52e").
  if (sign === "" && digits.length <= 8 && (digits.length === 8 || /^\d/.test(digits))) {
    const code = Number.parseInt(digits, 16);
    const isLastResort = isDecimal && digits.length < 8;
    if (code !== decimal) readings.push({ code, as: "read as hexadecimal", isLastResort });
  }
  return readings.length === 0 && isDecimal ? `${text} has more than 32 bits: ${range}` : readings;
}

function codeOf(number: number): number | undefined {
  return Number.isInteger(number) && number >= -0x8000_0000 && number <= 0xffff_ffff
    ? number >>> 0
    : undefined;
}

function spaceOf(before: string): CodeSpace | undefined {
  if (/\breason\b/.test(before)) return "nps";
  if (/\b(?:ras|vpn|dial)/.test(before)) return "ras";
  if (/\b(?:hresult|hr)$/.test(before)) return "hresult";
  return undefined;
}

function wordsOf(text: string): readonly string[] {
  return text.toUpperCase().match(/[A-Z0-9_]+/g) ?? [];
}
