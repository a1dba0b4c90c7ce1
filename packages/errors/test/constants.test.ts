import { describe, expect, it } from "vitest";
import data from "../data/error-codes.json" with { type: "json" };
import sspiData from "../data/sspi-constants.json" with { type: "json" };
import * as eap from "../src/eap.ts";
import * as hresult from "../src/hresult.ts";
import * as inet from "../src/inet.ts";
import * as lm from "../src/lm.ts";
import * as nps from "../src/nps.ts";
import * as ntstatus from "../src/ntstatus.ts";
import * as ras from "../src/ras.ts";
import * as sspi from "../src/sspi.ts";
import * as tapi from "../src/tapi.ts";
import * as win32 from "../src/win32.ts";

/** The numbers that a module exports, by name. */
const numbers = (module: object): Record<string, number> =>
  Object.fromEntries(Object.entries(module).filter(([, value]) => typeof value === "number"));

const codesOf = (wanted: (header: string, space: string) => boolean): Record<string, number> =>
  Object.fromEntries(
    data.groups
      .filter(({ header, space }) => wanted(header, space))
      .flatMap(({ codes }) => Object.entries(codes).map(([name, value]) => [name, Number(value)])),
  );

describe("the data", () => {
  it("are 9423 symbols", () => {
    const counts = data.groups.map(({ codes }) => Object.keys(codes).length);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(9423);
  });

  it.each([
    ["win32", win32, 2801, (header: string, space: string) => header === "winerror.h" && space === "win32"],
    [
      "hresult",
      hresult,
      3062,
      (header: string, space: string) => header === "winerror.h" && space === "hresult",
    ],
    ["ntstatus", ntstatus, 2502, (header: string) => header === "ntstatus.h"],
    ["ras", ras, 327, (_: string, space: string) => space === "ras"],
    ["eap", eap, 33, (header: string) => header === "eaphosterror.h"],
    ["lm", lm, 310, (header: string) => header === "lmerr.h"],
    ["inet", inet, 142, (header: string) => header === "wininet.h" || header === "winhttp.h"],
    ["tapi", tapi, 245, (header: string) => header === "tapi.h" || header === "tapi3err.h"],
  ] as const)("are all in ./%s, and nothing else is", (_, module, count, wanted) => {
    expect(numbers(module)).toEqual(codesOf(wanted));
    expect(Object.keys(numbers(module))).toHaveLength(count);
  });

  it("./sspi has the status codes of ./hresult, and every constant of SSPI", () => {
    const constants = Object.assign({}, ...sspiData.sets.map((set) => set.constants)) as Record<
      string,
      string | number
    >;
    const { ...known } = numbers(sspi);
    for (const [name, value] of Object.entries(constants)) {
      expect(known[name], name).toBe(Number(value));
      delete known[name];
    }
    expect(Object.keys(constants)).toHaveLength(290);
    expect(Object.keys(known)).toHaveLength(311);
    expect(numbers(hresult)).toMatchObject(known);
    expect(Object.keys(known).filter((name) => !/^(?:SEC|CRYPT|CERT|CERTSRV|NTE|TRUST)_/.test(name))).toEqual(
      [],
    );
  });
});

describe("the samples of the design", () => {
  it.each([
    [ras, "PENDING", 600],
    [win32, "ERROR_IO_PENDING", 997],
    [win32, "ERROR_CONVERT_TO_LARGE", 600],
    [ras, "ERROR_PORT_DISCONNECTED", 619],
    [ras, "ERROR_AUTH_INTERNAL", 645],
    [ras, "ERROR_NO_DIALIN_PERMISSION", 649],
    [ras, "ERROR_AUTHENTICATION_FAILURE", 691],
    [sspi, "SEC_I_CONTINUE_NEEDED", 0x00090312],
    [sspi, "SEC_I_ASYNC_CALL_PENDING", 0x00090368],
    [sspi, "SEC_E_INVALID_HANDLE", 0x80090301],
    [sspi, "SEC_E_INCOMPLETE_MESSAGE", 0x80090318],
    [hresult, "NTE_BAD_UID", 0x80090001],
    [hresult, "CERT_E_EXPIRED", 0x800b0101],
    [hresult, "E_ACCESSDENIED", 0x80070005],
    [ntstatus, "STATUS_LOGON_FAILURE", 0xc000006d],
    [sspi, "ASC_REQ_EXTENDED_ERROR", 0x8000],
    [sspi, "ISC_REQ_EXTENDED_ERROR", 0x4000],
    [sspi, "ASC_RET_MESSAGES", 2 ** 32],
    [sspi, "SECBUFFER_READONLY", 0x80000000],
    [sspi, "SECPKG_ATTR_ACCESS_TOKEN", 18],
    [sspi, "SECPKG_ATTR_SUBJECT_SECURITY_ATTRIBUTES", 128],
  ] as const)("%#: %s", (module, name, value) => {
    expect(numbers(module)[name]).toBe(value);
  });
});

describe("guards of the small sets", () => {
  it.each([
    ["isRasError", ras.isRasError, Object.values(numbers(ras))],
    ["isEapStatus", eap.isEapStatus, Object.values(numbers(eap))],
    ["isNpsReason", nps.isNpsReason, nps.npsReasons.map(({ code }) => code)],
    [
      "isSspiStatus",
      sspi.isSspiStatus,
      Object.entries(numbers(sspi))
        .filter(([name]) => /^(?:SEC_[EI]|CRYPT|CERT|CERTSRV|NTE|TRUST)_/.test(name))
        .map(([, code]) => code),
    ],
  ])("%s knows each code and no neighbour that is none", (_, guard, codes) => {
    const known = new Set(codes);
    for (const code of known) {
      expect(guard(code)).toBe(true);
      for (const near of [code - 1, code + 1, code + 0.5])
        expect(guard(near), `${near}`).toBe(known.has(near));
    }
    for (const none of [Number.NaN, -1e9, Number.POSITIVE_INFINITY, 2 ** 32]) expect(guard(none)).toBe(false);
  });

  it("understand signed numbers where codes are HRESULTs", () => {
    expect(sspi.isSspiStatus(-2146893048)).toBe(true);
    expect(eap.isEapStatus(eap.EAP_E_CERT_STORE_INACCESSIBLE | 0)).toBe(true);
  });
});
