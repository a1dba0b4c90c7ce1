import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { constantTimeEqual } from "../src/index.ts";

describe("constantTimeEqual", () => {
  it("tells whether the bytes are the same", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
        expect(constantTimeEqual(a, b)).toBe(Buffer.compare(a, b) === 0);
        expect(constantTimeEqual(a, Uint8Array.from(a))).toBe(true);
      }),
    );
  });

  it("sees a difference of any one bit anywhere", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), fc.nat(7), (bytes, place, bit) => {
        const other = Uint8Array.from(bytes);
        const at = place % bytes.length;
        other[at] = (other[at] as number) ^ (1 << bit);
        expect(constantTimeEqual(bytes, other)).toBe(false);
      }),
    );
  });

  it("sees an array that is only the beginning of the other", () => {
    expect(constantTimeEqual(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 0))).toBe(false);
    expect(constantTimeEqual(new Uint8Array(), Uint8Array.of(0))).toBe(false);
    expect(constantTimeEqual(new Uint8Array(), new Uint8Array())).toBe(true);
  });

  it("reads both arrays to the end wherever they differ", () => {
    const reads = (different: number) => {
      const counted = { reads: 0 };
      const bytes = new Uint8Array(16);
      bytes[different] = 1;
      const spy = new Proxy(bytes, {
        get(target, key) {
          if (typeof key === "string" && /^\d+$/.test(key)) counted.reads += 1;
          return Reflect.get(target, key, target);
        },
      });
      expect(constantTimeEqual(spy, new Uint8Array(16))).toBe(false);
      return counted.reads;
    };
    expect([reads(0), reads(7), reads(15)]).toEqual([16, 16, 16]);
  });
});
