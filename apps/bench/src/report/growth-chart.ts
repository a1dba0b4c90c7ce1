import { type GrowthCurve, type GrowthPoint, type GrowthResults, growthCurves } from "../growth.ts";
import { oneDigit } from "./figures.ts";
import { line, round, text } from "./svg.ts";

const width = 960;
const height = 400;
const top = 70;
const bottom = 340;
const panelWidth = 360;

const colours: Readonly<Record<GrowthCurve, string>> = {
  clients: "#2f6f9f",
  client: "#2f6f9f",
  attribute: "#3f8f5f",
  group: "#8f5f2f",
  hours: "#7f4f9f",
  network: "#b3761e",
  pattern: "#5a6472",
};

/** Draws the curves as an SVG document: cost beside the first point, with a line at what is promised. */
export function growthChart(results: GrowthResults): string {
  const { points, environment, rounds } = results;
  const policies = growthCurves.filter((curve) => curve !== "clients");
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, 'DejaVu Sans', sans-serif" font-size="13" fill="#1c2430" role="img" aria-label="Cost of a request as the settings grow">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...panel("RADIUS clients", 60, points, ["clients"]),
    ...panel("Policies with one condition each", 540, points, policies),
    text(
      12,
      height - 12,
      `CPU per request beside the first point; ${environment.cpu}, Node ${environment.node}; median of ${rounds} rounds`,
      'font-size="11" fill="#5a6472"',
    ),
    "</svg>",
    "",
  ].join("\n");
}

function panel(
  title: string,
  left: number,
  points: readonly GrowthPoint[],
  curves: readonly GrowthCurve[],
): string[] {
  const own = points.filter(({ curve }) => curves.includes(curve));
  const sizes = [...new Set(own.map(({ size }) => size))].sort((a, b) => a - b);
  const [smallest = 1] = sizes;
  const largest = sizes.at(-1) ?? 1;
  const end = Math.max(1.5, Math.ceil(Math.max(...own.map(({ ratio }) => ratio.median)) * 2) / 2);
  const x = (size: number): number =>
    round(left + (Math.log(size / smallest) / Math.log(largest / smallest || Math.E)) * panelWidth);
  const y = (ratio: number): number => round(bottom - (ratio / end) * (bottom - top));
  const ticks = Array.from({ length: Math.round(end * 2) + 1 }, (_, index) => index / 2);
  return [
    text(left, 30, title, 'font-size="15" font-weight="600"'),
    ...ticks.flatMap((tick) => [
      line(left, y(tick), left + panelWidth, y(tick), "#e3e7ec", 1),
      text(left - 8, y(tick) + 4, oneDigit(tick), 'text-anchor="end" font-size="11" fill="#5a6472"'),
    ]),
    ...sizes.map((size) =>
      text(x(size), bottom + 18, String(size), 'text-anchor="middle" font-size="11" fill="#5a6472"'),
    ),
    line(left, y(1.3), left + panelWidth, y(1.3), "#b3261e", 1.5),
    text(left + 4, y(1.3) - 5, "1.3, the promise", 'font-size="11" fill="#b3261e"'),
    ...curves.flatMap((curve, index) => [
      `<polyline fill="none" stroke="${colours[curve]}" stroke-width="2" points="${own
        .filter((point) => point.curve === curve)
        .map(({ size, ratio }) => `${x(size)},${y(ratio.median)}`)
        .join(" ")}"/>`,
      ...(curves.length > 1
        ? [
            text(
              left + index * 66,
              52,
              curve,
              `font-size="12" font-weight="600" style="fill:${colours[curve]}"`,
            ),
          ]
        : []),
    ]),
  ];
}
