import { environmentLines } from "../environment.ts";
import type { HalfOpenResults } from "../half-open.ts";
import { oneDigit, whole } from "./figures.ts";

/** What became of conversations that nobody went on with, for a terminal. */
export function halfOpenText(results: HalfOpenResults): string {
  const { conversations, rate, before, after, loaded, growth, allowance, complaints, environment } = results;
  const each = ((after.live - before.live) * 1e6) / conversations;
  return [
    `${conversations} EAP conversations wait for their peer (${whole(rate)} opened per second)`,
    `RSS: ${oneDigit(before.rss)} MB before, ${oneDigit(loaded)} MB right after, ${oneDigit(after.rss)} MB settled`,
    `growth ${oneDigit(growth)} MB, at most ${oneDigit(allowance)} MB: ${growth <= allowance ? "kept" : "MISSED"}`,
    `alive after a full collection: ${oneDigit(before.live)} MB before, ${oneDigit(after.live)} MB after, ${whole(each)} octets a conversation`,
    complaints.length === 0
      ? "beyond the limit the oldest go first: their answers are refused, the oldest left and the newest are accepted"
      : `NOT EVICTED IN ORDER: ${complaints.join(", ")}`,
    ...environmentLines(environment),
    "",
  ].join("\n");
}
