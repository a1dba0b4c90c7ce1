import { environmentLines } from "../environment.ts";
import { serverNames } from "../servers/bench-server.ts";
import { oneDigit, pledgeText, thousands, twoDigits, whole, withRange } from "./figures.ts";
import type { Figures, Results, Row } from "./results.ts";

/** The results for a terminal. */
export function textTable(results: Results): string {
  const head = ["case", "server", "CPU us/request", "requests/s", "p50 us", "p99 us", "RSS MiB"];
  const lines = results.rows.flatMap((row) => [
    ...serverNames.map((name) => {
      const server = row.servers[name];
      const title = name === serverNames[0] ? row.case : "";
      if (server.kind === "not served") return [title, name, `not served: ${server.reason}`];
      return [title, name, ...figureCells(server)];
    }),
    ...(row.ratios === undefined
      ? []
      : [["", "ratio", withRange(row.ratios.cpu, twoDigits), withRange(row.ratios.rps, twoDigits)]]),
  ]);
  return [
    ...intro(results),
    "",
    ...aligned([head, ...lines]),
    "",
    ...remarks(results),
    ...environmentLines(results.environment),
    "",
  ].join("\n");
}

/** The results for a README. */
export function markdownTable(results: Results): string {
  const head = [
    "case",
    "CPU µs/request: FreeRADIUS",
    "Sallyport",
    "ratio",
    "requests/s: FreeRADIUS",
    "Sallyport",
    "ratio",
    "p50 / p99 µs: FreeRADIUS",
    "Sallyport",
    "RSS MiB: FreeRADIUS",
    "Sallyport",
  ];
  const lines = results.rows.map((row) => [
    `${row.case}: ${row.title}`,
    ...pair(row, (figures) => withRange(figures.cpu, oneDigit)),
    row.ratios === undefined ? "" : `**${withRange(row.ratios.cpu, twoDigits)}**`,
    ...pair(row, (figures) => withRange(figures.rps, thousands)),
    row.ratios === undefined ? "" : `**${withRange(row.ratios.rps, twoDigits)}**`,
    ...pair(row, (figures) => `${whole(figures.p50.median)} / ${whole(figures.p99.median)}`),
    ...pair(row, (figures) => whole(figures.rss.median)),
  ]);
  const rows = [head, head.map((_, column) => (column === 0 ? "---" : "---:")), ...lines];
  return [
    ...intro(results),
    "",
    ...rows.map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`),
    "",
    ...[...remarks(results), ...environmentLines(results.environment)].map((line) => `- ${line}`),
    "",
  ].join("\n");
}

function intro({ rounds, seconds, sourcePorts, outstanding, startedAt }: Results): string[] {
  const length = `${rounds} alternating round${rounds === 1 ? "" : "s"} of ${seconds} s`;
  return [
    `${startedAt.slice(0, 10)}: median [min..max] of ${length}; ${sourcePorts} source ports, ${outstanding} outstanding; every reply verified.`,
  ];
}

function remarks({ rows, ceiling }: Results): string[] {
  const pledges = rows.flatMap(({ case: name, pledge }) =>
    pledge === undefined ? [] : [`promise for ${name}: ${pledgeText(pledge)}`],
  );
  const complaints = rows.flatMap(({ case: name, complaints }) =>
    complaints.map((text) => `${name} DOES NOT COUNT: ${text}`),
  );
  // Nothing asks for the attribute in an Accounting-Response.
  const access = rows.filter((row) => row.case !== "accounting");
  const signatures = access.flatMap(({ case: name, servers }) => {
    const without = serverNames.filter((server) => {
      const result = servers[server];
      return result.kind === "served" && !result.signed;
    });
    return without.length === 0 ? [] : [`${name} (${without.join(", ")})`];
  });
  return [
    ...complaints,
    ...pledges,
    ...loginRemarks(rows),
    ...(signatures.length === 0 ? [] : [`replies without Message-Authenticator: ${signatures.join(", ")}`]),
    `generator's ceiling: ${thousands(ceiling.rps)} requests/s against the answering side of the same C program ` +
      `(${oneDigit(ceiling.generatorCpu)} us CPU per request for the generator, ${oneDigit(ceiling.responderCpu)} us for the responder)`,
  ];
}

/** Rows that count whole logins say so, and how many requests each took. */
function loginRemarks(rows: readonly Row[]): string[] {
  const logins = rows.flatMap(({ case: name, servers }) => {
    const counts = serverNames.flatMap((server) => {
      const result = servers[server];
      return result.kind === "served" && result.requests > 1
        ? [`${oneDigit(result.requests)} (${server})`]
        : [];
    });
    return counts.length === 0 ? [] : [`${name} ${counts.join(", ")}`];
  });
  return logins.length === 0 ? [] : [`counted by the login, in RADIUS requests: ${logins.join("; ")}`];
}

function figureCells(figures: Figures): string[] {
  return [
    withRange(figures.cpu, oneDigit),
    withRange(figures.rps, thousands),
    whole(figures.p50.median),
    whole(figures.p99.median),
    whole(figures.rss.median),
  ];
}

function pair(row: Row, cell: (figures: Figures) => string): string[] {
  return serverNames.map((name) => {
    const server = row.servers[name];
    return server.kind === "served" ? cell(server) : "not served";
  });
}

/** Columns as wide as their widest cell, two spaces apart; a line's last cell may be longer. */
export function aligned(lines: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const line of lines) {
    for (const [column, cell] of line.entries()) {
      if (column < line.length - 1 || line.length === lines[0]?.length)
        widths[column] = Math.max(widths[column] ?? 0, cell.length);
    }
  }
  return lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
