import type { DecodedField, DecodedToken } from "./decoded-token.ts";

/** A token as a tree of lines: offset, length, name, value. Ends with a line feed. */
export function decodedText({ summary, length, fields, problems }: DecodedToken): string {
  const lines = [summary, "", "offset length  field"];
  for (const field of fields) lines.push(...fieldLines(field, 0));
  lines.push(`${pad(length)}         end`);
  for (const problem of problems) lines.push(`Problem: ${problem}`);
  return `${lines.join("\n")}\n`;
}

function fieldLines(field: DecodedField, depth: number): string[] {
  const { name, offset, length, note, fields = [] } = field;
  const value = valueText(field);
  const words = `${name}${value === "" ? "" : `: ${value}`}${note === undefined ? "" : ` (${note})`}`;
  const line = `${pad(offset)} ${pad(length)}  ${"  ".repeat(depth)}${words}`;
  return [line, ...fields.flatMap((inner) => fieldLines(inner, depth + 1))];
}

/** So many bytes are shown; all of them are in the JSON. */
const shownBytes = 32;

function valueText({ value, hex, length, redacted }: DecodedField): string {
  if (redacted === true) return `*** ${length} bytes`;
  if (hex === undefined) return value ?? "";
  if (hex === "") return "empty";
  return hex.length <= 2 * shownBytes ? hex : `${hex.slice(0, 2 * shownBytes)}... ${length} bytes`;
}

function pad(number: number): string {
  return `${number}`.padStart(6);
}
