import { describe, expect, it } from "vitest";
import { chart } from "../src/report/chart.ts";
import { halfOpenText } from "../src/report/half-open-text.ts";
import { rowOf } from "../src/report/results.ts";
import { markdownTable, textTable } from "../src/report/table.ts";
import { chapRow, measurement, papRow, resultsWith, rounds } from "./fixtures.ts";

const dirtyRow = rowOf(
  { name: "reject", title: "wrong password" },
  {
    FreeRADIUS: rounds([20, 1_000], [20, 1_000]),
    Sallyport: { kind: "served", rounds: [measurement(), measurement({ lost: 4 })] },
  },
);

describe("rowOf", () => {
  it("takes medians of each server, and ratios round by round", () => {
    expect(papRow.servers.Sallyport).toMatchObject({ kind: "served", cpu: { median: 11, min: 10, max: 12 } });
    expect(papRow.ratios).toEqual({
      cpu: { median: 0.5, min: 0.5, max: 0.5 },
      rps: { median: 2, min: 2, max: 2 },
    });
  });

  it("gives no ratio where one server does not serve the case", () => {
    expect(chapRow.ratios).toBeUndefined();
    expect(chapRow.servers.Sallyport).toEqual({ kind: "not served", reason: "no answer" });
  });

  it.each([
    ["kept", [17, 100], true],
    ["missed by CPU", [18, 100], false],
    ["missed by rate", [10, 99], false],
  ] as const)("knows a promise that is %s", (_, ours, kept) => {
    const outcomes = { FreeRADIUS: rounds([20, 100]), Sallyport: rounds(ours) };
    const row = rowOf({ name: "pap-ma", title: "PAP", pledge: { cpu: 0.85, rps: 1 } }, outcomes);
    expect(row.pledge?.kept).toBe(kept);
  });

  it("keeps a promise without a rate by CPU alone", () => {
    const outcomes = { FreeRADIUS: rounds([20, 100]), Sallyport: rounds([10, 1]) };
    expect(rowOf({ name: "accounting", title: "", pledge: { cpu: 0.8 } }, outcomes).pledge?.kept).toBe(true);
  });

  it("tells which round of which server was not clean", () => {
    expect(dirtyRow.complaints).toEqual(["Sallyport, round 2: 4 lost"]);
    expect(papRow.complaints).toEqual([]);
  });
});

describe("textTable", () => {
  const table = textTable(resultsWith(papRow, chapRow, dirtyRow));

  it("has a line for each server, and the ratio below", () => {
    expect(table).toMatch(
      /^pap-ma +FreeRADIUS +22\.0 \[20\.0\.\.24\.0\] +44\.0k \[40\.0k\.\.50\.0k\] +1000 +2000 +80$/m,
    );
    expect(table).toMatch(/^ +Sallyport +11\.0 \[10\.0\.\.12\.0\]/m);
    expect(table).toMatch(/^ +ratio +0\.50 \[0\.50\.\.0\.50\] +2\.00 \[2\.00\.\.2\.00\]$/m);
  });

  it("says what is not served, and why, instead of a number", () => {
    expect(table).toMatch(/^ +Sallyport +not served: no answer$/m);
  });

  it("says which figures do not count", () => {
    expect(table).toContain("reject DOES NOT COUNT: Sallyport, round 2: 4 lost");
  });

  it("ends with promise, ceiling and environment", () => {
    expect(table).toContain("promise for pap-ma: CPU at most 0.85, rps at least 1.00: kept");
    expect(table).toContain("ceiling: 500.0k requests/s");
    expect(table).toContain("Fast & Quiet <CPU>, 2 cores");
    expect(table).toContain("Sallyport 1.2.3 on Node 24.21.0; FreeRADIUS 3.2.1; cc 12.2.0");
  });

  it("names the server whose answers carry no Message-Authenticator", () => {
    const unsigned = { kind: "served", rounds: [measurement({ withSignature: 0 })] } as const;
    const row = rowOf({ name: "pap-ma", title: "" }, { FreeRADIUS: unsigned, Sallyport: rounds([1, 1]) });
    expect(textTable(resultsWith(row))).toContain("without Message-Authenticator: pap-ma (FreeRADIUS)");
    expect(table).not.toContain("without Message-Authenticator");
  });
});

describe("a case of EAP", () => {
  it("says how many requests a login takes", () => {
    const served = { kind: "served", rounds: [measurement({ sent: 10, packets: 20 })] } as const;
    const row = rowOf({ name: "eap-md5", title: "" }, { FreeRADIUS: served, Sallyport: served });
    expect(textTable(resultsWith(row))).toContain(
      "counted by the login, in RADIUS requests: eap-md5 2.0 (FreeRADIUS), 2.0 (Sallyport)",
    );
    expect(textTable(resultsWith(papRow))).not.toContain("by the login");
  });
});

describe("halfOpenText", () => {
  const results = {
    startedAt: "2026-11-21T10:11:12.000Z",
    environment: resultsWith().environment,
    conversations: 10_000,
    rate: 5_000,
    before: { rss: 100, live: 30 },
    after: { rss: 150, live: 62 },
    loaded: 200,
    growth: 50,
    allowance: 60,
    complaints: [],
  };

  it("tells what a conversation takes, and that the promise is kept", () => {
    const text = halfOpenText(results);
    expect(text).toContain("RSS: 100.0 MB before, 200.0 MB right after, 150.0 MB settled");
    expect(text).toContain("growth 50.0 MB, at most 60.0 MB: kept");
    expect(text).toContain("3200 octets a conversation");
    expect(text).toContain("the oldest go first");
  });

  it("tells what is not as it should be", () => {
    const text = halfOpenText({ ...results, growth: 60.1, complaints: ["conversation 3: Access-Accept"] });
    expect(text).toContain("growth 60.1 MB, at most 60.0 MB: MISSED");
    expect(text).toContain("NOT EVICTED IN ORDER: conversation 3: Access-Accept");
    expect(text).not.toContain("the oldest go first");
  });
});

describe("markdownTable", () => {
  const lines = markdownTable(resultsWith(papRow, chapRow)).split("\n");
  const rows = lines.filter((line) => line.startsWith("|"));

  it("has as many cells in every line", () => {
    expect(rows).toHaveLength(4);
    expect(new Set(rows.map((row) => row.split("|").length)).size).toBe(1);
  });

  it("shows the ratios in bold, and none where there is none", () => {
    expect(rows[2]).toContain("| **0.50 [0.50..0.50]** |");
    expect(rows[3]).toContain("| not served |  |");
  });
});

describe("chart", () => {
  const svg = chart(resultsWith(papRow, chapRow));
  const numbers = (name: string, text: string): number =>
    Number(new RegExp(` ${name}="([\\d.]+)"`).exec(text)?.[1]);

  it("is well-formed: every element is closed, every text escaped", () => {
    const open: string[] = [];
    for (const [, close, name = "", , empty] of svg.matchAll(
      /<(\/?)(\w+)((?:\s[\w-]+="[^"<]*")*)\s*(\/?)>/g,
    )) {
      if (close) expect(open.pop()).toBe(name);
      else if (!empty) open.push(name);
    }
    expect(open).toEqual([]);
    expect(svg.replace(/<\/?\w+(?:\s[\w-]+="[^"<]*")*\s*\/?>/g, "")).not.toMatch(
      /[<>]|&(?!amp;|lt;|gt;|quot;)/,
    );
    expect(svg).toContain("Fast &amp; Quiet &lt;CPU&gt;");
  });

  it("draws a bar half way to the line at 1.0 for a ratio of 0.5, and twice as far for 2.0", () => {
    const bars = [...svg.matchAll(/<rect [^>]*rx="2"[^>]*>/g)].map(([bar]) => bar);
    const equal = [...svg.matchAll(/<line [^>]*stroke="#b3261e"[^>]*>/g)].map(([line]) => line);
    expect(bars).toHaveLength(2);
    const parts = bars.map((bar, panel) => {
      const start = numbers("x", bar);
      return numbers("width", bar) / (numbers("x1", equal[panel] ?? "") - start);
    });
    expect(parts[0]).toBeCloseTo(0.5, 2);
    expect(parts[1]).toBeCloseTo(2, 2);
  });

  it("keeps everything inside the picture, however large a ratio is", () => {
    const far = rowOf(
      { name: "pap-ma", title: "" },
      { FreeRADIUS: rounds([10, 100]), Sallyport: rounds([173, 4_321]) },
    );
    const wide = chart(resultsWith(far));
    const width = numbers("width", wide);
    const ends = [...wide.matchAll(/ (?:x|x1|x2)="([\d.]+)"/g)].map(([, x]) => Number(x));
    expect(Math.max(...ends)).toBeLessThanOrEqual(width);
  });

  it("says in words what has no bar, and greys what does not count", () => {
    expect(svg.match(/not served by Sallyport/g)).toHaveLength(2);
    const spoiled = chart(resultsWith(dirtyRow));
    expect(spoiled.match(/wrong or lost replies/g)).toHaveLength(2);
    expect(spoiled).not.toContain('fill="#2f6f9f"');
  });
});
