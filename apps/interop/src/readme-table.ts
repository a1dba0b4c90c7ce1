import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const readme = fileURLToPath(new URL("../README.md", import.meta.url));

/** Set, the tables of the README are written anew instead of compared. */
const writes = process.env["WRITE_README"] === "1";

/**
 * The table of a name in this package's README: what stands there, after what was found took its place where the
 * environment says WRITE_README=1. A test expects it to be what was found.
 */
export function readmeTable(name: string, found: string): string {
  const source = readFileSync(readme, "utf8");
  const begin = `<!-- ${name}: begin -->\n`;
  const end = `<!-- ${name}: end -->`;
  const from = source.indexOf(begin) + begin.length;
  const to = source.indexOf(end);
  if (from < begin.length || to < from) throw new Error(`the README has no table ${name}`);
  if (writes) writeFileSync(readme, `${source.slice(0, from)}${found}\n${source.slice(to)}`);
  return writes ? found : source.slice(from, to).trimEnd();
}

/** A table in Markdown. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), `|${head.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n");
}
