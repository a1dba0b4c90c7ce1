import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AvpError, decodeAvps, encodeAvps } from "../../src/index.ts";
import { fromHex, hex } from "../methods/conversation.ts";

function problem(digits: string): string {
  try {
    decodeAvps(fromHex(digits));
  } catch (error) {
    if (error instanceof AvpError) return `${error.reason} at ${error.offset}`;
    throw error;
  }
  return "none";
}

describe("AVPs of TTLS (RFC 5281 section 10)", () => {
  const userName = { code: 1, vendorId: 0, mandatory: true, data: fromHex("616c696365") };
  const challenge = {
    code: 11,
    vendorId: 311,
    mandatory: true,
    data: fromHex("00112233445566778899aabbccddeeff"),
  };

  it("one of RADIUS: code, flags, length, padding to four octets", () => {
    expect(hex(encodeAvps([userName]))).toBe("000000014000000d616c696365000000");
    expect(decodeAvps(fromHex("000000014000000d616c696365000000"))).toEqual([userName]);
  });

  it("one of a vendor: the V flag, and Vendor-ID", () => {
    const bytes = `0000000bc000001c00000137${hex(challenge.data)}`;
    expect(hex(encodeAvps([challenge]))).toBe(bytes);
    expect(decodeAvps(fromHex(bytes))).toEqual([challenge]);
  });

  it("one that need not be understood, and one without data", () => {
    const avps = [
      { code: 4_000_000_000, vendorId: 4_294_967_295, mandatory: false, data: new Uint8Array(0) },
      { code: 0, vendorId: 0, mandatory: false, data: new Uint8Array(0) },
    ];
    expect(decodeAvps(encodeAvps(avps))).toEqual(avps);
  });

  it("the padding of the last one may be missing, and its content does not matter", () => {
    expect(decodeAvps(fromHex("000000014000000d616c696365"))).toEqual([userName]);
    expect(decodeAvps(fromHex("000000014000000d616c6963650a0b"))).toEqual([userName]);
    expect(decodeAvps(fromHex("000000014000000d616c696365ffffff000000014000000d616c696365"))).toEqual([
      userName,
      userName,
    ]);
  });

  it("reserved flags are ignored", () => {
    expect(decodeAvps(fromHex("000000015f00000d616c696365000000"))).toEqual([userName]);
  });

  it.each([
    ["an end within the header", "00000001400000", "truncated at 0"],
    ["an end within the header of the second", "000000014000000d616c69636500000000000001", "truncated at 16"],
    ["a length below the header", "0000000140000007", "bad-length at 5"],
    ["a length of 0, which would never end", "0000000140000000", "bad-length at 5"],
    ["a length beyond the end", "0000000140000010616c6963", "bad-length at 5"],
    ["the greatest length", "0000000140ffffff616c6963", "bad-length at 5"],
    ["a vendor's length below its header", "00000001c00000080000013700000000", "bad-length at 5"],
    ["a vendor's header cut short", "00000001c000000c0000", "bad-length at 5"],
  ])("%s", (_, digits, expected) => {
    expect(problem(digits)).toBe(expected);
  });

  it("more than 128 are refused, 128 are not", () => {
    const avp = "0000000100000008";
    expect(decodeAvps(fromHex(avp.repeat(128)))).toHaveLength(128);
    expect(problem(avp.repeat(129))).toBe("too-many at 1024");
  });

  it("what is written is read", () => {
    const number = fc.nat(0xffffffff);
    const avp = fc.record({
      code: number,
      vendorId: fc.oneof(fc.constant(0), number),
      mandatory: fc.boolean(),
      data: fc.uint8Array({ maxLength: 70 }),
    });
    fc.assert(
      fc.property(fc.array(avp, { maxLength: 12 }), (avps) => {
        const bytes = encodeAvps(avps);
        expect(bytes.length % 4).toBe(0);
        expect(decodeAvps(bytes)).toEqual(avps);
      }),
    );
  });

  it("any octets are AVPs or an AvpError, and nothing is read beyond the end", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          const sum = decodeAvps(bytes).reduce((all, { data }) => all + data.length, 0);
          expect(sum).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(AvpError);
          expect((error as AvpError).offset).toBeLessThanOrEqual(bytes.length);
        }
      }),
      { numRuns: 2_000, seed: 5281 },
    );
  });

  it("an AVP with a flipped length, for every bit, is AVPs or an AvpError", () => {
    const bytes = encodeAvps([userName, challenge, userName]);
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = bytes.slice();
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      try {
        decodeAvps(changed);
      } catch (error) {
        expect(error).toBeInstanceOf(AvpError);
      }
    }
  });

  it("numbers that do not fit are a programmer's mistake", () => {
    expect(() => encodeAvps([{ ...userName, code: 2 ** 32 }])).toThrow(RangeError);
    expect(() => encodeAvps([{ ...userName, vendorId: -1 }])).toThrow(RangeError);
  });
});
