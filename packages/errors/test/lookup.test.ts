import fc from "fast-check";
import { describe, expect, it } from "vitest";
import data from "../data/error-codes.json" with { type: "json" };
import { type CodeSpace, codeSpaces } from "../src/index.ts";
import { editDistance } from "../src/lookup/edit-distance.ts";
import { describeExitCode, loadLookup, lookup } from "../src/lookup.ts";
import * as ras from "../src/ras.ts";
import * as win32 from "../src/win32.ts";

const codes = await loadLookup();
const names = (query: number | string, space?: CodeSpace): (string | undefined)[] =>
  codes.lookup(query, { space }).matches.map(({ symbol }) => symbol);
const first = (query: number | string, space?: CodeSpace) => codes.lookup(query, { space }).matches[0];

describe("lookup", () => {
  it("finds every symbol of the data by number and by name, with its header", () => {
    for (const { header, space, codes: group } of data.groups) {
      for (const [name, value] of Object.entries(group)) {
        const code = Number(value);
        const found = codes.lookup(code, { space: space as CodeSpace, limit: 1000 }).matches;
        const match = found.find(
          (one) => one.header === header && [one.symbol, ...one.aliases].includes(name),
        );
        const isTwin = name === "SUCCESS"; // in two headers with one meaning
        if (!isTwin) expect(match, name).toMatchObject({ code, space, header });
        expect(codes.lookup(`=${name.toLowerCase()}`).matches, name).toMatchObject([
          { code, symbol: name, space },
        ]);
      }
    }
  });

  it.each([
    2148074248,
    -2146893048,
    "0x80090308",
    "0X80090308",
    "80090308",
    "2148074248",
    "-2146893048",
    "0xFFFFFFFF80090308",
    " 0x80090308 ",
    "0x80090308L",
    "error 0x80090308",
    "HRESULT: 0x80090308",
    "SEC_E_INVALID_TOKEN",
    "sec_e_invalid_token",
    "=SEC_E_INVALID_TOKEN",
    "sec e invalid token",
  ])("%j is SEC_E_INVALID_TOKEN", async (query) => {
    const { matches, problem } = await lookup(query);
    expect(problem).toBeUndefined();
    expect(matches[0]).toMatchObject({
      code: 0x80090308,
      hex: "0x80090308",
      space: "hresult",
      symbol: "SEC_E_INVALID_TOKEN",
      header: "winerror.h",
      hasOwnText: true,
      parts: { severity: "error", customer: false, facility: 9, facilityName: "SECURITY/SSPI", code: 0x308 },
    });
    expect(matches[0]?.message).toMatch(/^[A-Z].*\.$/);
  });

  it("shows both meanings of each of the 199 numbers that RAS and Win32 share, the asked one first", () => {
    const rasCodes = new Set(Object.values(ras).filter((value) => typeof value === "number" && value > 0));
    const shared = [...new Set(Object.values(win32) as number[])].filter((code) =>
      rasCodes.has(code as never),
    );
    expect(shared).toHaveLength(199);
    for (const code of shared) {
      for (const space of ["ras", "win32"] as const) {
        const [one, two] = codes.lookup(code, { space }).matches;
        expect([one?.space, two?.space]).toEqual(space === "ras" ? ["ras", "win32"] : ["win32", "ras"]);
        expect(one?.reason).not.toBe("");
      }
      expect(codes.lookup(String(code)).matches.map((match) => match.space)).toEqual(
        expect.arrayContaining(["ras", "win32"]),
      );
    }
  });

  it("without a space, RAS has its own range and Win32 the rest", () => {
    expect(names(691).slice(0, 2)).toEqual(["ERROR_AUTHENTICATION_FAILURE", "ERROR_DBG_TERMINATE_THREAD"]);
    expect(first(691)?.reason).toBe("600 to 999 are the numbers of Remote Access Service");
    expect(names(5)).toEqual(["ERROR_ACCESS_DENIED", "IAS_DOMAIN_UNAVAILABLE"]);
    expect(first(5, "nps")?.symbol).toBe("IAS_DOMAIN_UNAVAILABLE");
    expect(first("reason 65")?.symbol).toBe("IAS_DIALIN_DISABLED");
    expect(first("Reason Code: 9")).toMatchObject({
      symbol: undefined,
      space: "nps",
      header: "Network Policy Server",
    });
    expect(first("VPN error 691")?.space).toBe("ras");
  });

  it("zero has its meaning everywhere; two headers with one number both speak", () => {
    const spaces = codes.lookup(0).matches.map(({ space }) => space);
    expect(new Set(spaces)).toEqual(new Set(codeSpaces));
    expect(first(0)).toMatchObject({
      symbol: "ERROR_SUCCESS",
      aliases: expect.arrayContaining(["NO_ERROR"]),
    });
    expect(first(0, "hresult")).toMatchObject({ symbol: "S_OK", aliases: ["SEC_E_OK"] });
    expect(names(12002)).toEqual(["ERROR_INTERNET_TIMEOUT", "ERROR_WINHTTP_TIMEOUT"]);
    expect(names(0x80040001, "hresult").slice(0, 2)).toEqual(["OLE_E_ADVF", "TAPI_E_NOTENOUGHMEMORY"]);
    expect(first(0x80090304)).toMatchObject({ symbol: "SEC_E_INTERNAL_ERROR", aliases: ["SEC_E_NO_SPM"] });
  });

  it("looks inside HRESULT_FROM_WIN32, HRESULT_FROM_NT and 0xC007nnnn", () => {
    expect(first("0x8007052E")).toMatchObject({
      symbol: "ERROR_LOGON_FAILURE",
      reason: "the code inside HRESULT_FROM_WIN32",
    });
    expect(names(0x80070005)).toEqual(["E_ACCESSDENIED", "ERROR_ACCESS_DENIED"]);
    expect(names("0x800702B3").slice(0, 2)).toEqual([
      "ERROR_AUTHENTICATION_FAILURE",
      "ERROR_DBG_TERMINATE_THREAD",
    ]);
    expect(first(0xd000006d)).toMatchObject({
      symbol: "STATUS_LOGON_FAILURE",
      reason: "the NTSTATUS inside HRESULT_FROM_NT",
    });
    expect(first(0xc007052e)).toMatchObject({
      symbol: "ERROR_LOGON_FAILURE",
      reason: "the Win32 code inside an NTSTATUS",
    });
  });

  it("a code without a text of its own has its name as words, and a place to read on", () => {
    expect(first("ERROR_SHARING_VIOLATION_NOT_THERE")).toBeUndefined();
    expect(first("STG_E_SHAREVIOLATION")).toMatchObject({
      message: "stg shareviolation",
      hasOwnText: false,
      check: undefined,
      reference: "https://learn.microsoft.com/search/?terms=STG_E_SHAREVIOLATION",
    });
    expect(first("SEC_E_INVALID_TOKEN")).toMatchObject({ hasOwnText: true, reference: undefined });
  });

  it("takes a number apart that has no name", () => {
    const { matches, decoded } = codes.lookup(0xa7ffabcd);
    expect(matches).toEqual([]);
    expect(decoded).toEqual([
      {
        code: 0xa7ffabcd,
        hex: "0xA7FFABCD",
        space: "hresult",
        parts: {
          severity: "error",
          customer: true,
          isNtStatus: false,
          facility: 0x7ff,
          facilityName: undefined,
          code: 0xabcd,
        },
      },
      {
        code: 0xa7ffabcd,
        hex: "0xA7FFABCD",
        space: "ntstatus",
        parts: {
          severity: "warning",
          customer: true,
          facility: 0x7ff,
          facilityName: undefined,
          code: 0xabcd,
        },
      },
    ]);
  });

  it("finds words, names before texts", () => {
    expect(first("logon denied")?.symbol).toBe("SEC_E_LOGON_DENIED");
    expect(first("logon denied")?.reason).toBe("every word is in the name");
    expect(names(":LOGON").length).toBe(20);
    expect(codes.lookup(":LOGON", { limit: 3 }).matches).toHaveLength(3);
    expect(codes.lookup("account locked", { space: "ntstatus" }).matches[0]?.symbol).toBe(
      "STATUS_ACCOUNT_LOCKED_OUT",
    );
    expect(first("dial-in permission")?.hasOwnText).toBe(true);
    expect(codes.search("691").matches.every(({ code }) => code !== 691)).toBe(true);
  });

  it("suggests names for misspelt ones", () => {
    expect(codes.lookup("SEC_E_INVALID_TOKN").suggestions[0]).toBe("SEC_E_INVALID_TOKEN");
    expect(codes.lookup("ERROR_ACESS_DENEID").suggestions[0]).toBe("ERROR_ACCESS_DENIED");
    expect(codes.lookup("=STATUS_LOGON_FAILRUE").suggestions[0]).toBe("STATUS_LOGON_FAILURE");
    expect(codes.lookup("=SEC_E_INVALID").matches).toEqual([]);
    expect(codes.lookup("logon denyed").suggestions).toContain("SEC_E_LOGON_DENIED");
    expect(codes.lookup("xyzzy plugh").suggestions).toEqual([]);
  });

  it("finds the names and numbers in a message that was pasted whole", () => {
    expect(names("Acquire failed! SEC_E_NO_CREDENTIALS (0x8009030E)")).toEqual(["SEC_E_NO_CREDENTIALS"]);
    expect(names("'0x80090308'")).toEqual(["SEC_E_INVALID_TOKEN"]);
    expect(names("The remote connection was denied, error 691, bye", "win32")[0]).toBe(
      "ERROR_DBG_TERMINATE_THREAD",
    );
    expect(first("'0x80090308'")?.reason).toBe("a number in the text");
  });

  it("explains the number that the reference prints for SEC_E_INVALID_HANDLE", () => {
    const { matches, notes } = codes.lookup("0x80100003");
    expect(matches.map(({ symbol, code }) => [symbol, code])).toEqual([
      ["SCARD_E_INVALID_HANDLE", 0x80100003],
      ["SEC_E_INVALID_HANDLE", 0x80090301],
    ]);
    expect(notes).toEqual([expect.stringMatching(/prints 0x80100003 for SEC_E_INVALID_HANDLE.*0x80090301/)]);
    expect(codes.lookup("SEC_E_INVALID_HANDLE").notes).toEqual(notes);
    expect(codes.lookup("SEC_E_INVALID_TOKEN").notes).toEqual([]);
  });

  it("explains each of the nine numbers that public headers print wrongly", () => {
    const corrections = Object.entries(data.corrections);
    expect(corrections).toHaveLength(9);
    for (const [symbol, { header, right }] of corrections) {
      const { matches, notes } = codes.lookup(header);
      expect(matches).toContainEqual(expect.objectContaining({ symbol, code: Number(right) }));
      expect(notes.join()).toContain(`${header} for ${symbol}`);
    }
  });

  it("relates the log-on codes of NTSTATUS, Win32, RAS and NPS", () => {
    const related = (query: number, space: CodeSpace) =>
      first(query, space)?.relations.map(
        ({ space: other, code, symbol, basis }) => `${other} ${code} ${symbol} ${basis}`,
      );
    expect(related(0xc000006d, "ntstatus")).toEqual([
      "win32 1326 ERROR_LOGON_FAILURE documented",
      "ras 691 ERROR_AUTHENTICATION_FAILURE judgement",
    ]);
    expect(related(1331, "win32")).toEqual([
      "ntstatus 3221225586 STATUS_ACCOUNT_DISABLED documented",
      "ras 647 ERROR_ACCT_DISABLED judgement",
    ]);
    expect(related(691, "ras")).toHaveLength(8);
    expect(related(65, "nps")).toEqual(["ras 649 ERROR_NO_DIALIN_PERMISSION judgement"]);
    expect(related(5, "win32")).toEqual([]);
  });
});

describe("bad input", () => {
  it.each([
    [Number.NaN, "NaN is no code: a code is a whole number from -2147483648 to 4294967295"],
    [1.5, "1.5 is no code"],
    [2 ** 32, "4294967296 is no code"],
    [Number.NEGATIVE_INFINITY, "-Infinity is no code"],
    ["", "the query is empty"],
    [" \t ", "the query is empty"],
    ["4294967296", "4294967296 has more than 32 bits"],
    ["-2147483649", "-2147483649 has more than 32 bits"],
    ["0x123456789", "0x123456789 has more than 32 bits"],
    ["\0\u0001\uFFFD", "the query has neither a number nor a word"],
    ["?!", "the query has neither a number nor a word"],
    ["x".repeat(201), "the query is longer than 200 characters"],
    [null as never, "a query is a number or a string, not null"],
    [{} as never, "a query is a number or a string, not object"],
  ])("%j has a problem, and no match", (query, problem) => {
    const result = codes.lookup(query);
    expect(result.problem).toContain(problem);
    expect(result.matches).toEqual([]);
    expect(result.query).toBe(String(query));
  });

  it("a wrong option is a programmer's mistake", async () => {
    await expect(lookup(5, { space: "dos" as CodeSpace })).rejects.toThrow(
      "space must be one of win32, hresult, ntstatus, ras, nps, tapi, not dos",
    );
    for (const limit of [0, 1.5, 1001, Number.NaN])
      expect(() => codes.lookup(5, { limit })).toThrow(RangeError);
    expect(codes.search("").problem).toBeDefined();
  });

  it("no string and no number makes it throw, and every match has what a match has", () => {
    const anything = fc.oneof(
      fc.string({ unit: "binary", maxLength: 250 }),
      fc.stringMatching(/^[-+=:]?(0x)?[0-9a-fA-F]{0,12}$/),
      fc.double(),
      fc.integer({ min: -(2 ** 33), max: 2 ** 33 }),
    );
    fc.assert(
      fc.property(anything, fc.option(fc.constantFrom(...codeSpaces), { nil: undefined }), (query, space) => {
        const result = codes.lookup(query, { space });
        expect(result.problem === undefined || result.matches.length === 0).toBe(true);
        for (const { code, hex, message, reason } of result.matches) {
          expect(Number(hex)).toBe(code);
          expect(message).not.toBe("");
          expect(reason).not.toBe("");
        }
        JSON.stringify(result);
      }),
      { numRuns: 200 },
    );
  });
});

describe("describeExitCode", () => {
  it.each([
    [0, /^0: success\.$/],
    [1, /^1: the program's own exit code; if it handed on a Win32 error, ERROR_INVALID_FUNCTION \(/],
    [3221225477, /^0xC0000005 STATUS_ACCESS_VIOLATION: .*\.$/],
    [-1073741819, /^0xC0000005 STATUS_ACCESS_VIOLATION: /],
    [0xc000013a, /^0xC000013A STATUS_CONTROL_C_EXIT: /],
    [0xe06d7363, /^0xE06D7363: a C\+\+ exception/],
    [0xe0434352, /^0xE0434352: a \.NET exception/],
    [0x80070005, /^0x80070005 E_ACCESSDENIED: /],
    [0x87654321, /^0x87654321: no status code that is known\.$/],
    [64999, /^64999: the program's own exit code\.$/],
    [Number.NaN, /^NaN is no exit code: a whole number/],
    [1e10, /^10000000000 is no exit code/],
    [null as never, /^null is no exit code/],
  ])("%j", async (exitCode, text) => {
    expect(await describeExitCode(exitCode)).toMatch(text);
  });
});

describe("edit distance", () => {
  it.each([
    ["TOKEN", "TOKEN", 0],
    ["TOKN", "TOKEN", 1],
    ["TKOEN", "TOKEN", 1],
    ["", "AB", 2],
    ["ACESS_DENEID", "ACCESS_DENIED", 2],
    ["KITTEN", "SITTING", 3],
  ])("from %j to %j is %i", (one, other, distance) => {
    expect(editDistance(one, other, 5)).toBe(distance);
    expect(editDistance(other, one, 5)).toBe(distance);
    if (distance > 0) expect(editDistance(one, other, distance - 1)).toBe(distance);
  });
});
