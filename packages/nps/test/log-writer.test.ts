import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryLog, createVirtualClock } from "@sallyport/runtime";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  type AccountingRecord,
  accountingRow,
  encodeLogLine,
  type LogPeriod,
  LogRotation,
  type LogRow,
  localTimeIn,
  NpsEvent,
  radiusAttribute,
  ratReplyMessage,
  ratState,
  rcAccessChallenge,
  rcAccessReject,
  withFailureRule,
} from "../src/index.ts";
import { LogFiles, type LogFilesOptions, readLogFile } from "../src/node/index.ts";
import { callLog, createHarness, type HarnessOptions } from "./harness.ts";

const utc = localTimeIn("UTC");
const facts = { computer: "NPS1", localTime: utc };

/** `Name=value` of every attribute of the rows that a harness recorded. */
const shown = (records: readonly AccountingRecord[]): string[][] =>
  records.map((record) =>
    accountingRow(record, facts).attributes.map(({ name, value }) => `${name}=${value}`),
  );

describe("what is recorded", () => {
  it("NPS-91 of an Access-Request the incoming attributes, of its answer the outgoing ones", async () => {
    const { extension } = callLog();
    const module = extension({
      RadiusExtensionProcess2(ecb) {
        ecb.getResponse(2)?.add(radiusAttribute(ratReplyMessage, "welcome"));
        return 0;
      },
    });
    const harness = createHarness({ authorization: [module] });
    await harness.access({ "Calling-Station-Id": "00-11-22" });
    expect(shown(harness.records)).toEqual([
      [
        "User-Name=alice",
        "Calling-Station-Id=00-11-22",
        "Client-IP-Address=192.0.2.7",
        "Client-Vendor=0",
        "Client-Friendly-Name=lab",
        expect.stringMatching(/^Proxy-Policy-Name=./),
        "Provider-Type=1",
        "SAM-Account-Name=SALLYPORT\\alice",
        "Fully-Qualified-User-Name=SALLYPORT\\alice",
        expect.stringMatching(/^NP-Policy-Name=./),
        "Authentication-Type=1",
        "Packet-Type=1",
        "Reason-Code=0",
      ],
      expect.arrayContaining(["Reply-Message=welcome", "Packet-Type=2", "SAM-Account-Name=SALLYPORT\\alice"]),
    ]);
    expect(shown(harness.records)[1]).not.toContain("Calling-Station-Id=00-11-22");
  });

  it("NPS-91 accounting requests are recorded; a challenge is not, a reject is with its reason", async () => {
    const harness = createHarness();
    await harness.accounting({ "Acct-Session-Time": 60, "Event-Timestamp": 1_767_323_045 });
    await harness.access({ "User-Password": "wrong" });
    const rows = harness.records.map((record) => accountingRow(record, facts));
    expect(rows.map(({ packetTypeName, reason }) => `${packetTypeName} ${reason}`)).toEqual([
      "Accounting-Request 0",
      "Access-Request 0",
      "Access-Reject 16",
    ]);
    expect(rows[0]?.find("Acct-Session-Time")).toMatchObject({ type: "integer", value: 60 });
    expect(rows[0]?.find("Event-Timestamp")).toMatchObject({ type: "time", value: "2026-01-02T03:04:05" });
    const { extension } = callLog();
    const asking = createHarness({
      authentication: [
        extension({ RadiusExtensionProcess2: (ecb) => ecb.setResponseType(rcAccessChallenge) }),
      ],
    });
    await asking.access();
    expect(asking.records.map(({ packetType }) => packetType)).toEqual([1]);
  });

  it.each([
    [{ "User-Password": "wonderland" }, 1],
    [{ "CHAP-Password": new Uint8Array(17), "CHAP-Challenge": new Uint8Array(16) }, 2],
  ])("Authentication-Type of %j is %i (Table N-12)", async (credentials, type) => {
    const harness = createHarness();
    await harness.bare({ "User-Name": "alice", ...credentials });
    expect(harness.records[0]?.authenticationType).toBe(type);
  });

  it("Authentication-Type is 8 where an extension decided (Table N-12)", async () => {
    const { extension } = callLog();
    const module = extension({ RadiusExtensionProcess2: (ecb) => ecb.setResponseType(rcAccessReject) });
    const harness = createHarness({ authentication: [module] });
    await harness.access();
    expect(harness.records.map(({ authenticationType }) => authenticationType)).toEqual([8, 8]);
  });

  it("NPS-88 NPS-96 no password, key or State of a request is in a line of any format", async () => {
    const { extension } = callLog();
    const module = extension({
      RadiusExtensionProcess2(ecb) {
        const request = ecb.getRequest();
        request.add(radiusAttribute(277, "tell nobody"));
        request.add(radiusAttribute(ratState, "tell nobody"));
        return 0;
      },
    });
    const harness = createHarness({ authentication: [module] });
    await harness.access({
      "Tunnel-Password": "tell nobody",
      "MS-CHAP-Challenge": new TextEncoder().encode("tell nobody!!!!!"),
      "MS-RAS-Version": "MSRASV5.20",
    });
    await harness.bare({
      "User-Name": "alice",
      "EAP-Message": Buffer.from("\u0002\u0001\u0000\u0010\u0006tell nobody"),
      "Message-Authenticator": new Uint8Array(16),
    });
    expect(harness.records.length).toBeGreaterThan(0);
    for (const format of ["dts", "odbc", "ias"] as const) {
      const lines = harness.records
        .map((record) => encodeLogLine(accountingRow(record, facts), format))
        .join("\n");
      expect(lines).toContain("MSRASV5.20");
      expect(lines).not.toMatch(/wonderland|tell nobody|74656c6c206e6f626f6479/i);
      expect(lines).not.toContain(Buffer.from("wonderland").toString("hex"));
    }
  });
});

describe("LogRotation", () => {
  const rotation = (period: LogPeriod, now: number, timeZone = "UTC", maxBytes?: number) => {
    const clock = createVirtualClock({ now });
    return {
      clock,
      rotation: new LogRotation({ period, clock, localTime: localTimeIn(timeZone), maxBytes }),
    };
  };

  it.each([
    ["daily", ["IN260131.log", "IN260201.log"]],
    ["weekly", ["IN260105.log", "IN260201.log"]],
    ["monthly", ["IN2601.log", "IN2602.log"]],
    ["never", ["iaslog.log", "iaslog.log"]],
  ] as const)("NPS-93 %s over the end of a month", (period, names) => {
    const { clock, rotation: files } = rotation(period, Date.UTC(2026, 0, 31, 23, 59, 59, 999));
    const before = files.fileFor(100);
    clock.advance(1);
    expect([before, files.fileFor(100)]).toEqual(names);
  });

  it("NPS-93 the day begins at midnight of the server's time zone, in summer, too", () => {
    const { clock, rotation: files } = rotation("daily", Date.UTC(2026, 6, 1, 21, 59), "Europe/Vienna");
    expect(files.fileFor(1)).toBe("IN260701.log");
    clock.advance(60_000);
    expect(files.fileFor(1)).toBe("IN260702.log");
    const local = localTimeIn("Europe/Vienna");
    const springForward = Date.UTC(2026, 2, 29, 1);
    expect([local(springForward - 1) - springForward + 1, local(springForward) - springForward]).toEqual([
      3_600_000, 7_200_000,
    ]);
  });

  it("NPS-93 weeks begin on Sunday", () => {
    const names = [1, 3, 4, 10, 11, 31].map((day) =>
      rotation("weekly", Date.UTC(2026, 0, day)).rotation.fileFor(1),
    );
    expect(names).toEqual([1, 1, 2, 2, 3, 5].map((week) => `IN26010${week}.log`));
  });

  it("NPS-93 by size: 10 MB unless told otherwise, no record divided, going on with the newest file", () => {
    const { rotation: files } = rotation("size", 0);
    const mebibyte = 1_048_576;
    const named: string[] = [];
    for (let written = 0; written < 21; written += 1) {
      named.push(files.fileFor(mebibyte));
      files.wrote(mebibyte);
    }
    expect([named[9], named[10], named[19], named[20]]).toEqual([
      "iaslog0.log",
      "iaslog1.log",
      "iaslog1.log",
      "iaslog2.log",
    ]);
    const { rotation: small } = rotation("size", 0, "UTC", 10);
    small.adopt([
      { name: "iaslog2.log", size: 4 },
      { name: "iaslog10.log", size: 6 },
      { name: "IN2601.log", size: 1 },
      { name: "iaslog.log", size: 1 },
    ]);
    expect([small.fileFor(4), small.fileFor(5), small.fileFor(500)]).toEqual([
      "iaslog10.log",
      "iaslog11.log",
      "iaslog11.log",
    ]);
    expect(() => rotation("size", 0, "UTC", 0)).toThrow(RangeError);
  });
});

describe("LogFiles", () => {
  async function opened(options: Partial<LogFilesOptions> = {}, harness: HarnessOptions = {}) {
    const folder = options.folder ?? mkdtempSync(join(tmpdir(), "sallyport-log-files-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const clock = createVirtualClock({ now: Date.UTC(2026, 0, 31, 23, 59, 58) });
    const files = await LogFiles.open({ folder, clock, ...facts, ...options });
    onTestFinished(() => files.close());
    return { folder, clock, files, harness: createHarness({ clock, accountingLog: files, ...harness }) };
  }

  async function rowsOf(file: string): Promise<{ rows: LogRow[]; mistakes: number }> {
    const rows: LogRow[] = [];
    let mistakes = 0;
    for await (const batch of readLogFile(file)) {
      rows.push(...batch.rows);
      mistakes += batch.mistakeCount;
    }
    return { rows, mistakes };
  }

  it.each(["dts", "odbc", "ias"] as const)("NPS-92 what is written in %s is read again", async (format) => {
    const { folder, harness } = await opened({ format });
    expect((await harness.access()).answer).toBe("accept");
    expect((await harness.accounting()).answer).toBe("accounting-response");
    const { rows, mistakes } = await rowsOf(join(folder, "IN2601.log"));
    expect(mistakes).toBe(0);
    expect(
      rows.map((row) => `${row.packetTypeName} ${row.format} ${row.computer} ${row.localTimeText}`),
    ).toEqual(
      ["Access-Request", "Access-Accept", "Accounting-Request"].map(
        (name) => `${name} ${format} NPS1 2026-01-02T03:04:05.000`,
      ),
    );
    expect(rows[1]?.user).toBe("SALLYPORT\\alice");
    expect(statSync(join(folder, "IN2601.log")).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, "IN2601.log"), "utf8")).toMatch(/\r\n$/);
  });

  it("NPS-92 DTS XML is the default, and a file goes on in another format after a change", async () => {
    const { folder, harness, files } = await opened();
    await harness.accounting();
    await files.close();
    const again = await opened({ folder, format: "ias" });
    await again.harness.accounting();
    expect((await rowsOf(join(folder, "IN2601.log"))).rows.map(({ format }) => format)).toEqual([
      "dts",
      "ias",
    ]);
  });

  it("NPS-93 a record after midnight goes to the next file, with the server running", async () => {
    const { folder, harness, clock } = await opened({ period: "daily" });
    await harness.accounting();
    clock.advance(2_000);
    await harness.accounting();
    expect(readdirSync(folder)).toEqual(["IN260131.log", "IN260201.log"]);
    expect((await rowsOf(join(folder, "IN260201.log"))).rows).toHaveLength(1);
  });

  it("NPS-93 by size, many records at once: no file too long, none divided, none lost, none out of order", async () => {
    const { folder, harness, files } = await opened({ period: "size", maxBytes: 4_000, format: "odbc" });
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => harness.accounting({ "Acct-Session-Id": `s${index}` })),
    );
    expect(new Set(answers.map(({ answer }) => answer))).toEqual(new Set(["accounting-response"]));
    await files.close();
    const names = readdirSync(folder).sort(
      (a, b) => Number.parseInt(a.slice(6), 10) - Number.parseInt(b.slice(6), 10),
    );
    expect(names.length).toBeGreaterThan(4);
    const sessions: unknown[] = [];
    for (const name of names) {
      expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(4_000);
      const { rows, mistakes } = await rowsOf(join(folder, name));
      expect(mistakes).toBe(0);
      sessions.push(...rows.map((row) => row.find("Acct-Session-Id")?.value));
    }
    expect(sessions).toEqual(Array.from({ length: 100 }, (_, index) => `s${index}`));
    const again = await opened({ folder, period: "size", maxBytes: 4_000, format: "odbc" });
    await again.harness.accounting();
    expect(readdirSync(folder).length - names.length).toBeLessThanOrEqual(1);
    expect((await rowsOf(join(folder, "iaslog0.log"))).rows.at(0)?.find(44)?.value).toBe("s0");
  });

  it("a file that ends in the middle of a record is gone on with on a line of its own", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sallyport-log-files-"));
    writeFileSync(join(folder, "IN2601.log"), "10.0.0.1,al");
    const { harness } = await opened({ folder, format: "ias" });
    await harness.accounting();
    const read = await rowsOf(join(folder, "IN2601.log"));
    expect(read).toMatchObject({ rows: [{ user: "alice" }], mistakes: 1 });
  });

  it("a file or folder that somebody removes is made anew", async () => {
    const { folder, harness } = await opened();
    await harness.accounting();
    rmSync(join(folder, "IN2601.log"));
    await harness.accounting();
    expect((await rowsOf(join(folder, "IN2601.log"))).rows).toHaveLength(1);
    rmSync(folder, { recursive: true });
    await harness.accounting();
    expect((await rowsOf(join(folder, "IN2601.log"))).rows).toHaveLength(1);
  });

  it("without authentication only accounting is recorded, and Access-Requests do not wait for the disk", async () => {
    const { folder, harness } = await opened({ authentication: false });
    expect((await harness.access()).answer).toBe("accept");
    expect(readFileSync(join(folder, "IN2601.log"), "utf8")).toBe("");
  });

  it("what waits for the disk is bounded: further requests are discarded, reason 80", async () => {
    const { files, harness } = await opened();
    await harness.accounting();
    const record = harness.records[0];
    expect(record).toBeUndefined();
    const answers = await Promise.all(Array.from({ length: 10_020 }, () => harness.accounting()));
    expect(answers.filter(({ answer }) => answer === "silence")).toHaveLength(20);
    expect(harness.log.withId(NpsEvent.AccountingDiscarded)).toHaveLength(20);
    await files.close();
  });

  describe("the failure rule", () => {
    /** A log whose current file cannot be opened, because a folder has its name, until `heal`. */
    async function broken(onFailure: "discard" | "continue") {
      const { folder, clock, files } = await opened({ period: "daily" });
      const log = createMemoryLog();
      const obstacle = join(folder, "IN260201.log");
      clock.advance(2_000);
      mkdirSync(obstacle);
      const accountingLog = withFailureRule(files, { onFailure, clock, log });
      return {
        clock,
        log,
        file: obstacle,
        heal: () => rmSync(obstacle, { recursive: true }),
        harness: createHarness({ clock, log, accountingLog }),
      };
    }

    it("NPS-94 by default the server stops serving: requests are discarded, reason 80, until it can write again", async () => {
      const { harness, heal, file, log } = await broken("discard");
      expect(await harness.access()).toMatchObject({ answer: "silence", reason: 80 });
      expect(await harness.accounting()).toMatchObject({ answer: "silence", reason: 80 });
      expect(log.withId(NpsEvent.RequestDiscarded)).toHaveLength(1);
      heal();
      expect((await harness.access()).answer).toBe("accept");
      expect((await rowsOf(file)).rows).toHaveLength(2);
    });

    it("NPS-94 with `continue` requests are answered, and the loss is told once in ten seconds", async () => {
      const { harness, heal, clock, log, file } = await broken("continue");
      const told = (): string[] => log.withId(NpsEvent.ProcessingError).map(({ message }) => message);
      expect((await harness.access()).answer).toBe("accept");
      expect((await harness.accounting()).answer).toBe("accounting-response");
      expect(told()).toEqual([
        expect.stringMatching(/^the accounting log cannot be written, a record was lost: EISDIR/),
      ]);
      clock.advance(10_000);
      await harness.accounting();
      expect(told()[1]).toContain("3 records were lost");
      heal();
      await harness.accounting();
      expect(told()[2]).toBe("the accounting log is written again; 4 records were lost");
      expect((await rowsOf(file)).rows).toHaveLength(1);
    });

    it("NPS-94 with `continue` a log that fails at once is no obstacle either", async () => {
      const clock = createVirtualClock();
      const log = createMemoryLog();
      const failing = {
        recordsAuthentication: true,
        write: () => {
          throw new Error("disk full");
        },
      };
      const accountingLog = withFailureRule(failing, { onFailure: "continue", clock, log });
      expect((await createHarness({ accountingLog }).access()).answer).toBe("accept");
      expect(log.events).toHaveLength(1);
    });
  });
});
