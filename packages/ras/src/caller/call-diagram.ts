import type { DialerTraceEntry } from "./ras-dialer.ts";

/** Columns between the two uprights. */
const span = 68;
const margin = 6;

/**
 * A call as a ladder diagram: the caller on the left, the server on the right, an arrow for each packet with what it
 * says above it, notes in between, and the time at the edge. Lines are separated by `\n`; there is none at the end.
 *
 * @example
 * ```ts
 * import { callDiagram } from "@sallyport/ras";
 *
 * console.log(callDiagram([{ at: 1, kind: "sent", text: "LCP Configure-Request id=1" }], { server: "127.0.0.1:7000" }));
 * ```
 */
export function callDiagram(
  entries: readonly DialerTraceEntry[],
  { server }: { readonly server: string },
): string {
  const gap = Math.max(1, margin + span + 2 - "caller".length - server.length + 5);
  return [`caller${" ".repeat(gap)}${server}`, rung(""), ...entries.flatMap(step)].join("\n");
}

function step({ at, kind, text }: DialerTraceEntry): string[] {
  const words = wrapped(text);
  const time = `${at.toFixed(1).padStart(10)} ms`;
  if (kind === "note") return words.map((line, index) => rung(`  * ${line}`) + (index === 0 ? time : ""));
  const shaft = kind === "sent" ? `${"-".repeat(span - 1)}>` : `<${"-".repeat(span - 1)}`;
  return [...words.map((line) => rung(`   ${line}`)), `${" ".repeat(margin)}|${shaft}|${time}`];
}

function rung(inside: string): string {
  return `${" ".repeat(margin)}|${inside.padEnd(span)}|`;
}

/** Breaks words that are too long for the room between the uprights. */
function wrapped(text: string): string[] {
  const room = span - 6;
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > room) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
    while (line.length > room) {
      lines.push(line.slice(0, room));
      line = line.slice(room);
    }
  }
  return [...lines, line];
}
