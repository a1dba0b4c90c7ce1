import type { Milliseconds } from "@sallyport/runtime";
import type { EapPacketEntry, EapTranscriptEntry } from "./eap-transcript.ts";
import type { EapSide } from "./side.ts";

/** Columns between the two uprights. */
const span = 66;
/** Columns before the first upright, for the time. */
const margin = 12;

/**
 * A transcript as a ladder: the peer on the left, the authenticator on the right, an arrow for each packet, and beside
 * each side's upright what its modules were called for and returned. Lines are separated by `\n`.
 */
export function eapDiagram(entries: readonly EapTranscriptEntry[]): string {
  const left = "peer".padStart(margin + 2);
  const lines = [`${left}${"authenticator".padStart(margin + span + 8 - left.length)}`];
  let shown: Milliseconds | undefined;
  for (const entry of entries) {
    for (const inside of drawn(entry)) {
      const time = entry.at === shown ? "" : `${entry.at} ms`;
      shown = entry.at;
      lines.push(`${time.padStart(margin - 1)} |${inside}|`);
    }
  }
  return lines.join("\n");
}

/** The same without what is in the middle, where it is long. */
export function shortDiagram(entries: readonly EapTranscriptEntry[]): string {
  const lines = eapDiagram(entries).split("\n");
  if (lines.length <= 80) return lines.join("\n");
  const left = lines.length - 70;
  return [...lines.slice(0, 30), `${" ".repeat(margin)}... ${left} lines ...`, ...lines.slice(-40)].join(
    "\n",
  );
}

function drawn(entry: EapTranscriptEntry): string[] {
  switch (entry.kind) {
    case "packet":
      return [arrow(entry)];
    case "call":
      if (entry.returned === undefined) return beside(entry.side, `${entry.call} -> (still running)`);
      return entry.returnedLater
        ? beside(entry.side, `${entry.call} ...`)
        : called(entry.side, entry.call, entry.returned);
    case "return":
      return called(entry.side, entry.call, entry.returned);
    case "event":
      return beside(entry.side, entry.text.slice(entry.side.length + 2));
  }
}

function arrow({ to, packet, notes, arrives }: EapPacketEntry): string {
  const remark = notes.length === 0 ? "" : ` (${notes.join(", ")})`;
  const label = ` ${cut(packet, span - 10 - remark.length)}${remark} `;
  const open = arrives === "never" ? "X" : "...";
  if (to === "authenticator") {
    return arrives === "now" ? `${`--${label}`.padEnd(span - 1, "-")}>` : `--${label}--${open}`.padEnd(span);
  }
  return arrives === "now" ? `<-${label}`.padEnd(span, "-") : `${open}--${label}--`.padStart(span);
}

function cut(text: string, room: number): string {
  return text.length <= room ? text : `${text.slice(0, Math.max(0, room - 3))}...`;
}

/** A call in one line where it fits, otherwise with what it returned in a second one. */
function called(side: EapSide, call: string, returned: string): string[] {
  const whole = `${call} -> ${returned}`;
  return whole.length <= span - 2
    ? beside(side, whole)
    : [...beside(side, call), ...beside(side, `  -> ${returned}`)];
}

function beside(side: EapSide, text: string): string[] {
  return wrapped(text).map((part) => (side === "peer" ? ` ${part}`.padEnd(span) : `${part} `.padStart(span)));
}

/** Breaks a text that is wider than the room between the uprights. */
function wrapped(text: string): string[] {
  const room = span - 2;
  const parts: string[] = [];
  let rest = text;
  while (rest.length > room) {
    const space = rest.lastIndexOf(" ", room);
    const end = space > 4 ? space : room;
    parts.push(rest.slice(0, end));
    rest = `    ${rest.slice(end).trimStart()}`;
  }
  return [...parts, rest];
}
