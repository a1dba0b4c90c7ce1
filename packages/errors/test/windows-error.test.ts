import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { E_ACCESSDENIED } from "../src/hresult.ts";
import { type CodeSpace, WindowsError } from "../src/index.ts";
import { ERROR_ACCESS_DENIED, ERROR_LOGON_FAILURE } from "../src/win32.ts";

describe("WindowsError", () => {
  it("carries code, space and symbol, and tells both in its message", () => {
    const error = new WindowsError(ERROR_ACCESS_DENIED, { space: "win32" });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ code: 5, space: "win32", symbol: "ERROR_ACCESS_DENIED" });
    expect(error.message).toBe("ERROR_ACCESS_DENIED (5)");
    expect(String(error)).toBe("WindowsError: ERROR_ACCESS_DENIED (5)");
  });

  it.each<[number, CodeSpace, string]>([
    [E_ACCESSDENIED, "hresult", "E_ACCESSDENIED (0x80070005)"],
    [-2147024891, "hresult", "E_ACCESSDENIED (0x80070005)"],
    [0x8009, "hresult", "hresult code 0x00008009"],
    [48, "nps", "IAS_NO_POLICY_MATCH (48)"],
    [9, "nps", "nps code 9"],
    [4242, "win32", "win32 code 4242"],
    [Number.NaN, "win32", "win32 code NaN"],
    [5e9, "win32", "win32 code 5000000000"],
  ])("the default message of %d in %s is %s", (code, space, message) => {
    expect(new WindowsError(code, { space }).message).toBe(message);
  });

  it("takes a message and a cause; without one it has none", () => {
    const cause = new Error("the reason");
    const error = new WindowsError(ERROR_LOGON_FAILURE, { space: "win32", message: "no such luck", cause });
    expect([error.message, error.cause]).toEqual(["no such luck", cause]);
    const plain = new WindowsError(ERROR_LOGON_FAILURE, {
      space: "win32",
      message: undefined,
      cause: undefined,
    });
    expect(plain.message).toBe("ERROR_LOGON_FAILURE (1326)");
    expect(Object.hasOwn(plain, "cause")).toBe(false);
  });

  it("shows name, message, the place, and its fields when inspected", () => {
    const text = inspect(
      new WindowsError(ERROR_ACCESS_DENIED, { space: "win32", cause: new Error("the reason") }),
    );
    expect(text).toMatch(/^WindowsError: ERROR_ACCESS_DENIED \(5\)\n {4}at .*windows-error\.test\.ts/);
    expect(text).toContain("code: 5");
    expect(text).toContain("space: 'win32'");
    expect(text).toContain("symbol: 'ERROR_ACCESS_DENIED'");
    expect(text).toContain("[cause]: Error: the reason");
    expect(text).not.toContain("Symbol(");
  });

  it("becomes JSON without its stack and cause", () => {
    const error = new WindowsError(ERROR_ACCESS_DENIED, { space: "win32", cause: new Error("the reason") });
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
