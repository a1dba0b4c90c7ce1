import { environmentLines } from "../environment.ts";
import { oneDigit, twoDigits, whole, withRange } from "../report/figures.ts";
import { aligned } from "../report/table.ts";
import type { TlsResults, TlsRow } from "./run-tls.ts";
import { tlsPledges } from "./tls-cases.ts";

/** The results for a terminal, or for a README. */
export function tlsText(results: TlsResults, form: "text" | "markdown"): string {
  const head = [
    "login",
    "TLS",
    "CPU us, full: FreeRADIUS",
    "Sallyport",
    "ratio",
    "resumed: FreeRADIUS",
    "Sallyport",
    "of its full one",
    "requests: FreeRADIUS",
    "Sallyport",
    "p50 ms: FreeRADIUS",
    "Sallyport",
    "",
  ];
  const lines = results.rows.map(rowCells);
  const markdown = [head, head.map((_, column) => (column < 2 ? "---" : "---:")), ...lines];
  const table =
    form === "text" ? aligned([head, ...lines]) : markdown.map((cells) => `| ${cells.join(" | ")} |`);
  const remarks = [...papLines(results), ...promiseLines(results), ...environmentLines(results.environment)];
  return [
    `${results.startedAt.slice(0, 10)}: median [min..max] of ${results.rounds} alternating rounds of ${results.logins} logins, ` +
      `${results.peersAtOnce} at a time, after ${results.warmUp.Sallyport} (FreeRADIUS: ${results.warmUp.FreeRADIUS}) that do not count; workers: ${results.workers}`,
    "",
    ...table,
    "",
    ...remarks.map((line) => (form === "text" ? line : `- ${line}`)),
    "",
  ].join("\n");
}

function rowCells(row: TlsRow): string[] {
  const { FreeRADIUS: theirs, Sallyport: ours } = row.servers;
  const kept = row.isCpuKept && row.isResumedKept;
  return [
    row.title,
    row.version,
    withRange(theirs.full, whole),
    withRange(ours.full, whole),
    withRange(row.ratio, twoDigits),
    theirs.resumed === undefined ? "not resumed" : whole(theirs.resumed.median),
    ours.resumed === undefined ? "not resumed" : whole(ours.resumed.median),
    row.resumedShare === undefined ? "" : withRange(row.resumedShare, twoDigits),
    whole(theirs.rounds),
    whole(ours.rounds),
    oneDigit(theirs.p50),
    oneDigit(ours.p50),
    kept ? "kept" : row.isCpuKept || row.isResumedKept ? "one of two missed" : "missed",
  ];
}

function papLines({ papBesideTls }: TlsResults): string[] {
  if (papBesideTls === undefined) return [];
  const { servers, papRate, isKept } = papBesideTls;
  const lines = Object.entries(servers).map(
    ([name, { alone, beside, ratio, loginRate }]) =>
      `p99 of ${papRate} PAP/s at ${name}: ${withRange(alone, whole)} us alone, ${withRange(beside, whole)} us beside ` +
      `${whole(loginRate.median)} EAP-TLS logins/s (RSA-2048, TLS 1.2): ${withRange(ratio, oneDigit)} times`,
  );
  return [
    ...lines,
    `promise for PAP beside EAP-TLS: p99 at most ${tlsPledges.papLatency} times: ${word(isKept)}`,
  ];
}

function promiseLines({ rows }: TlsResults): string[] {
  const name = ({ case: test, version }: TlsRow): string => `${test} TLS ${version}`;
  const tell = (what: string, missed: readonly TlsRow[]): string =>
    `${what}: ${missed.length === 0 ? "kept" : `missed by ${missed.map(name).join(", ")}`}`;
  return [
    tell(
      `promise for CPU: at most ${twoDigits(tlsPledges.cpu)} of FreeRADIUS's`,
      rows.filter((row) => !row.isCpuKept),
    ),
    tell(
      `promise for resumed logins: at most ${twoDigits(tlsPledges.resumed)} of a full one`,
      rows.filter((row) => !row.isResumedKept),
    ),
  ];
}

function word(kept: boolean): string {
  return kept ? "kept" : "missed";
}
