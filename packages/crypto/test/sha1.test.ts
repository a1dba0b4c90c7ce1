import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha1 } from "../src/index.ts";
import { ascii, hex, splitAt } from "./bytes.ts";
import vectors from "./vectors/sha1.json" with { type: "json" };

const nodeSha1 = (bytes: Uint8Array) => createHash("sha1").update(bytes).digest("hex");

describe("SHA-1", () => {
  it.each(vectors.groups.rfc3174)(
    'RFC 3174 section 7.3: "$ascii" times $times',
    ({ ascii: text, times, digest }) => {
      expect(hex(sha1(ascii(text.repeat(times))))).toBe(digest);
    },
  );

  it("agrees with OpenSSL at every length up to four blocks, so on both sides of every padding edge", () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index * 167 + 13);
    for (let length = 0; length <= bytes.length; length += 1) {
      expect(hex(sha1(bytes.subarray(0, length)))).toBe(nodeSha1(bytes.subarray(0, length)));
    }
  });

  it("agrees with OpenSSL on any input, given in any pieces", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1_000 }), fc.array(fc.nat(1_000)), (bytes, cuts) => {
        expect(hex(sha1(...splitAt(bytes, cuts)))).toBe(nodeSha1(bytes));
      }),
    );
  });

  it("counts more than 2^29 bytes, whose length in bits needs the second word", { timeout: 60_000 }, () => {
    const chunk = new Uint8Array(2 ** 24);
    const node = createHash("sha1");
    for (let round = 0; round < 33; round += 1) node.update(chunk);
    expect(hex(sha1(...Array<Uint8Array>(33).fill(chunk)))).toBe(node.digest("hex"));
  });
});
