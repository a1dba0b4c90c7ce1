import { describe, expect, it } from "vitest";
import { base32Octets, codeOf, stepsOf, timeStep, totpKey } from "../src/totp.ts";

const octets = (text: string) => new TextEncoder().encode(text);
const rfcKey = totpKey(octets("12345678901234567890"));

describe("codes", () => {
  it.each([
    [59, "94287082"],
    [1111111109, "07081804"],
    [1111111111, "14050471"],
    [1234567890, "89005924"],
    [2000000000, "69279037"],
    [20000000000, "65353130"],
  ])("RFC 6238 appendix B, SHA-1: at second %i the code is %s", async (second, code) => {
    expect(await codeOf(await rfcKey, timeStep(second * 1000, 30), 8)).toBe(code);
  });

  it.each([
    [0, "755224"],
    [1, "287082"],
    [2, "359152"],
    [3, "969429"],
    [4, "338314"],
    [5, "254676"],
    [6, "287922"],
    [7, "162583"],
    [8, "399871"],
    [9, "520489"],
  ])("RFC 4226 appendix D: counter %i has the code %s", async (counter, code) => {
    expect(await codeOf(await rfcKey, counter, 6)).toBe(code);
  });

  it("are good for the steps of the window and no other", async () => {
    const key = await rfcKey;
    const shape = { digits: 6, periodSeconds: 30 };
    const code = await codeOf(key, 7, 6);
    const found = (second: number, window: number) => stepsOf(key, code, second * 1000, window, shape);
    expect(await found(7 * 30, 0)).toEqual([7]);
    expect(await found(8 * 30 - 1, 0)).toEqual([7]);
    expect(await found(8 * 30, 0)).toEqual([]);
    expect(await found(9 * 30 - 1, 1)).toEqual([7]);
    expect(await found(9 * 30, 1)).toEqual([]);
    expect(await found(6 * 30, 1)).toEqual([7]);
    expect(await found(6 * 30 - 1, 1)).toEqual([]);
    expect(await found(30, 10)).toEqual([7]);
  });

  it.each(["", "25467", "2546766", "25467x", "254 676"])("are never made of %j", async (text) => {
    expect(await stepsOf(await rfcKey, text, 5 * 30_000, 0, { digits: 6, periodSeconds: 30 })).toEqual([]);
  });
});

describe("Base32", () => {
  it.each([
    ["", ""],
    ["MY======", "f"],
    ["MZXQ====", "fo"],
    ["MZXW6===", "foo"],
    ["MZXW6YQ=", "foob"],
    ["MZXW6YTB", "fooba"],
    ["MZXW6YTBOI======", "foobar"],
    ["mzxw 6ytb-oi", "foobar"],
  ])("RFC 4648 section 10: %j is %j", (text, clear) => {
    expect(base32Octets(text)).toEqual(octets(clear));
  });

  it.each([
    ["MZXW1YTB", "character 5 is none of A to Z and 2 to 7"],
    ["MZ=W6YTB", "character 3 is none of A to Z and 2 to 7"],
    ["M", "its end is missing or altered"],
    ["MZX", "its end is missing or altered"],
    ["MZXW6Y", "its end is missing or altered"],
    ["MZ", "its end is missing or altered"],
  ])("%j is refused: %s", (text, problem) => {
    expect(() => base32Octets(text)).toThrow(new RangeError(problem));
  });
});
