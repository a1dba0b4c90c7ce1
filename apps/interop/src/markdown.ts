import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const root: string = fileURLToPath(new URL("../../..", import.meta.url));

/** A fenced code block of a Markdown file. */
export interface CodeBlock {
  /** The language behind the fence: "ts", "sh", "json" ... */
  readonly language: string;
  /** What the fence says after `file=`: the name under which the reader is told to save it. */
  readonly file: string | undefined;
  readonly content: string;
  /** The line of the fence, from 1. */
  readonly line: number;
}

/** The code blocks of a Markdown file, in order; `path` is relative to the root of the repository. */
export function codeBlocks(path: string): CodeBlock[] {
  const source = readFileSync(`${root}${path}`, "utf8");
  return Array.from(source.matchAll(/^```(\w+)(?: file=(\S+))?\n([\s\S]*?)^```$/gm), (match) => ({
    language: match[1] ?? "",
    file: match[2],
    content: match[3] ?? "",
    line: source.slice(0, match.index).split("\n").length,
  }));
}

/** The commands of a shell block, without comments. */
export function commandsOf(block: CodeBlock): string[] {
  return block.content
    .split("\n")
    .map((line) => line.replace(/\s+#.*$/, "").trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}
