import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shortAsciiText, utf8Octets, utf8Text } from "../src/index.ts";

describe("UTF-8", () => {
  it("is what the platform makes of any text", () => {
    const texts = fc.oneof(
      fc.string(),
      fc.string({ unit: "grapheme" }),
      fc.string({ minLength: 250, maxLength: 300 }),
    );
    fc.assert(
      fc.property(texts, (text) => void expect(utf8Octets(text)).toEqual(new TextEncoder().encode(text))),
    );
  });

  it("is read as the platform reads any octets, byte order mark and nonsense included", () => {
    const octets = fc.oneof(
      fc.uint8Array(),
      fc.uint8Array({ minLength: 250, maxLength: 300, max: 127 }),
      fc.constant(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61)),
    );
    fc.assert(
      fc.property(octets, (value) => void expect(utf8Text(value)).toBe(new TextDecoder().decode(value))),
    );
  });

  it("is short ASCII only where every octet from the start on is", () => {
    expect(shortAsciiText(Uint8Array.of(0xff, 0x61, 0x62), 1)).toBe("ab");
    expect(shortAsciiText(Uint8Array.of(0x61, 0xff))).toBeUndefined();
    expect(shortAsciiText(new Uint8Array(256).fill(0x61))).toHaveLength(256);
    expect(shortAsciiText(new Uint8Array(257).fill(0x61))).toBeUndefined();
  });
});
