import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Md5, md5 } from "../src/index.ts";
import { ascii, hex, splitAt } from "./bytes.ts";
import vectors from "./vectors/md5.json" with { type: "json" };

const nodeMd5 = (bytes: Uint8Array) => createHash("md5").update(bytes).digest("hex");

describe("MD5", () => {
  it.each(vectors.groups.rfc1321)('RFC 1321 A.5: "$ascii"', ({ ascii: text, digest }) => {
    expect(hex(md5(ascii(text)))).toBe(digest);
    expect(hex(new Md5().update(ascii(text)).digest())).toBe(digest);
  });

  it("agrees with OpenSSL at every length up to four blocks, so on both sides of every padding edge", () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index * 167 + 13);
    for (let length = 0; length <= bytes.length; length += 1) {
      expect(hex(md5(bytes.subarray(0, length)))).toBe(nodeMd5(bytes.subarray(0, length)));
    }
  });

  it("agrees with OpenSSL on any input, given in any pieces", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1_000 }), fc.array(fc.nat(1_000)), (bytes, cuts) => {
        const parts = splitAt(bytes, cuts);
        const hash = new Md5();
        for (const part of parts) hash.update(part);
        expect(hex(hash.digest())).toBe(nodeMd5(bytes));
        expect(hex(md5(...parts))).toBe(nodeMd5(bytes));
      }),
    );
  });

  it("takes a range of a larger array", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), fc.nat(300), (bytes, one, other) => {
        const start = Math.min(one, other, bytes.length);
        const end = Math.min(Math.max(one, other), bytes.length);
        expect(hex(new Md5().update(bytes, start, end).digest())).toBe(nodeMd5(bytes.subarray(start, end)));
      }),
    );
  });

  it("counts more than 2^29 bytes, whose length in bits needs the second word", { timeout: 60_000 }, () => {
    const chunk = new Uint8Array(2 ** 24);
    const hash = new Md5();
    const node = createHash("md5");
    for (let round = 0; round < 33; round += 1) {
      hash.update(chunk);
      node.update(chunk);
    }
    expect(hex(hash.digest())).toBe(node.digest("hex"));
  });

  it("begins anew after a digest and after reset", () => {
    const hash = new Md5();
    const target = new Uint8Array(20).fill(0xee);
    hash.update(ascii("abc")).digestInto(target, 2);
    expect(hex(target)).toBe("eeee900150983cd24fb0d6963f7d28e17f72eeee");
    expect(hex(hash.digest())).toBe("d41d8cd98f00b204e9800998ecf8427e");
    expect(hex(hash.update(ascii("lost")).reset().update(ascii("a")).digest())).toBe(hex(md5(ascii("a"))));
  });

  it("may write the digest over its own input", () => {
    const bytes = ascii("a".repeat(40));
    const expected = nodeMd5(bytes);
    new Md5().update(bytes).digestInto(bytes, 4);
    expect(hex(bytes.subarray(4, 20))).toBe(expected);
  });

  it("keeps two computations apart, also from md5()", () => {
    const one = new Md5().update(ascii("ab"));
    const other = new Md5().update(ascii("message "));
    expect(hex(md5(ascii("a")))).toBe("0cc175b9c0f1b6a831c399e269772661");
    expect(hex(one.update(ascii("c")).digest())).toBe("900150983cd24fb0d6963f7d28e17f72");
    expect(hex(other.update(ascii("digest")).digest())).toBe("f96b697d7cb7938d525a2f31aaf161d0");
  });

  it.each([
    [-1, 2],
    [2, 1],
    [0, 4],
    [4, 4],
    [Number.NaN, 2],
  ])("refuses the range %d to %d of three bytes, and is then as it was", (start, end) => {
    const hash = new Md5().update(ascii("ab"));
    expect(() => hash.update(ascii("xyz"), start, end)).toThrow(RangeError);
    expect(hex(hash.update(ascii("c")).digest())).toBe("900150983cd24fb0d6963f7d28e17f72");
  });

  it("refuses a target without room, and is then as it was", () => {
    const hash = new Md5().update(ascii("abc"));
    expect(() => hash.digestInto(new Uint8Array(16), 1)).toThrow(RangeError);
    expect(() => hash.digestInto(new Uint8Array(32), -1)).toThrow("offset");
    expect(hex(hash.digest())).toBe("900150983cd24fb0d6963f7d28e17f72");
  });
});
