import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { E_ACCESSDENIED } from "../src/hresult.ts";
import { type CodeSpace, codeSpaces, symbolOf, useSymbols, WindowsError } from "../src/index.ts";
import { loadLookup } from "../src/lookup.ts";
import { ERROR_PORT_DISCONNECTED } from "../src/ras.ts";
import { ERROR_ACCESS_DENIED, ERROR_LOGON_FAILURE } from "../src/win32.ts";

afterEach(() => useSymbols(undefined));

describe("WindowsError", () => {
  it("takes number and name together, and tells both in its message", () => {
    const error = new WindowsError({ ERROR_ACCESS_DENIED }, { space: "win32" });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ code: 5, space: "win32", symbol: "ERROR_ACCESS_DENIED" });
    expect(error.message).toBe("ERROR_ACCESS_DENIED (5)");
    expect(String(error)).toBe("WindowsError: ERROR_ACCESS_DENIED (5)");
  });

  it.each<[number, CodeSpace, string | undefined, string]>([
    [E_ACCESSDENIED, "hresult", "E_ACCESSDENIED", "E_ACCESSDENIED (0x80070005)"],
    [-2147024891, "hresult", "E_ACCESSDENIED", "E_ACCESSDENIED (0x80070005)"],
    [0xc000006d, "ntstatus", "STATUS_LOGON_FAILURE", "STATUS_LOGON_FAILURE (0xC000006D)"],
    [0x8009, "hresult", undefined, "hresult code 0x00008009"],
    [48, "nps", "IAS_NO_POLICY_MATCH", "IAS_NO_POLICY_MATCH (48)"],
    [9, "nps", undefined, "nps code 9"],
    [4242, "win32", undefined, "win32 code 4242"],
    [Number.NaN, "win32", undefined, "win32 code NaN"],
    [Number.NaN, "hresult", undefined, "hresult code NaN"],
    [5e9, "win32", undefined, "win32 code 5000000000"],
  ])("the default message of %d in %s named %s is %s", (code, space, symbol, message) => {
    expect(new WindowsError(code, { space, symbol }).message).toBe(message);
  });

  it.each([[{}], [{ ERROR_ACCESS_DENIED, ERROR_LOGON_FAILURE }]])(
    "refuses %j: one name is meant",
    (codes) => {
      expect(() => new WindowsError(codes, { space: "win32" })).toThrow(TypeError);
    },
  );

  it("takes a message and a cause; without one it has none", () => {
    const cause = new Error("the reason");
    const error = new WindowsError(ERROR_LOGON_FAILURE, { space: "win32", message: "no such luck", cause });
    expect([error.message, error.cause, error.symbol]).toEqual(["no such luck", cause, undefined]);
    const plain = new WindowsError(
      { ERROR_LOGON_FAILURE },
      { space: "win32", message: undefined, cause: undefined },
    );
    expect(plain.message).toBe("ERROR_LOGON_FAILURE (1326)");
    expect(Object.hasOwn(plain, "cause")).toBe(false);
  });

  it("shows name, message, the place, and its fields when inspected", () => {
    const text = inspect(
      new WindowsError({ ERROR_ACCESS_DENIED }, { space: "win32", cause: new Error("the reason") }),
    );
    expect(text).toMatch(/^WindowsError: ERROR_ACCESS_DENIED \(5\)\n {4}at .*windows-error\.test\.ts/);
    expect(text).toContain("code: 5");
    expect(text).toContain("space: 'win32'");
    expect(text).toContain("symbol: 'ERROR_ACCESS_DENIED'");
    expect(text).toContain("[cause]: Error: the reason");
    expect(text).not.toContain("Symbol(");
  });

  it("becomes JSON without its stack and cause", () => {
    const error = new WindowsError(
      { ERROR_ACCESS_DENIED },
      { space: "win32", cause: new Error("the reason") },
    );
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: "WindowsError",
      code: 5,
      space: "win32",
      symbol: "ERROR_ACCESS_DENIED",
      message: "ERROR_ACCESS_DENIED (5)",
    });
    expect(error.toJSON().name).toBe("WindowsError");
  });
});

describe("WindowsError.is", () => {
  const error = new WindowsError(5, { space: "win32" });

  it("asks for the class, the code, and the space", () => {
    expect(WindowsError.is(error)).toBe(true);
    expect(WindowsError.is(error, 5)).toBe(true);
    expect(WindowsError.is(error, 5, "win32")).toBe(true);
    expect(WindowsError.is(error, 6)).toBe(false);
    expect(WindowsError.is(error, 0)).toBe(false);
    expect(WindowsError.is(error, 5, "nps")).toBe(false);
    expect(WindowsError.is(error, undefined, "nps")).toBe(false);
    const disconnected: unknown = new WindowsError({ ERROR_PORT_DISCONNECTED }, { space: "ras" });
    expect(WindowsError.is(disconnected, ERROR_PORT_DISCONNECTED)).toBe(true);
  });

  it("knows an HRESULT by its signed number too", () => {
    const denied = new WindowsError(E_ACCESSDENIED, { space: "hresult" });
    expect(WindowsError.is(denied, -2147024891, "hresult")).toBe(true);
  });

  it.each([null, undefined, 5, "ERROR_ACCESS_DENIED (5)", new Error("x"), { code: 5, space: "win32" }])(
    "is false for %j",
    (other) => {
      expect(WindowsError.is(other)).toBe(false);
    },
  );

  it("recognizes errors from another copy of the package, both ways", async () => {
    const second = "../src/windows-error.ts?second-copy";
    const { WindowsError: Other } = (await import(second)) as { WindowsError: typeof WindowsError };
    expect(Other).not.toBe(WindowsError);
    const foreign = new Other(5, { space: "win32" });
    expect(foreign instanceof WindowsError).toBe(false);
    expect(WindowsError.is(foreign, 5, "win32")).toBe(true);
    expect(Other.is(error, 5, "win32")).toBe(true);
  });
});

describe("useSymbols", () => {
  it("names errors that are made from then on, in every copy of the package, until it is taken away", async () => {
    const before = new WindowsError(1326, { space: "win32" });
    expect(symbolOf(1326, "win32")).toBeUndefined();
    useSymbols((await loadLookup()).symbolOf);
    expect(before.symbol).toBeUndefined();
    expect(new WindowsError(1326, { space: "win32" }).message).toBe("ERROR_LOGON_FAILURE (1326)");
    expect(new WindowsError(1326, { space: "win32", symbol: "MINE" }).symbol).toBe("MINE");
    const second = "../src/symbol-source.ts?second-copy";
    const other = (await import(second)) as { symbolOf: typeof symbolOf };
    expect(other.symbolOf(691, "ras")).toBe("ERROR_AUTHENTICATION_FAILURE");
    useSymbols(undefined);
    expect(new WindowsError(1326, { space: "win32" }).symbol).toBeUndefined();
  });

  it.each([
    [5, "win32", "ERROR_ACCESS_DENIED"],
    [0, "win32", "ERROR_SUCCESS"],
    [0, "hresult", "S_OK"],
    [5, "nps", "IAS_DOMAIN_UNAVAILABLE"],
    [9, "nps", undefined],
    [5, "hresult", undefined],
    [0x80070005, "hresult", "E_ACCESSDENIED"],
    [-2147024891, "hresult", "E_ACCESSDENIED"],
    [-1073741715, "ntstatus", "STATUS_LOGON_FAILURE"],
    [0x80000001, "tapi", "LINEERR_ALLOCATED"],
    [4242, "win32", undefined],
    [5.5, "win32", undefined],
    [Number.NaN, "win32", undefined],
    [2 ** 32 + 5, "win32", undefined],
  ] as const)("%d in %s is %s", async (code, space, symbol) => {
    useSymbols((await loadLookup()).symbolOf);
    expect(symbolOf(code, space)).toBe(symbol);
    expect(codeSpaces).toContain(space);
  });
});
