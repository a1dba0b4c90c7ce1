import type { CodeMatch, CodeParts, LookupResult } from "../lookup.ts";

/** A result for people. Ends with a line feed; what came from the query is without control characters. */
export function resultText(result: LookupResult, colour: boolean): string {
  const paint = colour ? ansi : plain;
  const lines = [paint.dim(`${printable(result.query)}`)];
  if (result.problem !== undefined) lines.push(`  ${printable(result.problem)}`);
  else if (result.matches.length === 0) lines.push("  Nothing is known by this name or number.");
  for (const match of result.matches) lines.push(...matchLines(match, paint));
  for (const { hex, space, parts } of result.decoded) lines.push(`  ${hex} as ${space}: ${partsText(parts)}`);
  if (result.suggestions.length > 0) lines.push(`  Did you mean ${result.suggestions.join(", ")}?`);
  for (const note of result.notes) lines.push(`  ${paint.warn("Note:")} ${note}`);
  return `${lines.join("\n")}\n`;
}

interface Paint {
  name(text: string): string;
  dim(text: string): string;
  warn(text: string): string;
}

const same = (text: string): string => text;
const plain: Paint = { name: same, dim: same, warn: same };
const ansi: Paint = {
  name: (text) => `\u001B[1;36m${text}\u001B[22;39m`,
  dim: (text) => `\u001B[2m${text}\u001B[22m`,
  warn: (text) => `\u001B[33m${text}\u001B[39m`,
};

function matchLines(match: CodeMatch, paint: Paint): string[] {
  const { code, hex, space, symbol, aliases, header, message, check, parts, reference, relations, reason } =
    match;
  const number = code > 0xffff ? `${hex} (${code | 0})` : `${code} (0x${code.toString(16).toUpperCase()})`;
  const lines = [
    `  ${paint.name(symbol ?? "(no name)")}  ${space} ${number}  ${paint.dim(`${header}; ${reason}`)}`,
    `    ${message.replace(/^[a-z]/, (letter) => letter.toUpperCase()).replace(/(?<![.?!])$/, ".")}`,
  ];
  if (check !== undefined) lines.push(`    ${paint.warn("Check:")} ${check}`);
  if (reference !== undefined) lines.push(paint.dim(`    See ${reference}`));
  if (aliases.length > 0) lines.push(paint.dim(`    Also ${aliases.join(", ")}`));
  if (parts !== undefined && code !== 0) lines.push(paint.dim(`    ${partsText(parts)}`));
  const related = relations.map(
    ({ symbol: name, space: other, code: number, basis }) =>
      `${name ?? number} (${other}${number > 0xffff ? "" : ` ${number}`}${basis === "judgement" ? ", nearest" : ""})`,
  );
  if (related.length > 0) lines.push(paint.dim(`    The same elsewhere: ${related.join(", ")}`));
  return lines;
}

function partsText({ severity, customer, facility, facilityName, code }: CodeParts): string {
  const name = facilityName === undefined ? "" : ` (${facilityName})`;
  return `Severity ${severity}, facility ${facility}${name}, code ${code}${customer ? ", not defined by Microsoft" : ""}`;
}

/** Control characters could command the terminal. */
function printable(text: string): string {
  const short = text.length > 200 ? `${text.slice(0, 200)}...` : text;
  return short.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "\uFFFD");
}
