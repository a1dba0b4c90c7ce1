import { environmentLines } from "../environment.ts";
import {
  type GrowthCurve,
  type GrowthPoint,
  type GrowthResults,
  growthCurves,
  growthPromise,
} from "../growth.ts";
import { oneDigit, twoDigits, withRange } from "./figures.ts";
import { aligned } from "./table.ts";

const titles: Readonly<Record<GrowthCurve, string>> = {
  clients: "RADIUS clients",
  client: "policies on the client",
  attribute: "policies on an attribute",
  group: "policies on a group",
  hours: "policies on day and time",
  network: "policies on a network",
  pattern: "policies with a pattern",
};

/** A row for each point of each curve. */
export function growthText(results: GrowthResults, form: "text" | "markdown"): string {
  const { points, rounds, requests, startedAt, environment } = results;
  const head = ["what grows", "size", `CPU ${form === "text" ? "us" : "µs"}/request`, "beside the first"];
  const rows = points.map(({ curve, size, cpu, ratio }) => [
    titles[curve],
    String(size),
    withRange(cpu, oneDigit),
    withRange(ratio, twoDigits),
  ]);
  const about = `${startedAt.slice(0, 10)}: median [min..max] of ${rounds} rounds of ${requests} requests a point, in one process, without sockets.`;
  const remarks = [...growthPromises(results).map(({ text }) => text), ...environmentLines(environment)];
  if (form === "text") return [about, "", ...aligned([head, ...rows]), "", ...remarks, ""].join("\n");
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rule = line(head.map((_, column) => (column === 0 ? "---" : "---:")));
  return [about, "", line(head), rule, ...rows.map(line), "", ...remarks.map((text) => `- ${text}`), ""].join(
    "\n",
  );
}

/** What was promised of the last point of each curve, and whether it was kept. */
export function growthPromises({
  points,
}: Pick<GrowthResults, "points">): readonly { readonly kept: boolean; readonly text: string }[] {
  return growthCurves.flatMap((curve) => {
    const last = lastOf(points, curve);
    if (last === undefined) return [];
    const kept = last.ratio.median <= growthPromise;
    const text = `promise for ${titles[curve]}: at ${last.size} at most ${twoDigits(growthPromise)} times the first: ${kept ? "kept" : "missed"}`;
    return [{ kept, text }];
  });
}

function lastOf(points: readonly GrowthPoint[], curve: GrowthCurve): GrowthPoint | undefined {
  return points.findLast((point) => point.curve === curve);
}
