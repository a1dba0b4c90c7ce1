import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as decode from "../src/decode.ts";

const code = fc.integer({ min: 0, max: 0xffff_ffff });

describe("HRESULT", () => {
  it.each([
    [0x80070005, { severity: "error", customer: false, isNtStatus: false, facility: 7, code: 5 }],
    [-2146893048, { severity: "error", customer: false, isNtStatus: false, facility: 9, code: 0x308 }],
    [0x00090312, { severity: "success", customer: false, isNtStatus: false, facility: 9, code: 0x312 }],
    [0xd000006d, { severity: "error", customer: false, isNtStatus: true, facility: 0, code: 0x6d }],
    [0xa0010002, { severity: "error", customer: true, isNtStatus: false, facility: 1, code: 2 }],
  ])("%d is taken apart", (hresult, parts) => {
    expect(decode.decodeHresult(hresult)).toEqual(parts);
  });

  it("HRESULT_FROM_WIN32 leaves zero and HRESULTs alone", () => {
    expect([0, 5, 1326, 0x80090308, -1].map(decode.HRESULT_FROM_WIN32)).toEqual([
      0, 0x80070005, 0x8007052e, 0x80090308, 0xffffffff,
    ]);
  });

  it("what HRESULT_FROM_WIN32 and HRESULT_FROM_NT have made comes out again", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff }), (win32) => {
        expect(decode.win32FromHresult(decode.HRESULT_FROM_WIN32(win32))).toBe(win32);
      }),
    );
    fc.assert(
      fc.property(code, (status) => {
        const hresult = decode.HRESULT_FROM_NT(status);
        expect(decode.ntStatusFromHresult(hresult)).toBe((status & ~decode.FACILITY_NT_BIT) >>> 0);
      }),
    );
    expect(decode.win32FromHresult(0x80090308)).toBeUndefined();
    expect(decode.ntStatusFromHresult(0x80090308)).toBeUndefined();
  });

  it("SUCCEEDED and FAILED look at the topmost bit", () => {
    expect([0, 1, 0x00090312, 0x80004005, -2147467259].map(decode.SUCCEEDED)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    expect(decode.FAILED(0x80004005)).toBe(true);
  });
});

describe("NTSTATUS", () => {
  it.each([
    [0xc000006d, { severity: "error", customer: false, facility: 0, code: 0x6d }],
    [-1073741715, { severity: "error", customer: false, facility: 0, code: 0x6d }],
    [0x80000005, { severity: "warning", customer: false, facility: 0, code: 5 }],
    [0x40000000, { severity: "informational", customer: false, facility: 0, code: 0 }],
    [0x00000103, { severity: "success", customer: false, facility: 0, code: 0x103 }],
    [0xe06d7363, { severity: "error", customer: true, facility: 0x06d, code: 0x7363 }],
  ])("%d is taken apart", (status, parts) => {
    expect(decode.decodeNtStatus(status)).toEqual(parts);
  });

  it("carries a Win32 code as 0xC007nnnn", () => {
    expect(decode.win32FromNtStatus(0xc0070005)).toBe(5);
    expect(decode.win32FromNtStatus(0xc0000005)).toBeUndefined();
    expect([0, 0x40000000, 0x80000005, 0xc000006d].map(decode.NT_SUCCESS)).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect([0x80000005, 0xc000006d].map(decode.NT_ERROR)).toEqual([false, true]);
  });
});

describe("numbers", () => {
  it("signed and unsigned are the same 32 bits", () => {
    fc.assert(
      fc.property(code, (value) => {
        expect(decode.unsignedCode(decode.signedCode(value))).toBe(value);
        expect(Number(decode.hexCode(decode.signedCode(value)))).toBe(value);
        expect(decode.decodeHresult(decode.signedCode(value))).toEqual(decode.decodeHresult(value));
      }),
    );
  });

  it("no function takes a number that is no code, and says which parameter it was", () => {
    const functions = [
      [decode.decodeHresult, "hresult"],
      [decode.decodeNtStatus, "status"],
      [decode.HRESULT_FROM_WIN32, "code"],
      [decode.HRESULT_FROM_NT, "status"],
      [decode.win32FromHresult, "hresult"],
      [decode.ntStatusFromHresult, "hresult"],
      [decode.win32FromNtStatus, "status"],
      [decode.SUCCEEDED, "hresult"],
      [decode.NT_SUCCESS, "status"],
      [decode.NT_ERROR, "status"],
      [decode.hexCode, "code"],
    ] as const;
    for (const [take, parameter] of functions) {
      for (const wrong of [Number.NaN, 1.5, 2 ** 32, -(2 ** 31) - 1, Number.POSITIVE_INFINITY]) {
        expect(() => take(wrong)).toThrow(
          new RangeError(`${parameter} is ${wrong}; a code is a whole number from -2147483648 to 4294967295`),
        );
      }
    }
    expect([5, -1, 1.5, Number.NaN].map(decode.isCode)).toEqual([true, true, false, false]);
    expect([decode.signedCode(1.5), decode.unsignedCode(1e12)]).toEqual([1.5, 1e12]);
  });
});
