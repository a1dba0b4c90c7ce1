import { describe, expect, it } from "vitest";
import { processorTime } from "../src/tls/processor-time.ts";
import type { TlsResults, TlsRow } from "../src/tls/run-tls.ts";
import { tlsText } from "../src/tls/tls-table.ts";
import { environment } from "./fixtures.ts";

const spread = (median: number) => ({ median, min: median, max: median });

const row = (version: "1.2" | "1.3", ratio: number, resumed: number | undefined): TlsRow => ({
  case: "eap-peap",
  title: "PEAP",
  version,
  servers: {
    FreeRADIUS: { full: spread(1_000), resumed: undefined, p50: 4, rounds: 10 },
    Sallyport: {
      full: spread(1_000 * ratio),
      resumed: resumed === undefined ? undefined : spread(resumed),
      p50: 5,
      rounds: 9,
    },
  },
  ratio: spread(ratio),
  isCpuKept: ratio <= 0.9,
  resumedShare: resumed === undefined ? undefined : spread(resumed / (1_000 * ratio)),
  isResumedKept: resumed !== undefined,
});

const results: TlsResults = {
  startedAt: "2026-11-21T12:00:00.000Z",
  environment,
  rounds: 5,
  logins: 300,
  warmUp: { FreeRADIUS: 300, Sallyport: 3_000 },
  peersAtOnce: 4,
  workers: "default",
  rows: [row("1.2", 0.8, 300), row("1.3", 1.2, undefined)],
  papBesideTls: undefined,
};

describe("tlsText", () => {
  it("tells who missed which promise", () => {
    const text = tlsText(results, "text");
    expect(text).toContain("promise for CPU: at most 0.90 of FreeRADIUS's: missed by eap-peap TLS 1.3\n");
    expect(text).toContain(
      "promise for resumed logins: at most 0.50 of a full one: missed by eap-peap TLS 1.3\n",
    );
    expect(tlsText({ ...results, rows: [row("1.2", 0.8, 300)] }, "text")).toContain("FreeRADIUS's: kept\n");
  });

  it("says of a server that it does not resume, in Markdown, too", () => {
    expect(tlsText(results, "markdown")).toMatch(
      /\| PEAP \| 1\.2 \| .*not resumed \| 300 \| 0\.38 .*\| kept \|/,
    );
  });
});

describe("processorTime", () => {
  it("counts what a process computes, in microseconds", () => {
    const before = processorTime(process.pid);
    const used = process.cpuUsage();
    // A clock of hundredths of a second has to move: a tenth is spent.
    while (process.cpuUsage(used).user < 100_000);
    const counted = processorTime(process.pid) - before;
    const { user, system } = process.cpuUsage(used);
    expect(Math.abs(counted - user - system)).toBeLessThan(60_000);
  });
});
