import type { EapConversationEntry, EapConversationLog, EapPacketFacts } from "./conversation.ts";

/** Columns between the two uprights. */
const span = 58;
const margin = 6;

/**
 * A conversation as a ladder diagram: the peer on the left, the server on the right, an arrow for each RADIUS packet with
 * the EAP packet below it, and the time at the edge. Lines are separated by `\n`; there is none at the end.
 *
 * @example
 * ```ts
 * import { type EapConversationLog, ladderDiagram } from "@sallyport/eap-radius";
 *
 * declare const log: EapConversationLog;
 * console.log(ladderDiagram(log));
 * ```
 */
export function ladderDiagram(log: EapConversationLog): string {
  return [headings(log), rung(""), ...log.entries.flatMap(arrow), "", ...summary(log)].join("\n");
}

function headings({ user, server }: EapConversationLog): string {
  const left = `peer ${JSON.stringify(user)}`;
  const width = margin + span + 2;
  const gap = Math.max(1, width + 8 - left.length - server.length);
  return `${left}${" ".repeat(gap)}${server}`;
}

function arrow(entry: EapConversationEntry): string[] {
  const { radius, direction, at } = entry;
  const label = ` ${[radius.name, ...(entry.state ? ["State"] : [])].join(", ")} `;
  const line = (direction === "sent" ? `--${label}` : `<-${label}`).padEnd(span - 1, "-");
  const time = `${at.toFixed(1).padStart(9)} ms`;
  const shaft = `${" ".repeat(margin)}|${line}${direction === "sent" ? ">" : "-"}|${time}`;
  const below = [eapWords(entry.eap), ...entry.notes].filter((words) => words !== undefined);
  return [shaft, ...below.flatMap((words) => wrapped(words).map((part) => rung(`     ${part}`)))];
}

function eapWords(eap: EapPacketFacts | "start" | undefined): string | undefined {
  if (eap === undefined) return "no EAP-Message";
  if (eap === "start") return "EAP-Start";
  const { codeName, identifier, typeName, length, parts } = eap;
  const split = parts > 1 ? ` in ${parts} attributes` : "";
  return `EAP ${codeName} ${identifier}${typeName === undefined ? "" : ` ${typeName}`}, ${length} octets${split}`;
}

function rung(inside: string): string {
  return `${" ".repeat(margin)}|${inside.padEnd(span)}|`;
}

/** Breaks words that are too long for the room between the uprights. */
function wrapped(words: string): string[] {
  const room = span - 6;
  const lines: string[] = [];
  let line = "";
  for (const word of words.split(" ")) {
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

function summary({ result }: EapConversationLog): string[] {
  const { method, rounds, duration, keys } = result;
  const facts = [
    ...(method === undefined ? [] : [method.name]),
    `${rounds} ${rounds === 1 ? "round" : "rounds"}`,
    `${duration.toFixed(1)} ms`,
    ...(keys === "none" ? [] : [keyWords[keys]]),
  ];
  return [`${kindWords[result.kind]}: ${result.explanation}`, facts.join(", ")];
}

const kindWords = { accepted: "Accepted", rejected: "Rejected", failed: "Failed" } as const;

const keyWords = {
  match: "the MS-MPPE keys are those of the method",
  differ: "the MS-MPPE keys are NOT those of the method",
  missing: "the server sent no MS-MPPE keys although the method has some",
  unexpected: "the server sent MS-MPPE keys although the method has none",
} as const;
