import { describe, expect, it } from "vitest";
import { decodeIasLine, type LogRow, LogSummary, logFilter, logSummaryText, oneLine } from "../src/index.ts";

/** A row of an IAS log at a minute of 2026-06-04, or at another date. */
function row(packet: number, details: string, minute = 0, date = "06/04/2026"): LogRow {
  const hours = String(Math.floor(minute / 60)).padStart(2, "0");
  const time = `${hours}:${String(minute % 60).padStart(2, "0")}:00`;
  return decodeIasLine(`10.0.0.1,,${date},${time},IAS,NPS1,4136,${packet},${details}`);
}

function summed(rows: Iterable<LogRow>): LogSummary {
  const summary = new LogSummary();
  for (const one of rows) summary.add(one);
  return summary;
}

describe("LogSummary", () => {
  it("counts packets, answers, reasons, and who was rejected", () => {
    const { figures } = {
      figures: summed([
        row(1, "1,alice"),
        row(2, "4129,CORP\\alice,4142,0", 1),
        row(1, "1,bob", 2),
        row(3, "4129,CORP\\bob,4142,16,4128,vpn", 3),
        row(3, "4129,CORP\\bob,4142,48,4128,vpn", 4),
        row(3, "4129,CORP\\eve,4142,16,4128,wifi", 5),
        row(4, "40,1", 6),
      ]).figures(),
    };
    expect(figures).toMatchObject({ rows: 7, accepts: 1, rejects: 3, formats: { ias: 7, dts: 0, odbc: 0 } });
    expect(figures.packets.map(({ name, count }) => `${name} ${count}`)).toEqual([
      "Access-Reject 3",
      "Access-Request 2",
      "Access-Accept 1",
      "Accounting-Request 1",
    ]);
    expect(figures.reasons.map(({ code, count }) => [code, count])).toEqual([
      [16, 2],
      [48, 1],
    ]);
    expect(figures.reasons[1]?.text).toBe("No network policy matched the request.");
    expect(figures.rejectedUsers).toEqual([
      { name: "CORP\\bob", count: 2 },
      { name: "CORP\\eve", count: 1 },
    ]);
    expect(figures.rejectingClients[0]).toEqual({ name: "vpn", count: 2 });
    expect(figures.timeline).toMatchObject({
      width: 60_000,
      accepts: [1, 0, 0, 0, 0],
      rejects: [0, 0, 1, 1, 1],
    });
  });

  it("the chart shows accepts above rejects, with its scale and its times", () => {
    const rows = Array.from({ length: 120 }, (_, minute) => [
      ...Array.from({ length: minute % 10 }, () => row(2, "4142,0", minute)),
      ...(minute === 60 ? [row(3, "4142,16", minute)] : []),
    ]).flat();
    const text = logSummaryText(summed(rows).figures({ columns: 60 }));
    expect(text).toContain("a column is 2 minutes");
    const accepts = text.split("\n").filter((line) => line.includes("│"));
    expect(accepts).toHaveLength(5);
    expect(accepts[0]).toMatch(/^ {7}17 │/);
    expect(accepts[3]).toMatch(/accepts │[▁-█]/);
    expect(accepts[4]).toMatch(/rejects │ {30}▂ *$/);
    expect(text).toContain("2026-06-04 00:00");
    expect(text).toContain("2026-06-04 01:58");
    expect(text).toContain("reason 16  1  ");
  });

  it("years of minutes, and a million names, stay in bounded memory", () => {
    const summary = new LogSummary();
    let accepts = 0;
    for (let year = 2000; year < 2100; year += 1) {
      for (let month = 1; month <= 12; month += 1) {
        for (const minute of [0, 700, 1_400]) {
          const date = `${String(month).padStart(2, "0")}/1${minute % 7}/${year}`;
          summary.add(row(2, "4142,0", minute, date));
          summary.add(row(2, "4142,0", minute + 20, date));
          accepts += 2;
        }
      }
    }
    for (let user = 0; user < 50_000; user += 1) {
      summary.add(row(3, `1,user${user},4142,16`));
      if (user % 10 === 0) summary.add(row(3, "1,eve,4142,16"));
    }
    const figures = summary.figures({ columns: 60 });
    expect(figures.timeline?.accepts.length).toBeLessThanOrEqual(60);
    expect(figures.timeline?.accepts.reduce((a, b) => a + b)).toBe(accepts);
    expect(figures.approximate).toBe(true);
    expect(figures.rejectedUsers[0]).toEqual({ name: "eve", count: 5_000 });
    expect(logSummaryText(figures)).toContain("at least");
  });

  it("nothing is nothing", () => {
    expect(logSummaryText(new LogSummary().figures())).toBe("No rows.\n");
  });

  it("what strangers wrote into a log does not reach the terminal as control characters", () => {
    expect(oneLine("a\u001b[31mb\r\n\u202ec")).toBe("a\ufffd[31mb\ufffd\ufffd\ufffdc");
    const summary = summed([row(3, "1,0x1b5b41,4142,16")]);
    expect(logSummaryText(summary.figures())).not.toContain("\u001b");
  });
});

describe("logFilter", () => {
  const wanted = (key: string, pattern: string, not = false) => logFilter([{ key, pattern, not }]);

  it("finds a user under every form of the name", () => {
    const alice = wanted("user", "Alice");
    for (const details of [
      "1,alice",
      "4129,CORP\\ALICE",
      "1,alice@corp.example",
      "4130,corp.example/Users/alice",
    ]) {
      expect(alice(row(1, details))).toBe(true);
    }
    expect(alice(decodeIasLine("10.0.0.1,alice,06/04/2026,14:42:19,IAS,NPS1,4136,2"))).toBe(true);
    expect(alice(row(1, "1,malice"))).toBe(false);
    expect(wanted("user", "*li*")(row(1, "1,malice"))).toBe(true);
    expect(wanted("user", "corp\\*")(row(1, "4129,CORP\\bob"))).toBe(true);
  });

  it("finds packets, reasons, attributes and what is not so; all conditions must hold", () => {
    const reject = row(3, "1,alice,4142,16,31,00-11,4128,vpn,8,10.0.0.9,25,a,25,b");
    for (const [key, pattern] of [
      ["packet", "reject"],
      ["packet", "3"],
      ["packet", "Access-Reject"],
      ["reason", "16"],
      ["reason", "IAS_AUTH_FAILURE"],
      ["client", "VPN"],
      ["station", "00-*"],
      ["Framed-IP-Address", "10.0.0.9"],
      ["calling-station-id", "00-11"],
      ["Class", "b"],
      ["nas", "10.0.0.1"],
      ["computer", "nps1"],
      ["format", "ias"],
    ] as const) {
      expect(wanted(key, pattern)(reject), `${key}=${pattern}`).toBe(true);
      expect(wanted(key, pattern, true)(reject), `${key}!=${pattern}`).toBe(false);
    }
    expect(wanted("Framed-IP-Address", "10.0.0.?")(reject)).toBe(false);
    expect(wanted("packet", "accounting")(row(4, "40,1"))).toBe(true);
    const both = logFilter([
      { key: "user", pattern: "alice" },
      { key: "packet", pattern: "accept" },
    ]);
    expect(both(reject)).toBe(false);
  });
});
