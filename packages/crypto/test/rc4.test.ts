import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rc4, rc4 } from "../src/index.ts";
import { ascii, fromHex, hex } from "./bytes.ts";
import vectors from "./vectors/rc4.json" with { type: "json" };

describe("RC4", () => {
  it.each(vectors.groups.rc4)("RFC 6229 section 2: key $key", ({ key, keystream }) => {
    expect(hex(rc4(fromHex(key), new Uint8Array(keystream.length / 2)))).toBe(keystream);
  });

  const keys = fc.uint8Array({ minLength: 1, maxLength: 256 });
  const inputs = fc.uint8Array({ maxLength: 600 });

  it("decrypts what it encrypted, and leaves key and input alone", () => {
    fc.assert(
      fc.property(keys, inputs, (key, bytes) => {
        const before = [hex(key), hex(bytes)];
        expect(rc4(key, rc4(key, bytes))).toEqual(Uint8Array.from(bytes));
        expect([hex(key), hex(bytes)]).toEqual(before);
      }),
    );
  });

  it("has one key stream a key, whatever it encrypts and however long that is", () => {
    fc.assert(
      fc.property(keys, inputs, (key, bytes) => {
        const stream = rc4(key, new Uint8Array(600));
        expect(hex(rc4(key, bytes))).toBe(hex(bytes.map((byte, at) => byte ^ (stream[at] as number))));
      }),
    );
  });

  it("takes a key and its repetition for the same, which only the key length tells apart from others", () => {
    expect(rc4(ascii("keykey"), new Uint8Array(32))).toEqual(rc4(ascii("key"), new Uint8Array(32)));
    expect(rc4(ascii("kex"), new Uint8Array(32))).not.toEqual(rc4(ascii("key"), new Uint8Array(32)));
  });

  it.each([0, 257])("refuses a key of %d bytes", (length) => {
    expect(() => rc4(new Uint8Array(length), ascii("x"))).toThrow(RangeError);
  });

  it("goes on where it stopped, in place, whatever the pieces and wherever they lie in memory", () => {
    const pieces = fc.array(fc.record({ length: fc.nat(300), offset: fc.nat(7) }), { maxLength: 8 });
    fc.assert(
      fc.property(keys, pieces, (key, list) => {
        const stream = rc4(key, new Uint8Array(2400));
        const cipher = new Rc4(key);
        let used = 0;
        for (const { length, offset } of list) {
          const room = new Uint8Array(length + offset + 4);
          cipher.apply(room.subarray(offset, offset + length));
          expect(hex(room)).toBe(
            "00".repeat(offset) + hex(stream.subarray(used, used + length)) + "00".repeat(4),
          );
          used += length;
        }
      }),
    );
  });

  it("is saved and restored anywhere in its stream, and wiped", () => {
    const whole = rc4(ascii("key"), new Uint8Array(100));
    let cipher = new Rc4(ascii("key"));
    const cut = new Uint8Array(100);
    for (let at = 0; at < 100; at += 7) {
      cipher.apply(cut.subarray(at, at + 7));
      cipher = Rc4.restore(cipher.save());
    }
    expect(hex(cut)).toBe(hex(whole));
    expect(() => Rc4.restore(new Uint8Array(257))).toThrow(RangeError);
    expect(() => Rc4.restore(new Uint8Array(258))).toThrow("no permutation");
    cipher.wipe();
    expect(cipher.save()).toEqual(new Uint8Array(258));
  });
});
