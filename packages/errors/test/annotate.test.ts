import { PassThrough, Readable, Writable } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadLookup } from "../src/lookup.ts";
import { annotateStream } from "../src/node/annotate-stream.ts";

const codes = await loadLookup();
const note = (line: string): string => codes.annotate(line).slice(line.length);

describe("codes in a line of a log", () => {
  it.each([
    ["AcceptSecurityContext failed: 0x80090308", "  [0x80090308 = SEC_E_INVALID_TOKEN]"],
    ["hr=0x8009030c,", "  [0x8009030c = SEC_E_LOGON_DENIED]"],
    [
      "Status: 0xC000006D Sub Status: 0xC0000064",
      "  [0xC000006D = STATUS_LOGON_FAILURE; 0xC0000064 = STATUS_NO_SUCH_USER]",
    ],
    [
      "CoId={1}: The error code returned on failure is 691.",
      "  [691 = ERROR_AUTHENTICATION_FAILURE (ras) or ERROR_DBG_TERMINATE_THREAD (win32)]",
    ],
    ["rc=1326 result: 5", "  [1326 = ERROR_LOGON_FAILURE (win32); 5 = ERROR_ACCESS_DENIED (win32)]"],
    ["GetLastError=1326", "  [1326 = ERROR_LOGON_FAILURE (win32)]"],
    ['{"error":1326}', "  [1326 = ERROR_LOGON_FAILURE (win32)]"],
    ["status 0x5", "  [0x5 = ERROR_ACCESS_DENIED (win32)]"],
    ["mount error: 1326", "  [1326 = ERROR_LOGON_FAILURE (win32)]"],
    ["Reason Code:\t\t\t16", "  [16 = IAS_AUTH_FAILURE (nps)]"],
    ["reason 9", "  [9 = An extension DLL on the server discarded the request (nps)]"],
    ['<Reason-Code data_type="0">65</Reason-Code>', "  [65 = IAS_DIALIN_DISABLED (nps)]"],
    [
      "80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data 52e, v1db1",
      "  [80090308 = SEC_E_INVALID_TOKEN; 52e = ERROR_LOGON_FAILURE (win32)]",
    ],
    ["process exited with code 3221225477", "  [3221225477 = STATUS_ACCESS_VIOLATION]"],
    ["returned -2146893044", "  [-2146893044 = SEC_E_LOGON_DENIED]"],
    ["HRESULT 0x8007052E", "  [0x8007052E = ERROR_LOGON_FAILURE (win32)]"],
    ["error 0x52e", "  [0x52e = ERROR_LOGON_FAILURE (win32)]"],
    ["0xFFFFFFFF80090308", "  [0xFFFFFFFF80090308 = SEC_E_INVALID_TOKEN]"],
    ["0x80090308 and 0x80090308", "  [0x80090308 = SEC_E_INVALID_TOKEN]"],
  ])("%j", (line, names) => {
    expect(note(line)).toBe(names);
  });

  it.each([
    "",
    "served 1326 requests in 5 ms",
    "10.0.0.5:1326 -> 10.0.0.6:443",
    "at 0x00007ffe12345678 in module+0x5",
    "flags 0x5 size 0x10",
    "version 10.0.20348.1 status 0",
    "date 20261121 12:00:00",
    "exited with code 1",
    "id 80090308-0000-0000-0000-000000000000",
    "error 0x00000000",
    "trace 0x87654321",
    "HTTP status 404",
    "status code: 500",
    "response code=404",
    "returned 5 rows",
    "failed 3 times",
    "result 5 of 7",
    "exit code: 2",
    "exit status=2",
  ])("finds none in %j", (line) => {
    expect(codes.findCodes(line)).toEqual([]);
    expect(codes.annotate(line)).toBe(line);
  });

  it("the space that is asked for comes first, and a line about remote access asks for RAS", () => {
    expect(codes.annotate("error 691", { space: "win32" })).toBe(
      "error 691  [691 = ERROR_DBG_TERMINATE_THREAD (win32) or ERROR_AUTHENTICATION_FAILURE (ras)]",
    );
    expect(note("RasMan: error 5")).toBe("  [5 = ERROR_ACCESS_DENIED (win32)]");
  });

  it("tells where a code stands, and stops after sixteen", () => {
    const [found] = codes.findCodes("hr 0x80090308");
    expect(found).toMatchObject({ text: "0x80090308", offset: 3 });
    const many = Array.from({ length: 30 }, (_, index) => `error ${index + 1}`).join(" ");
    expect(codes.findCodes(many)).toHaveLength(16);
  });

  it("a line against which it is hard to match takes no more than a line does", () => {
    const hard = [
      "error",
      "0x",
      "error<",
      "reason code ",
      "code\t\t\t\t\t\t\t\t",
      "8",
      "80090308-",
      "data ",
      'err"',
    ];
    for (const piece of hard) {
      const line = piece.repeat(Math.ceil(65_536 / piece.length));
      // Not a timed test: quadratic time would need minutes here and meet the test's own limit.
      for (let turn = 0; turn < 5; turn += 1) expect(codes.findCodes(line)).toEqual([]);
    }
  });

  it("no line makes it throw, and the line stays whole", () => {
    const piece = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        "error ",
        "reason code",
        "0x",
        "80090308",
        "data 52e,",
        "-214",
        ": ",
        ">",
        "1326",
        "FFFFFFFF",
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const line = pieces.join("");
        const annotated = codes.annotate(line);
        expect(annotated.startsWith(line)).toBe(true);
        for (const { text, offset, matches } of codes.findCodes(line)) {
          expect(line.slice(offset, offset + text.length)).toBe(text);
          expect(matches.length).toBeGreaterThan(0);
        }
      }),
    );
  });
});

/** Runs chunks through the stream. */
async function annotate(
  chunks: readonly Uint8Array[],
  options: { readonly json?: boolean } = {},
): Promise<{ readonly text: string; readonly bytes: Buffer; readonly found: number }> {
  const parts: Buffer[] = [];
  const output = new Writable({
    write(chunk: Buffer, _, done) {
      parts.push(chunk);
      done();
    },
  });
  const found = await annotateStream(Readable.from(chunks), output, { codes, ...options });
  const bytes = Buffer.concat(parts);
  return { text: bytes.toString(), bytes, found };
}

describe("a log stream", () => {
  const log = "one\r\nerror 1326\r\nhr 0x80090308\n\nreason code 16";
  const annotated =
    "one\r\nerror 1326  [1326 = ERROR_LOGON_FAILURE (win32)]\r\nhr 0x80090308  [0x80090308 = SEC_E_INVALID_TOKEN]\n\nreason code 16  [16 = IAS_AUTH_FAILURE (nps)]";

  it("comes out with the names behind its lines, and its line ends as they were", async () => {
    expect(await annotate([Buffer.from(log)])).toMatchObject({ text: annotated, found: 3 });
    expect(await annotate([])).toMatchObject({ text: "", found: 0 });
    expect((await annotate([Buffer.from("\r\r\n\r")])).text).toBe("\r\r\n\r");
  });

  it("comes out alike however it is cut into chunks", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 9 }),
        async (sizes) => {
          const bytes = Buffer.from(log);
          const chunks: Buffer[] = [];
          for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
            const size = sizes[turn % sizes.length] ?? 1;
            chunks.push(bytes.subarray(at, at + size));
            at += size;
          }
          expect((await annotate(chunks)).text).toBe(annotated);
        },
      ),
    );
  });

  it("passes bytes that are no text through as they are", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 50 })), async (noise) => {
        // Behind a byte that is no mark of UTF-16, without digits: no code can be in it.
        const chunks = [
          Buffer.from("."),
          ...noise.map((part) => part.map((byte) => (byte >= 0x30 && byte <= 0x39 ? 0xff : byte))),
        ];
        expect((await annotate(chunks)).bytes).toEqual(Buffer.concat(chunks));
      }),
    );
  });

  it("keeps what is not ASCII", async () => {
    expect((await annotate([Buffer.from("Größe 日本 error 1326\n")])).text).toBe(
      "Größe 日本 error 1326  [1326 = ERROR_LOGON_FAILURE (win32)]\n",
    );
  });

  it("understands UTF-16 with a byte order mark, as Windows writes it, in odd chunks too", async () => {
    const little = Buffer.from("\uFEFFerror 1326\r\nGröße\r\n", "utf16le");
    const big = Buffer.from(little).swap16();
    for (const bytes of [little, big]) {
      const chunks = [bytes.subarray(0, 1), bytes.subarray(1, 6), bytes.subarray(6, 17), bytes.subarray(17)];
      expect((await annotate(chunks)).text).toBe(
        "error 1326  [1326 = ERROR_LOGON_FAILURE (win32)]\r\nGröße\r\n",
      );
    }
  });

  it("hands a line on before it has ended, and looks at its first 64 KiB only", async () => {
    const input = new PassThrough();
    const output = new PassThrough();
    const done = annotateStream(input, output, { codes });
    input.write("error 1326 ");
    let seen = "";
    output.on("data", (chunk) => {
      seen += chunk;
    });
    while (!seen.includes("1326")) await new Promise((resolve) => output.once("data", resolve));
    input.write("x".repeat(64 * 1024));
    input.end(" hr 0x80090308\n");
    expect(await done).toBe(1);
    expect(seen).toMatch(/ hr 0x80090308 {2}\[1326 = ERROR_LOGON_FAILURE \(win32\)\]\n$/);
  });

  it("as JSON it is an object for every line that has codes", async () => {
    const { text } = await annotate([Buffer.from(log)], { json: true });
    const lines = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatchObject({
      line: 2,
      text: "error 1326",
      codes: [{ text: "1326", offset: 6, matches: [{ symbol: "ERROR_LOGON_FAILURE" }] }],
    });
  });

  it("waits for a slow reader, ends quietly when the reader has gone, and tells any other failure", async () => {
    let waiting: (() => void) | undefined;
    let written = 0;
    const slow = new Writable({
      highWaterMark: 1,
      write(chunk: Buffer, _, next) {
        written += chunk.length;
        waiting = next;
        setImmediate(() => waiting?.());
      },
    });
    const lines = Array.from({ length: 20 }, () => Buffer.from("a line\n"));
    await annotateStream(Readable.from(lines), slow, { codes });
    expect(written).toBe(140);

    for (const [code, isQuiet] of [
      ["EPIPE", true],
      ["ENOSPC", false],
    ] as const) {
      const broken = new Writable({
        highWaterMark: 1,
        write(_chunk, _encoding, next) {
          next(Object.assign(new Error(code), { code }));
        },
      });
      const running = annotateStream(Readable.from(lines), broken, { codes });
      if (isQuiet) expect(await running).toBe(0);
      else await expect(running).rejects.toThrow(code);
    }
  });
});
