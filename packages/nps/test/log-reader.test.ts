import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { type LogMistake, LogReader, type LogReaderOptions, type LogRow } from "../src/index.ts";
import { readLogFile } from "../src/node/index.ts";

const dts = (user: string): string =>
  `<Event><Timestamp data_type="4">05/19/2026 15:36:50.977</Timestamp><User-Name data_type="1">${user}</User-Name></Event>`;
const odbc = (user: string, date = "05/19/2026"): string =>
  `"NPS1","IAS",${date},15:36:50,1,"${user}"${",".repeat(60)}`;
const ias = (user: string): string => `10.0.0.1,${user},05/19/2026,15:36:50,IAS,NPS1,1,${user}`;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

interface Seen {
  readonly users: (string | undefined)[];
  readonly mistakes: string[];
  readonly rows: LogRow[];
  readonly count: number;
  readonly reader: LogReader;
}

/** What a reader makes of pieces, as users and as `line reason`. */
function seen(pieces: readonly (string | Uint8Array)[], options?: LogReaderOptions): Seen {
  const reader = new LogReader(options);
  const rows: LogRow[] = [];
  const mistakes: LogMistake[] = [];
  let count = 0;
  for (const batch of [
    ...pieces.map((one) => reader.read(typeof one === "string" ? bytes(one) : one)),
    reader.end(),
  ]) {
    rows.push(...batch.rows);
    mistakes.push(...batch.mistakes);
    count += batch.mistakeCount;
  }
  return {
    users: rows.map(({ user }) => user),
    mistakes: mistakes.map(({ line, reason }) => `${line} ${reason}`),
    rows,
    count,
    reader,
  };
}

describe("mixed and cut files", () => {
  it("NPS-92 one file may hold several formats after a change", () => {
    const text = [dts("a"), odbc("b"), ias("c"), "", odbc("d"), dts("e")].join("\r\n");
    const { users, mistakes, rows } = seen([text]);
    expect(users).toEqual(["a", "b", "c", "d", "e"]);
    expect(rows.map(({ format }) => format)).toEqual(["dts", "odbc", "ias", "odbc", "dts"]);
    expect(mistakes).toEqual([]);
  });

  it("where the pieces end does not matter", () => {
    const whole = bytes(`${dts("ä")}\r\n${odbc("b")}\n${ias("€")}\n${dts("d")}`);
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length), { maxLength: 12 }), (cuts) => {
        const ends = [...cuts, whole.length].sort((a, b) => a - b);
        const pieces = ends.map((end, index) => whole.subarray(ends[index - 1] ?? 0, end));
        expect(seen(pieces)).toMatchObject({ users: ["ä", "b", "€", "d"], mistakes: [] });
      }),
    );
  });

  it("lines are counted right through many of them, whatever stands in between", () => {
    const lines = Array.from({ length: 500 }, (_, index) =>
      bytes(`${odbc(`user${index + 1}`)}${index % 2 ? "\r\n" : "\n"}`),
    );
    lines[99] = Uint8Array.from([...bytes(odbc("J?rg")), 10]).map((octet) => (octet === 0x3f ? 0xf6 : octet));
    lines[199] = bytes("\n");
    lines[320] = bytes("noise\r\n");
    const whole = Buffer.concat(lines);
    for (const size of [whole.length, 10_000, 4_097, 333]) {
      const pieces = Array.from({ length: Math.ceil(whole.length / size) }, (_, index) =>
        whole.subarray(index * size, (index + 1) * size),
      );
      const { users, mistakes } = seen(pieces);
      expect(mistakes).toEqual(["321 not-a-record"]);
      const all = Array.from({ length: 500 }, (_, index) => (index === 99 ? "Jörg" : `user${index + 1}`));
      expect(users).toEqual(all.filter((_, index) => index !== 199 && index !== 320));
    }
  });

  it("pieces may be overwritten after they were taken", () => {
    const reader = new LogReader();
    const piece = bytes(odbc("alice"));
    const rows = [...reader.read(piece.subarray(0, 30)).rows];
    const second = piece.slice(30);
    piece.fill(0x20);
    rows.push(...reader.read(second).rows, ...reader.end().rows);
    expect(rows.map(({ user }) => user)).toEqual(["alice"]);
  });

  it("what is cut off at the end is told, and everything before it is there", () => {
    for (const line of [dts("b"), odbc("b"), ias("b")]) {
      const cut = line.slice(0, line.length - 30);
      const { users, mistakes } = seen([`${dts("a")}\r\n${cut}`]);
      expect(users[0]).toBe("a");
      expect(mistakes.length + users.length).toBe(2);
    }
    expect(seen([`${dts("a")}\n${dts("b").slice(0, 40)}`])).toMatchObject({
      users: ["a"],
      mistakes: ["2 truncated"],
    });
  });

  it("a record that goes on behind a cut one in the same line is read", () => {
    const { users, mistakes } = seen([
      `${dts("a")}\n${dts("b").slice(0, 50)}${dts("c")}\n${dts("d")}${dts("e")}\n`,
    ]);
    expect(users).toEqual(["a", "c", "d", "e"]);
    expect(mistakes).toEqual(["2 truncated"]);
  });

  it("what stands behind a record in its line is read, too", () => {
    const { users, mistakes } = seen([
      `${dts("a")}${odbc("b")}\n${dts("c")} \n${dts("d")}noise\n${dts("e")}`,
    ]);
    expect(users).toEqual(["a", "b", "c", "d", "e"]);
    expect(mistakes).toEqual(["3 not-a-record"]);
  });

  it("events over several lines are read; one that never ends costs itself only", () => {
    const pretty = dts("a").replaceAll("><", ">\n  <");
    const { users, mistakes } = seen([
      `${pretty}\n<Event>\n  <User-Name>lost</User-Name>\n${odbc("b")}\n  ${pretty}`,
    ]);
    expect(users).toEqual(["a", "b", "a"]);
    expect(mistakes).toEqual(["5 truncated"]);
  });
});

describe("files that are no logs", () => {
  it("binary content is mistakes, not rows, and is bounded", () => {
    const noise = Uint8Array.from(
      { length: 300_000 },
      (_, index) => (Math.imul(index, 2_654_435_761) >>> 13) & 0xff,
    );
    const { users, count, mistakes } = seen([bytes(`${odbc("a")}\n`), noise, bytes(`\n${odbc("b")}\n`)]);
    expect(users).toEqual(["a", "b"]);
    expect(count).toBeGreaterThan(500);
    expect(mistakes.length).toBeLessThanOrEqual(300);
  });

  it("a line without end does not fill the memory", () => {
    const piece = new Uint8Array(1_000).fill(0x61);
    const pieces = [...Array.from({ length: 50 }, () => piece), bytes(`\n${odbc("a")}`)];
    expect(seen(pieces, { longestLine: 5_000 })).toMatchObject({
      users: ["a"],
      mistakes: ["1 too-long"],
      count: 1,
    });
    const event = `<Event>\n${`${"<a>".repeat(100)}\n`.repeat(50)}`;
    expect(seen([event, odbc("b")], { longestLine: 5_000 }).mistakes[0]).toBe("1 too-long");
    expect(() => new LogReader({ longestLine: 0 })).toThrow(RangeError);
  });

  it("any octets are rows or mistakes", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (pieces) => {
        const lines = pieces.flatMap((piece) => [...piece]).filter((octet) => octet === 10).length + 1;
        expect(seen(pieces).count).toBeLessThanOrEqual(lines * 20);
      }),
    );
  });
});

describe("encodings", () => {
  const wide = (text: string, littleEndian: boolean): Uint8Array => {
    const octets = new Uint8Array(text.length * 2);
    const view = new DataView(octets.buffer);
    for (let at = 0; at < text.length; at += 1) view.setUint16(at * 2, text.charCodeAt(at), littleEndian);
    return octets;
  };

  it("UTF-8 with a mark, also in the middle of joined files", () => {
    expect(seen([`\ufeff${dts("ä")}\n\ufeff${odbc("ö")}\n\ufeff${ias("ü")}`]).users).toEqual(["ä", "ö", "ü"]);
  });

  it.each([true, false])("UTF-16, little-endian %s, with and without its mark", (littleEndian) => {
    const whole = wide(`${dts("ä")}\r\n${odbc("€")}\r\n`, littleEndian);
    expect(seen([whole.subarray(0, 101), whole.subarray(101)]).users).toEqual(["ä", "€"]);
    expect(seen([wide(`\ufeff${dts("ä")}\r\n`, littleEndian)]).users).toEqual(["ä"]);
  });

  it("lines that are not UTF-8 are read in the other encoding", () => {
    const line = bytes(odbc("?"));
    const at = line.indexOf(0x3f);
    line[at] = 0xe4;
    expect(seen([line]).users).toEqual(["ä"]);
    expect(seen([line], { fallbackEncoding: "windows-1251" }).users).toEqual(["д"]);
    expect(() => new LogReader({ fallbackEncoding: "klingon" })).toThrow(RangeError);
  });
});

describe("dates of another culture", () => {
  const times = (dates: readonly string[], options?: LogReaderOptions): string[] =>
    seen([dates.map((date) => odbc("a", date)).join("\n")], options).rows.map(({ localTimeText }) =>
      localTimeText.slice(0, 10),
    );

  it("NPS-95 the month comes first", () => {
    expect(times(["03/04/2026", "3/4/2026", "12/31/2026"])).toEqual([
      "2026-03-04",
      "2026-03-04",
      "2026-12-31",
    ]);
  });

  it("dates with dots are day first, and ISO dates are what they are", () => {
    expect(times(["19.05.2026", "03.04.2026", "2026-05-19", "2026/05/19"])).toEqual([
      "2026-05-19",
      "2026-04-03",
      "2026-05-19",
      "2026-05-19",
    ]);
  });

  it("what can only be day first is read so, and counted as a sign that the rest was misread", () => {
    const lines = ["19/05/2026", "03/04/2026"].map((date) => odbc("a", date)).join("\n");
    const { rows, reader } = seen([lines]);
    expect(rows.map(({ localTimeText }) => localTimeText.slice(0, 10))).toEqual(["2026-05-19", "2026-03-04"]);
    expect(reader.datesInOtherOrder).toBe(1);
    expect(times(["19/05/2026", "03/04/2026"], { dates: "day-first" })).toEqual(["2026-05-19", "2026-04-03"]);
  });

  it("days that do not exist, and years without NPS, are mistakes", () => {
    const dates = [
      "02/30/2026",
      "00/10/2026",
      "13/13/2026",
      "02/29/2024",
      "01/01/1789",
      "aa/bb/cccc",
      "1/2/26",
    ];
    expect(seen([dates.map((date) => odbc("a", date)).join("\n")])).toMatchObject({
      users: ["a"],
      mistakes: ["1 date", "2 date", "3 date", "5 date", "6 date", "7 date"],
    });
  });
});

describe("readLogFile", () => {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-logs-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("reads a file of many pieces, in order", async () => {
    const file = join(folder, "IN2605.log");
    writeFileSync(file, Array.from({ length: 6_000 }, (_, index) => `${odbc(`user${index}`)}\r\n`).join(""));
    const users: (string | undefined)[] = [];
    let batches = 0;
    for await (const { rows } of readLogFile(file)) {
      batches += 1;
      users.push(...rows.map(({ user }) => user));
    }
    expect(batches).toBeGreaterThan(2);
    expect(users).toEqual(Array.from({ length: 6_000 }, (_, index) => `user${index}`));
  });

  it("fails with the system's error for a file that is not there, and reads streams", async () => {
    await expect(readLogFile(join(folder, "IN9999.log")).next()).rejects.toMatchObject({ code: "ENOENT" });
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield bytes(odbc("alice"));
    }
    const users: (string | undefined)[] = [];
    for await (const { rows } of readLogFile(pieces())) users.push(...rows.map(({ user }) => user));
    expect(users).toEqual(["alice"]);
  });
});
