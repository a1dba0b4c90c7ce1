import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeDtsLine,
  decodeIasLine,
  decodeLogLine,
  decodeOdbcLine,
  encodeDtsLine,
  encodeIasLine,
  encodeLogLine,
  encodeOdbcLine,
  type LogAttribute,
  LogLineError,
  LogRow,
  logAttributeId,
  logAttributeKind,
  logFormatOf,
  odbcColumns,
} from "../src/index.ts";

const attribute = (id: number, value: number | string, type: LogAttribute["type"]): LogAttribute => ({
  id,
  name: logAttributeKind(id).name,
  type,
  value,
});

const at = Date.UTC(2026, 10, 21, 16, 42, 13);

function rowOf(attributes: readonly LogAttribute[], parts: Partial<LogRow> = {}): LogRow {
  return new LogRow({ format: "dts", localTime: at, computer: "NPS1", service: "IAS", attributes, ...parts });
}

/** Values as `Name=value`, in order. */
const shown = (row: LogRow): string[] => row.attributes.map(({ name, value }) => `${name}=${value}`);

const reasonOf = (decode: () => unknown): { reason: string; offset: number } => {
  try {
    decode();
  } catch (error) {
    if (error instanceof LogLineError) return { reason: error.reason, offset: error.offset };
    throw error;
  }
  return { reason: "none", offset: -1 };
};

describe("the format of a line", () => {
  it("NPS-92 the format is found for each line", () => {
    expect(logFormatOf("<Event><Timestamp>")).toBe("dts");
    expect(logFormatOf('"NPS1","IAS",03/07/2026,13:04:33,1,"alice"')).toBe("odbc");
    expect(logFormatOf("10.0.0.1,alice,06/04/2026,14:42:19,IAS,NPS1,4136,1")).toBe("ias");
    expect(logFormatOf("2001:db8::1,,06/04/2026,14:42:19,IAS,NPS1")).toBe("ias");
    for (const other of ["", "Event", "<Eventually>", "a,b,c,d,e,f", "\0\0\0", '"', "{}"]) {
      expect(logFormatOf(other)).toBeUndefined();
    }
    expect(reasonOf(() => decodeLogLine("no record"))).toEqual({ reason: "not-a-record", offset: 0 });
  });

  it("NPS-92 each format is read as itself by decodeLogLine", () => {
    const row = rowOf([attribute(1, "alice", "text"), attribute(4136, 3, "integer")]);
    for (const format of ["dts", "odbc", "ias"] as const) {
      const read = decodeLogLine(encodeLogLine(row, format));
      expect(read).toMatchObject({ format, user: "alice", packetType: 3, localTime: at, computer: "NPS1" });
    }
  });
});

describe("ODBC legacy", () => {
  /** A line with `count` columns, these ones filled (from 1, as Table N-12 counts). */
  const line = (columns: Readonly<Record<number, string>>, count = 66): string =>
    Array.from({ length: count }, (_, index) => columns[index + 1] ?? "").join(",");
  const header = { 1: '"CLIENTCOMP"', 2: '"IAS"', 3: "03/07/2008", 4: "13:04:33" };

  it("NPS-95 text in quotes, numbers bare, the date month first, empty columns left out", () => {
    const row = decodeOdbcLine(
      line({
        ...header,
        5: "1",
        6: '"client"',
        15: "9",
        16: '"10.10.10.10"',
        17: '"npsclient"',
        24: "1",
        26: "0",
      }),
    );
    expect(row.localTimeText).toBe("2008-03-07T13:04:33.000");
    expect(row).toMatchObject({ computer: "CLIENTCOMP", service: "IAS", packetTypeName: "Access-Request" });
    expect(shown(row)).toEqual([
      "Packet-Type=1",
      "User-Name=client",
      "Client-Vendor=9",
      "Client-IP-Address=10.10.10.10",
      "Client-Friendly-Name=npsclient",
      "Authentication-Type=1",
      "Reason-Code=0",
    ]);
  });

  it("NPS-95 sixty to sixty-six columns are a record, fewer are a cut one, more a wrong one", () => {
    for (const count of [60, 61, 63, 66]) {
      expect(decodeOdbcLine(line({ ...header, 60: "2" }, count)).find(-89)?.value).toBe(2);
    }
    expect(decodeOdbcLine(`${line(header)},,`).attributes).toEqual([]);
    expect(reasonOf(() => decodeOdbcLine(line(header, 59))).reason).toBe("truncated");
    expect(reasonOf(() => decodeOdbcLine(`${line(header)},7`)).reason).toBe("columns");
    expect(reasonOf(() => decodeOdbcLine('"CLIENTCOMP","IA')).reason).toBe("truncated");
    expect(reasonOf(() => decodeOdbcLine(line({ ...header, 6: '"a"b' })))).toMatchObject({
      reason: "syntax",
    });
    expect(reasonOf(() => decodeOdbcLine(line({ ...header, 3: "13/32/2008" }))).reason).toBe("date");
  });

  it("NPS-95 the writer fills 66 columns in the order of Table N-12", () => {
    expect(odbcColumns.length + 4).toBe(66);
    const written = encodeOdbcLine(
      rowOf([
        attribute(1, 'al"ice', "text"),
        attribute(4136, 3, "integer"),
        attribute(4142, 16, "integer"),
        attribute(4129, "no column for it", "text"),
        attribute(4160, "5.1", "text"),
      ]),
    );
    const columns = written.split(",");
    expect(columns).toHaveLength(66);
    expect(columns.slice(0, 6)).toEqual(['"NPS1"', '"IAS"', "11/21/2026", "16:42:13", "3", '"al""ice"']);
    expect([columns[25], columns[65]]).toEqual(["16", '"5.1"']);
    expect(decodeOdbcLine(written).user).toBe('al"ice');
  });

  it("NPS-95 octets stand in quotes as 0x, and are octets again", () => {
    const row = decodeOdbcLine(line({ ...header, 57: '"0x00453D36393120523D3020563D33"' }));
    expect(row.find("MS-CHAP-Error")).toMatchObject({
      type: "octets",
      value: "00453d36393120523d3020563d33",
    });
    expect(encodeOdbcLine(row)).toContain('"0x00453d36393120523d3020563d33"');
  });
});

describe("IAS legacy", () => {
  it("NPS-96 six header fields, then pairs of number and value", () => {
    const row = decodeIasLine(
      "10.10.10.10,client,06/04/1999,14:42:19,NPS,CLIENTCOMP,6,2,7,1,5,9,61,5,64,1,65,1,31,1,4136,1",
    );
    expect(row).toMatchObject({
      accessServer: "10.10.10.10",
      user: "client",
      service: "NPS",
      computer: "CLIENTCOMP",
      localTimeText: "1999-06-04T14:42:19.000",
      packetType: 1,
    });
    expect(shown(row).slice(0, 3)).toEqual(["Service-Type=2", "Framed-Protocol=1", "NAS-Port=9"]);
    expect(row.find(31)).toMatchObject({ name: "Calling-Station-Id", type: "text", value: "1" });
  });

  it.each([
    [4108, "Client-IP-Address"],
    [4116, "Client-Vendor"],
    [4127, "Authentication-Type"],
    [4128, "Client-Friendly-Name"],
    [4129, "SAM-Account-Name"],
    [4130, "Fully-Qualified-User-Name"],
    [4132, "EAP-Friendly-Name"],
    [4136, "Packet-Type"],
    [4142, "Reason-Code"],
    [4147, "MS-RAS-Vendor"],
    [4148, "MS-RAS-Version"],
    [4149, "NP-Policy-Name"],
    [4154, "Proxy-Policy-Name"],
    [4155, "Provider-Type"],
    [4156, "Provider-Name"],
    [4157, "Remote-Server-Address"],
    [8103, "Reject-Reason-Code"],
  ])("NPS-96 number %i is %s, there and back", (id, name) => {
    const line = `10.0.0.1,alice,06/04/2026,14:42:19,IAS,NPS1,${id},7`;
    const row = decodeIasLine(line);
    expect(shown(row)).toEqual([`${name}=7`]);
    expect(logAttributeId(name)).toBe(id);
    expect(encodeIasLine(row)).toBe(line);
  });

  it("NPS-96 a value with a comma or a control character stands there as octets", () => {
    const row = rowOf([
      attribute(4149, "allow, but not at night", "text"),
      attribute(25, "a\u0001b", "text"),
    ]);
    const line = encodeIasLine(row);
    expect(line.split(",")).toHaveLength(10);
    expect(line).toContain(",4149,0x616c6c6f772c206275742e".slice(0, 22));
    expect(decodeIasLine(line).networkPolicy).toBe("allow, but not at night");
  });

  it("NPS-96 8107 is never written, in no format, and no other secret is (NPS-88)", () => {
    const secrets = [2, 3, 24, 60, 69, 4162, 8107].map((id) => attribute(id, "tell nobody", "text"));
    for (const format of ["dts", "odbc", "ias"] as const) {
      const line = encodeLogLine(rowOf([...secrets, attribute(4136, 1, "integer")]), format);
      expect(line).not.toContain("tell nobody");
      expect(decodeLogLine(line).attributes).toHaveLength(1);
    }
  });

  it("NPS-88 secrets that a file holds are not shown", () => {
    const hex = "0x74656c6c206e6f626f6479";
    const row = decodeIasLine(
      `10.0.0.1,alice,06/04/2026,14:42:19,IAS,NPS1,8107,tell nobody,2,${hex},26,0x0000013710127465${hex.slice(2)}`,
    );
    expect(JSON.stringify(row)).not.toMatch(/tell nobody|74656c6c/);
    expect(shown(row)).toEqual(["Clear-Text-Password=***", "User-Password=***", "Vendor-Specific=***"]);
    const dts =
      '<Event><Timestamp data_type="4">05/19/2026 15:21:44.008</Timestamp><State data_type="2">7465</State></Event>';
    expect(shown(decodeDtsLine(dts))).toEqual(["State=***"]);
  });

  it("NPS-96 a cut line is told as such", () => {
    expect(reasonOf(() => decodeIasLine("10.0.0.1,alice,06/04/2026,14:42:19,IAS,NPS1,4136")).reason).toBe(
      "truncated",
    );
    expect(reasonOf(() => decodeIasLine("10.0.0.1,alice,06/04/2026"))).toEqual({
      reason: "not-a-record",
      offset: 0,
    });
    expect(reasonOf(() => decodeIasLine("10.0.0.1,a,06/04/2026,14:42:19,IAS,N,x,1"))).toEqual({
      reason: "syntax",
      offset: 37,
    });
  });
});

describe("DTS XML", () => {
  const event = (inside: string): string =>
    `<Event><Timestamp data_type="4">05/19/2014 15:36:50.977</Timestamp>${inside}</Event>`;

  it("NPS-97 one element for each attribute, with its data type", () => {
    const row = decodeDtsLine(
      event(
        '<Computer-Name data_type="1">NPS1</Computer-Name><Event-Source data_type="1">IAS</Event-Source>' +
          '<NAS-IP-Address data_type="3">10.255.100.1</NAS-IP-Address><Framed-MTU data_type="0">1300</Framed-MTU>' +
          '<Vendor-Specific data_type="2">0000376301060000000F</Vendor-Specific>' +
          '<Event-Timestamp data_type="4">05/19/2014 15:36:49</Event-Timestamp>' +
          '<Cisco-AV-Pair data_type="1">a=b</Cisco-AV-Pair>' +
          '<Fully-Qualifed-User-Name data_type="1">CORP\\alice</Fully-Qualifed-User-Name>' +
          '<Tunnel-Pvt-Group-ID data_type="1">110</Tunnel-Pvt-Group-ID><Packet-Type data_type="0">11</Packet-Type>',
      ),
    );
    expect(row).toMatchObject({ computer: "NPS1", service: "IAS", localTimeText: "2014-05-19T15:36:50.977" });
    expect(row.attributes.map(({ id, type, value }) => [id, type, value])).toEqual([
      [4, "address", "10.255.100.1"],
      [12, "integer", 1300],
      [26, "octets", "0000376301060000000f"],
      [55, "time", "2014-05-19T15:36:49"],
      [0, "text", "a=b"],
      [4130, "text", "CORP\\alice"],
      [81, "text", "110"],
      [4136, "integer", 11],
    ]);
    expect(row.find("cisco-av-pair")?.value).toBe("a=b");
    expect(row.user).toBe("CORP\\alice");
    expect(encodeDtsLine(row)).toContain('<Fully-Qualifed-User-Name data_type="1">CORP\\alice<');
  });

  it("NPS-97 markup in a value is escaped, and numeric references are read", () => {
    const row = rowOf([attribute(1, "a<b>&\"c'", "text")]);
    expect(encodeDtsLine(row)).toContain("a&lt;b&gt;&amp;\"c'");
    expect(decodeDtsLine(encodeDtsLine(row)).user).toBe("a<b>&\"c'");
    const read = decodeDtsLine(event('<User-Name data_type="1">&#228;&#xE4;&quot;&unknown;</User-Name>'));
    expect(read.user).toBe('ää"&unknown;');
  });

  it("NPS-97 elements without data type, empty ones and white space are read", () => {
    const row = decodeDtsLine(
      "  <Event>\n  <Timestamp>05/19/2014 15:36:50.977</Timestamp>\n <User-Name>alice</User-Name>\n" +
        ' <Class data_type="1"/>\n <Connect-Info data_type="1"></Connect-Info></Event>',
    );
    expect(shown(row)).toEqual(["User-Name=alice", "Class=", "Connect-Info="]);
  });

  it("NPS-97 what is cut off or broken is told with its place", () => {
    const whole = event('<User-Name data_type="1">alice</User-Name>');
    for (let length = "<Event>".length; length < whole.length; length += 1) {
      expect(reasonOf(() => decodeDtsLine(whole.slice(0, length))).reason).toBe("truncated");
    }
    expect(reasonOf(() => decodeDtsLine(event("<User-Name>a</Other>")))).toMatchObject({ reason: "syntax" });
    expect(reasonOf(() => decodeDtsLine(event("text"))).reason).toBe("syntax");
    expect(reasonOf(() => decodeDtsLine("<Event></Event>")).reason).toBe("date");
    expect(reasonOf(() => decodeDtsLine("<Event><Timestamp>99/99/2014 1</Timestamp></Event>")).reason).toBe(
      "date",
    );
  });
});

describe("every format", () => {
  const text = fc
    .string({ unit: "binary", maxLength: 40 })
    .filter((value) => value !== "" && !value.includes("\0") && !/[\ud800-\udfff]/u.test(value));
  const attributes = fc.uniqueArray(
    fc.oneof(
      fc
        .tuple(fc.constantFrom(1, 30, 31, 32, 4128, 4129, 4149, 4154), text)
        .map(([id, value]) => attribute(id, value, "text")),
      fc
        .tuple(fc.constantFrom(5, 6, 40, 4136, 4142, 4127), fc.nat(4_294_967_295))
        .map(([id, value]) => attribute(id, value, "integer")),
      fc.tuple(fc.constantFrom(4, 8, 4108), fc.ipV4()).map(([id, value]) => attribute(id, value, "address")),
      fc
        .uint8Array({ minLength: 1, maxLength: 20 })
        .map((bytes) => attribute(25, Buffer.from(bytes).toString("hex"), "octets")),
      fc
        .integer({ min: 0, max: 4_000_000_000 })
        .map((seconds) =>
          attribute(55, new Date(Date.UTC(1990, 0) + seconds * 1_000).toISOString().slice(0, 19), "time"),
        ),
    ),
    { selector: ({ id }) => id },
  );

  it.each(["dts", "odbc", "ias"] as const)("NPS-95 NPS-96 NPS-97 a row is the same after %s", (format) => {
    fc.assert(
      fc.property(attributes, text, fc.integer({ min: 0, max: 4_000_000_000 }), (own, computer, seconds) => {
        const localTime = Date.UTC(1990, 0) + seconds * 1_000;
        const line = encodeLogLine(rowOf(own, { computer, localTime }), format);
        expect(line).not.toMatch(/[\r\n]/);
        const read = decodeLogLine(line);
        expect(read).toMatchObject({ format, localTime, service: "IAS" });
        const kept =
          format === "odbc" ? own.filter(({ id }) => odbcColumns.some(([known]) => known === id)) : own;
        const order = (list: readonly LogAttribute[]) => [...list].sort((a, b) => a.id - b.id);
        expect(order(read.attributes)).toEqual(order(kept));
      }),
      { numRuns: 300 },
    );
  });

  it("any text is a row or a LogLineError", () => {
    const beginnings = fc.constantFrom("", "<Event>", '"N","IAS",', "1.1.1.1,a,06/04/2026,14:42:19,");
    fc.assert(
      fc.property(beginnings, fc.string({ unit: "binary", maxLength: 200 }), (beginning, rest) => {
        try {
          JSON.stringify(decodeLogLine(beginning + rest));
        } catch (error) {
          expect(error).toBeInstanceOf(LogLineError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
