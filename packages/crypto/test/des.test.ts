import { createCipheriv } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { desEncrypt } from "../src/index.ts";
import { fromHex, hex } from "./bytes.ts";
import vectors from "./vectors/des.json" with { type: "json" };

/** The 7 octets of a key of 8 whose parity bits are left out. */
function withoutParity(key: Uint8Array): Uint8Array {
  const bits = Array.from(key, (octet) => octet.toString(2).padStart(8, "0").slice(0, 7)).join("");
  return Uint8Array.from({ length: 7 }, (_, at) => Number.parseInt(bits.slice(8 * at, 8 * at + 8), 2));
}

/** Triple DES with the same key three times is DES, which OpenSSL no longer offers by itself. */
function openSslDes(key: Uint8Array, block: Uint8Array): string {
  const cipher = createCipheriv("des-ede3-ecb", Buffer.concat([key, key, key]), null).setAutoPadding(false);
  return cipher.update(block, undefined, "hex") + cipher.final("hex");
}

const blocks = fc.uint8Array({ minLength: 8, maxLength: 8 });

describe("DES", () => {
  it.each(vectors.groups["des-ecb"])("known answer: $plain becomes $cipher", ({ key, plain, cipher }) => {
    expect(hex(desEncrypt(withoutParity(fromHex(key)), fromHex(plain)))).toBe(cipher);
  });

  it.each(vectors.groups.parity)(
    "RFC 2759 section 9.3: $raw stands for the key $corrected",
    ({ raw, corrected }) => {
      expect(hex(withoutParity(fromHex(corrected)))).toBe(raw);
      fc.assert(
        fc.property(blocks, (block) => {
          expect(hex(desEncrypt(fromHex(raw), block))).toBe(openSslDes(fromHex(corrected), block));
        }),
      );
    },
  );

  it("agrees with OpenSSL for any key and block", () => {
    fc.assert(
      fc.property(blocks, blocks, (key, block) => {
        expect(hex(desEncrypt(withoutParity(key), block))).toBe(openSslDes(key, block));
      }),
      { numRuns: 1_000 },
    );
  });

  it("agrees with OpenSSL for every single bit of key and block", () => {
    for (let bit = 0; bit < 64; bit += 1) {
      const one = Uint8Array.from({ length: 8 }, (_, at) => (at === bit >> 3 ? 0x80 >> (bit & 7) : 0));
      const none = new Uint8Array(8);
      expect(hex(desEncrypt(withoutParity(one), none))).toBe(openSslDes(one, none));
      expect(hex(desEncrypt(new Uint8Array(7), one))).toBe(openSslDes(none, one));
    }
  });

  it("leaves key and block alone", () => {
    const key = fromHex("0edde3337d427f");
    const block = fromHex("0123456789abcdef");
    desEncrypt(key, block);
    expect(hex(key) + hex(block)).toBe("0edde3337d427f0123456789abcdef");
  });

  it.each([
    [0, 8, "key"],
    [6, 8, "key"],
    [8, 8, "key"],
    [7, 0, "block"],
    [7, 7, "block"],
    [7, 16, "block"],
  ])("refuses a key of %d bytes with a block of %d, naming the %s", (keyLength, blockLength, name) => {
    const encrypt = () => desEncrypt(new Uint8Array(keyLength), new Uint8Array(blockLength));
    expect(encrypt).toThrow(RangeError);
    expect(encrypt).toThrow(name);
  });
});
