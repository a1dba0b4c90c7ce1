import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { md4 } from "../src/index.ts";
import { ascii, fromHex, hex, splitAt } from "./bytes.ts";
import vectors from "./vectors/md4.json" with { type: "json" };

describe("MD4", () => {
  it.each(vectors.groups.rfc1320)('RFC 1320 A.5: "$ascii"', ({ ascii: text, digest }) => {
    expect(hex(md4(ascii(text)))).toBe(digest);
  });

  it.each(vectors.groups["padding-edges"])("padding edge: $len bytes", ({ hex: input, digest }) => {
    expect(hex(md4(fromHex(input)))).toBe(digest);
  });

  it("gives the same for any pieces", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat(300)), (bytes, cuts) => {
        expect(md4(...splitAt(bytes, cuts))).toEqual(md4(bytes));
      }),
    );
  });
});
