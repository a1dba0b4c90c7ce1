import { describe, expect, it } from "vitest";
import * as hresult from "../src/hresult.ts";
import { symbolOf } from "../src/index.ts";
import * as win32 from "../src/win32.ts";

describe("Win32 and HRESULT constants", () => {
  it("have the values of winerror.h", () => {
    expect({ ...win32 }).toEqual({
      ERROR_SUCCESS: 0,
      NO_ERROR: 0,
      ERROR_FILE_NOT_FOUND: 2,
      ERROR_ACCESS_DENIED: 5,
      ERROR_INVALID_DATA: 13,
      ERROR_GEN_FAILURE: 31,
      ERROR_INVALID_PARAMETER: 87,
      ERROR_MOD_NOT_FOUND: 126,
      ERROR_PROC_NOT_FOUND: 127,
      ERROR_UNHANDLED_EXCEPTION: 574,
      ERROR_DLL_INIT_FAILED: 1114,
      ERROR_NO_SUCH_USER: 1317,
      ERROR_LOGON_FAILURE: 1326,
      ERROR_TIMEOUT: 1460,
      ERROR_BAD_CONFIGURATION: 1610,
    });
  });

  it("E_ACCESSDENIED is ERROR_ACCESS_DENIED in the Win32 facility (7) with severity error", () => {
    expect(hresult.E_ACCESSDENIED).toBe(((1 << 31) | (7 << 16) | win32.ERROR_ACCESS_DENIED) >>> 0);
  });
});

describe("symbolOf", () => {
  it("names every constant, and of two names for one number the usual one", () => {
    for (const [name, code] of Object.entries(win32)) {
      expect(symbolOf(code, "win32")).toBe(name === "NO_ERROR" ? "ERROR_SUCCESS" : name);
    }
  });

  it.each([
    [5, "win32", "ERROR_ACCESS_DENIED"],
    [5, "nps", "IAS_DOMAIN_UNAVAILABLE"],
    [5, "hresult", undefined],
    [0x80070005, "hresult", "E_ACCESSDENIED"],
    [-2147024891, "hresult", "E_ACCESSDENIED"],
    [9, "nps", undefined],
    [4242, "win32", undefined],
    [5.5, "win32", undefined],
    [Number.NaN, "win32", undefined],
    [2 ** 32 + 5, "win32", undefined],
  ] as const)("%d in %s is %s", (code, space, symbol) => {
    expect(symbolOf(code, space)).toBe(symbol);
  });
});
