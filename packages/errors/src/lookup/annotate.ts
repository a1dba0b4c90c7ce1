import type { CodeSpace } from "../code-space.ts";
import type { CodeMatch, LookupOptions, LookupResult } from "./result.ts";

/** A code found in a line of text. */
export interface FoundCode {
  /** As it stands in the line. */
  readonly text: string;
  /** Where it begins. */
  readonly offset: number;
  /** What it means, best first. */
  readonly matches: readonly CodeMatch[];
}

const mostOfLine = 16;
/** Words behind which a small number is a code, and those behind which it is one with a colon or the like between. */
const strong = String.raw`(?:reason[\s_-]?code|reason|error[\s_-]?code|code\s+is|failure\s+is|failed\s+with|error|errno|err|hresult|(?:get)?lasterror|fehler|data)`;
const weak = String.raw`(?:exit[\s_-]?code|code|result|rc|hr)`;
const space = String.raw`[^\S\n]{0,8}`;
/**
 * Three kinds: hexadecimal with 0x; eight hexadecimal digits or a signed number of ten, which nothing else looks like;
 * and a small number behind a word that says what it is. Every repetition has a bound: no line takes long.
 */
const pattern = new RegExp(
  String.raw`(?<![\w.-])(?<hex>0x[0-9a-f]{1,16})(?![\w-])` +
    String.raw`|(?<![\w.:-])(?<bare>[89cd][0-9a-f]{7})(?![\w.-])` +
    String.raw`|(?<![\w.])(?<large>-\d{5,10}|[234]\d{9})(?![\w.-])` +
    String.raw`|(?<![a-z])(?:(?<word>${strong})(?:"?${space}[:=#(>"']{0,3}${space}|[^<>\n]{0,40}>)|${weak}"?${space}[:=#(]["']?${space})` +
    String.raw`(?<small>\d{1,5}|[0-9a-f]{2,4}(?=,))(?![\w-]|\.\d)`,
  "gi",
);
/** Codes of other systems: HTTP, and what a program ends with. */
const foreign = /(?:http|status|response|exit)[\s_-]{0,3}$/i;
/** In front of a short hexadecimal number, which else is an address, a length or a flag. */
const beforeHex = new RegExp(String.raw`(?:${strong}|${weak}|status|returned)\W{0,4}$`, "i");

/** Finds the codes that have a name, in the order in which they stand. */
export function findCodes(
  line: string,
  lookup: (query: string | number, options?: LookupOptions) => LookupResult,
  space: CodeSpace | undefined,
): FoundCode[] {
  const found: FoundCode[] = [];
  const seen = new Set<string>();
  // Asked once a line, and only of lines with a code.
  let usual: CodeSpace | "any" | undefined = space;
  for (const { index, groups = {}, 0: whole } of line.matchAll(pattern)) {
    const code = readCode(groups, whole, line.slice(Math.max(0, index - 24), index));
    if (code === undefined || seen.has(code.text)) continue;
    seen.add(code.text);
    usual ??= remoteAccess.test(line) ? "ras" : "any";
    const place = space ?? code.space ?? (usual === "any" ? undefined : usual);
    const { matches } = lookup(code.value, { space: place, limit: 4 });
    const kept = matches.filter((match) => code.spaces.includes(match.space));
    if (kept.length === 0) continue;
    found.push({ text: code.text, offset: index + whole.length - code.text.length, matches: kept });
    if (found.length === mostOfLine) break;
  }
  return found;
}

/** The line with the names of its codes behind it. */
export function annotated(line: string, found: readonly FoundCode[]): string {
  return found.length === 0 ? line : `${line}  [${found.map(noteOf).join("; ")}]`;
}

/** "691 = ERROR_AUTHENTICATION_FAILURE (ras) or ERROR_NOT_FOUND (win32)". */
export function noteOf({ text, matches }: FoundCode): string {
  const [first] = matches;
  const names = matches
    .filter((match, place) => place === 0 || isRival(match, first))
    .slice(0, 2)
    .map(
      ({ symbol, message, space }) =>
        `${symbol ?? message.replace(/\.$/, "")}${isPlain(space) ? "" : ` (${space})`}`,
    );
  return `${text} = ${names.join(" or ")}`;
}

/** Of further meanings only those that may well be meant are named: RAS against Win32. */
function isRival(match: CodeMatch, first: CodeMatch | undefined): boolean {
  return (
    match.code === first?.code &&
    match.space !== first.space &&
    ((match.space === "win32" && first.space === "ras") || (match.space === "ras" && first.space === "win32"))
  );
}

/** The name says it already. */
function isPlain(space: CodeSpace): boolean {
  return space === "hresult" || space === "ntstatus";
}

interface ReadCode {
  readonly text: string;
  readonly value: string | number;
  readonly space: CodeSpace | undefined;
  /** What such a number can mean in a log. */
  readonly spaces: readonly CodeSpace[];
}

const large: readonly CodeSpace[] = ["hresult", "ntstatus", "tapi", "win32", "ras"];
const small: readonly CodeSpace[] = ["win32", "ras", "nps"];

function readCode(
  groups: Partial<Record<string, string>>,
  whole: string,
  before: string,
): ReadCode | undefined {
  const { hex, bare, large: number, word = "", small: digits } = groups;
  if (hex !== undefined) {
    const isLong = hex.length > 6;
    if (!isLong && !beforeHex.test(before)) return undefined;
    return /^0x0*$/i.test(hex)
      ? undefined
      : { text: hex, value: hex, space: undefined, spaces: isLong ? large : small };
  }
  if (bare !== undefined) return { text: bare, value: `0x${bare}`, space: undefined, spaces: large };
  if (number !== undefined) return { text: number, value: number, space: undefined, spaces: large };
  if (digits === undefined || /^0+$/.test(digits)) return undefined;
  if (foreign.test(before) || /^exit/i.test(whole)) return undefined;
  const kind = word.toLowerCase();
  if (kind === "data") {
    // "AcceptSecurityContext error, data 52e": Active Directory writes the Win32 code in hexadecimal.
    return /error,\s*$/i.test(before)
      ? { text: digits, value: `0x${digits}`, space: "win32", spaces: ["win32"] }
      : undefined;
  }
  if (!/^\d+$/.test(digits)) return undefined;
  if (kind.startsWith("reason"))
    return { text: digits, value: Number(digits), space: "nps", spaces: ["nps"] };
  return { text: digits, value: Number(digits), space: undefined, spaces: ["win32", "ras"] };
}

const remoteAccess =
  /\b(?:ras(?:client|man|dial|api)?|rras|remoteaccess|remote access|vpn|ppp(?:oe)?|l2tp|pptp|sstp|ikev2|dial(?:s|ed|ing|-?up|-?in)?)\b/i;
