import type { ServerName } from "../servers/bench-server.ts";
import type { Spread } from "../statistics.ts";
import { oneDigit, thousands, twoDigits } from "./figures.ts";
import type { Figures, Results, Row } from "./results.ts";
import { line, round, text } from "./svg.ts";

const width = 960;
const rowHeight = 48;
const top = 84;
const left = 150;
const panelWidth = 350;
const gap = 80;
const barHeight = 18;

/** One half of the picture: a ratio for each case. */
interface Panel {
  readonly title: string;
  readonly hint: string;
  readonly colour: string;
  readonly x: number;
  readonly ratio: (ratios: NonNullable<Row["ratios"]>) => Spread;
  readonly figure: (figures: Figures) => string;
}

const panels: readonly Panel[] = [
  {
    title: "CPU per request",
    hint: "Sallyport / FreeRADIUS; shorter is better",
    colour: "#2f6f9f",
    x: left,
    ratio: ({ cpu }) => cpu,
    figure: ({ cpu }) => `${oneDigit(cpu.median)} us`,
  },
  {
    title: "Requests per second",
    hint: "Sallyport / FreeRADIUS; longer is better",
    colour: "#3f8f5f",
    x: left + panelWidth + gap,
    ratio: ({ rps }) => rps,
    figure: ({ rps }) => `${thousands(rps.median)}/s`,
  },
];

/** Draws the ratios of all cases as bars, with a line where both servers are equal, as an SVG document. */
export function chart(results: Results): string {
  const { rows, rounds, seconds, environment } = results;
  const height = top + rows.length * rowHeight + 56;
  const bottom = top + rows.length * rowHeight;
  const versions = `FreeRADIUS ${environment.freeRadius}, Sallyport ${environment.sallyport} on Node ${environment.node}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, 'DejaVu Sans', sans-serif" font-size="13" fill="#1c2430" role="img" aria-label="Sallyport beside FreeRADIUS">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...rows.map((row, index) =>
      text(12, top + index * rowHeight + rowHeight / 2 + 5, row.case, 'font-weight="600"'),
    ),
    ...panels.flatMap((panel) => drawPanel(panel, rows, bottom)),
    text(
      12,
      height - 14,
      `${versions}; ${environment.cpu}; median of ${rounds} x ${seconds} s, thin line: min..max`,
      'font-size="11" fill="#5a6472"',
    ),
    "</svg>",
    "",
  ].join("\n");
}

function drawPanel(panel: Panel, rows: readonly Row[], bottom: number): string[] {
  const largest = Math.max(1, ...rows.flatMap((row) => (row.ratios ? [panel.ratio(row.ratios).max] : [])));
  const step = largest > 6 ? 2 : largest > 3 ? 1 : largest > 1.5 ? 0.5 : 0.25;
  const ticks = Array.from({ length: Math.floor(largest / step) + 2 }, (_, index) => index * step);
  const end = ticks.at(-1) ?? 1;
  const x = (value: number): number => round(panel.x + (value / end) * panelWidth);
  return [
    text(panel.x, 28, panel.title, 'font-size="15" font-weight="600"'),
    text(panel.x, 48, panel.hint, 'fill="#5a6472"'),
    ...ticks.flatMap((tick) => [
      line(x(tick), top - 8, x(tick), bottom, "#e3e7ec", 1),
      text(
        x(tick),
        top - 14,
        tick.toFixed(step < 0.5 ? 2 : 1),
        'text-anchor="middle" font-size="11" fill="#5a6472"',
      ),
    ]),
    ...rows.flatMap((row, index) => drawBar(panel, row, top + index * rowHeight, x)),
    line(x(1), top - 8, x(1), bottom + 6, "#b3261e", 2),
    text(x(1), bottom + 20, "FreeRADIUS = 1.0", 'text-anchor="middle" font-size="11" fill="#b3261e"'),
  ];
}

function drawBar(panel: Panel, row: Row, y: number, x: (value: number) => number): string[] {
  const { FreeRADIUS: theirs, Sallyport: ours } = row.servers;
  if (row.ratios === undefined || theirs.kind !== "served" || ours.kind !== "served") {
    const absent: readonly ServerName[] = (["FreeRADIUS", "Sallyport"] as const).filter(
      (name) => row.servers[name].kind === "not served",
    );
    return [
      text(
        panel.x + 6,
        y + 28,
        `not served by ${absent.join(" and ")}`,
        'fill="#8a93a0" font-style="italic"',
      ),
    ];
  }
  const { median, min, max } = panel.ratio(row.ratios);
  const spoiled = row.complaints.length > 0;
  const middle = y + 6 + barHeight / 2;
  const label = `${twoDigits(median)} (${panel.figure(ours)} / ${panel.figure(theirs)})${spoiled ? ", wrong or lost replies" : ""}`;
  return [
    `<rect x="${x(0)}" y="${y + 6}" width="${round(x(median) - x(0))}" height="${barHeight}" rx="2" fill="${spoiled ? "#c9ced6" : panel.colour}"/>`,
    line(x(min), middle, x(max), middle, "#1c2430", 1.5),
    line(x(min), middle - 4, x(min), middle + 4, "#1c2430", 1.5),
    line(x(max), middle - 4, x(max), middle + 4, "#1c2430", 1.5),
    text(panel.x + 2, y + barHeight + 19, label, 'font-size="11" fill="#39424f"'),
  ];
}
