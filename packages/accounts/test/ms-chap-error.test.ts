import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type MsChapErrorReason, msChap2Error, msChapError, msChapErrorCode } from "../src/index.ts";
import { fromHex } from "./accounts.ts";

const eight = fromHex("0123456789abcdef");
const sixteen = fromHex("0123456789abcdeffedcba9876543210");

describe("msChapErrorCode", () => {
  it.each<[MsChapErrorReason, number]>([
    ["logon-hours", 646],
    ["disabled", 647],
    ["expired", 647],
    ["password-expired", 648],
    ["no-dial-in", 649],
    ["unknown-account", 691],
    ["wrong-password", 691],
    ["password-form", 691],
    ["lan-manager", 691],
    ["malformed", 691],
    ["unusable-password", 709],
    ["change-failed", 709],
  ])("%s is %d", (reason, code) => {
    expect(msChapErrorCode(reason)).toBe(code);
  });
});

describe("msChapError", () => {
  it("RFC 2433 section 8: has the fields in their order, the challenge only when it is given", () => {
    expect(msChapError({ code: 691, challenge: eight })).toBe("E=691 R=0 C=0123456789ABCDEF V=2");
    expect(msChapError({ code: 691, retry: true })).toBe("E=691 R=1 V=2");
    expect(msChapError({ code: 648, retry: false })).toBe("E=648 R=0 V=2");
  });

  it.each([0, 7, 16])("refuses a challenge of %d octets", (length) => {
    expect(() => msChapError({ code: 691, challenge: new Uint8Array(length) })).toThrow(TypeError);
  });
});

describe("msChap2Error", () => {
  it("RFC 2759 section 6: has the fields in their order", () => {
    expect(msChap2Error({ code: 691, challenge: sixteen, message: "No." })).toBe(
      "E=691 R=0 C=0123456789ABCDEFFEDCBA9876543210 V=3 M=No.",
    );
    expect(msChap2Error({ code: 648, retry: true, challenge: sixteen })).toBe(
      "E=648 R=1 C=0123456789ABCDEFFEDCBA9876543210 V=3 M=The password has expired.",
    );
  });

  it("has something to say for every code", () => {
    for (const code of [646, 647, 648, 649, 691, 709, 708, 0, 9_999_999_999]) {
      expect(msChap2Error({ code, challenge: sixteen })).toMatch(
        new RegExp(`^E=${code} R=0 C=[0-9A-F]{32} V=3 M=[A-Z][a-z ]+\\.$`),
      );
    }
  });

  it("says the same to unknown users as to wrong passwords", () => {
    const text = (reason: MsChapErrorReason) =>
      msChap2Error({ code: msChapErrorCode(reason), challenge: sixteen });
    expect(text("unknown-account")).toBe(text("wrong-password"));
    expect(text("password-form")).toBe(text("wrong-password"));
  });

  it("writes the challenge with 32 digits whatever it is", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (challenge) => {
        const digits = /C=(\w*)/.exec(msChap2Error({ code: 691, challenge }))?.[1];
        expect(digits).toBe(Buffer.from(challenge).toString("hex").toUpperCase());
      }),
    );
  });

  it.each([0, 8, 17])("refuses a challenge of %d octets", (length) => {
    expect(() => msChap2Error({ code: 691, challenge: new Uint8Array(length) })).toThrow(TypeError);
  });

  it.each([-1, 1.5, Number.NaN, 10_000_000_000])("refuses the code %d", (code) => {
    expect(() => msChap2Error({ code, challenge: sixteen })).toThrow(TypeError);
    expect(() => msChapError({ code })).toThrow(TypeError);
  });
});
