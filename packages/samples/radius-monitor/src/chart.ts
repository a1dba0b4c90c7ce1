import type { Sample, ServerReport } from "./monitor.ts";

const bars = "▁▂▃▄▅▆▇█";

/** One character a sample, as high as the answer took long; `×` where there was none. */
export function sparkline(samples: readonly Sample[], width: number): string {
  const shown = samples.slice(-width);
  const slowest = Math.max(...shown.map((sample) => ("took" in sample ? sample.took : 0)), 1);
  return shown
    .map((sample) => {
      if ("lost" in sample) return "×";
      return bars[Math.min(bars.length - 1, Math.floor((sample.took / slowest) * bars.length))] ?? "";
    })
    .join("")
    .padStart(width, " ");
}

/** A line for each server, for a terminal that is so wide. */
export function chart(reports: readonly ServerReport[], columns = 80): string {
  const nameWidth = Math.max(...reports.map(({ name }) => name.length), 0);
  const width = Math.max(10, columns - nameWidth - 46);
  return reports.map((report) => line(report, nameWidth, width)).join("\n");
}

function line(
  { name, state, samples, availability, median, slowest }: ServerReport,
  nameWidth: number,
  width: number,
): string {
  const figures =
    median === undefined || slowest === undefined
      ? "no answer yet"
      : `${median.toFixed(1)} ms, at most ${slowest.toFixed(1)}`;
  const words = { up: "up     ", down: "DOWN   ", unknown: "?      " };
  return `${name.padEnd(nameWidth)} ${words[state]}${sparkline(samples, width)} ${`${Math.round(availability * 100)}%`.padStart(4)}  ${figures}`;
}
