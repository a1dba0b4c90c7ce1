import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkMethodType,
  decodeEapPacket,
  decodeNak,
  describeEapPacket,
  type EapPacket,
  EapPacketError,
  type EapPacketErrorReason,
  type EapType,
  eapCodeName,
  eapTypeName,
  encodeEapPacket,
  encodeEapResult,
  encodeNak,
  isNak,
  isSameEapType,
} from "../src/index.ts";
import { hex, response } from "./harness.ts";

/** What decoding or encoding fails with. */
function failure(action: () => unknown): [EapPacketErrorReason, number] {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(EapPacketError);
    const { reason, offset } = error as EapPacketError;
    return [reason, offset];
  }
  throw new Error("nothing was thrown");
}

describe("decodeEapPacket", () => {
  it.each([
    ["nothing", [], "truncated", 0],
    ["three octets", [1, 2, 0], "truncated", 3],
    ["the code 0", [0, 2, 0, 4], "unknown-code", 0],
    ["the code 5", [5, 2, 0, 4], "unknown-code", 0],
    ["a Length of 3", [3, 2, 0, 3], "bad-length", 2],
    ["a Length beyond the octets", [3, 2, 0, 5], "bad-length", 2],
    ["a Response without a type", [2, 2, 0, 4], "missing-type", 4],
    ["half an expanded type", [1, 2, 0, 11, 254, 0, 1, 55, 0, 0, 0], "expanded-truncated", 11],
  ] as const)("RFC 3748 section 4 refuses %s", (_, octets, reason, offset) => {
    expect(failure(() => decodeEapPacket(Uint8Array.from(octets)))).toEqual([reason, offset]);
  });

  it("RFC 3748 section 4: octets behind the Length are padding", () => {
    const packet = decodeEapPacket(Uint8Array.of(2, 7, 0, 6, 1, 97, 0, 0));
    expect(packet).toMatchObject({ code: 2, identifier: 7, type: 1, expanded: false });
    expect(packet.bytes).toHaveLength(6);
    expect(packet.data).toEqual(Uint8Array.of(97));
  });

  it("RFC 3748 section 5.7: vendor and vendor type; of vendor 0 it is the plain number", () => {
    const microsoft = { vendorId: 311, vendorType: 0xfffffffe };
    const bytes = encodeEapPacket({ code: 1, identifier: 1, type: microsoft, data: Uint8Array.of(9) });
    expect(hex(bytes)).toBe("0101000d" + "fe000137fffffffe" + "09");
    expect(decodeEapPacket(bytes)).toMatchObject({ type: microsoft, expanded: true, data: Uint8Array.of(9) });
    const plain = encodeEapPacket({ code: 1, identifier: 1, type: { vendorId: 0, vendorType: 4 } });
    expect(decodeEapPacket(plain)).toMatchObject({ type: 4, expanded: true });
  });

  it("RFC 3748 section 4.2: Success and Failure are four octets", () => {
    expect(hex(encodeEapResult(3, 9))).toBe("03090004");
    expect(decodeEapPacket(encodeEapResult(4, 9))).toMatchObject({ code: 4, identifier: 9, type: 0 });
  });

  it("decodes any octets or throws EapPacketError, and encodes what it decoded", () => {
    fc.assert(
      fc.property(anyPacket(), (octets) => {
        let packet: EapPacket;
        try {
          packet = decodeEapPacket(octets);
        } catch (error) {
          expect(error).toBeInstanceOf(EapPacketError);
          return;
        }
        if (isNak(packet)) {
          try {
            decodeNak(packet);
          } catch (error) {
            expect(error).toBeInstanceOf(EapPacketError);
          }
        }
        if (packet.type === 0 || (packet.expanded && typeof packet.type === "number")) return;
        const { code, identifier, type, data } = packet;
        expect(encodeEapPacket({ code, identifier, type, data })).toEqual(packet.bytes);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe("encodeEapPacket", () => {
  it("refuses a request without a type and more than 65535 octets", () => {
    expect(failure(() => encodeEapPacket({ code: 1, identifier: 1 }))).toEqual(["missing-type", 4]);
    const data = new Uint8Array(65_531);
    expect(failure(() => encodeEapPacket({ code: 1, identifier: 1, type: 4, data }))).toEqual([
      "too-long",
      65_535,
    ]);
    expect(encodeEapPacket({ code: 1, identifier: 1, type: 4, data: data.subarray(1) })).toHaveLength(65_535);
  });
});

describe("Nak", () => {
  const vendorType = { vendorId: 311, vendorType: 7 };
  const types: EapType[] = [26, vendorType, 13, { vendorId: 9, vendorType: 1 }];

  it("RFC 3748 section 5.3.1: a Legacy Nak lists octets, expanded types as one 254, nothing as 0", () => {
    expect(hex(encodeNak(5, types, { expanded: false }))).toBe("0205000803" + "1afe0d");
    expect(decodeNak(decodeEapPacket(encodeNak(5, types, { expanded: false })))).toEqual({
      types: [26, 13],
      expandedPossible: true,
    });
    expect(decodeNak(decodeEapPacket(encodeNak(5, [], { expanded: false })))).toEqual({
      types: [],
      expandedPossible: false,
    });
  });

  it("RFC 3748 section 5.3.2: an Expanded Nak lists entries of eight octets", () => {
    const bytes = encodeNak(5, types, { expanded: true });
    expect(bytes).toHaveLength(12 + 4 * 8);
    expect(decodeNak(decodeEapPacket(bytes))).toEqual({ types, expandedPossible: true });
    expect(decodeNak(decodeEapPacket(encodeNak(5, [], { expanded: true }))).types).toEqual([]);
  });

  it.each([
    ["an empty Legacy Nak", response(1, 3), 5],
    [
      "an empty Expanded Nak",
      encodeEapPacket({ code: 2, identifier: 1, type: { vendorId: 0, vendorType: 3 } }),
      12,
    ],
    [
      "half an entry",
      encodeEapPacket({
        code: 2,
        identifier: 1,
        type: { vendorId: 0, vendorType: 3 },
        data: new Uint8Array(12),
      }),
      24,
    ],
    [
      "an entry that is no expanded type",
      encodeEapPacket({
        code: 2,
        identifier: 1,
        type: { vendorId: 0, vendorType: 3 },
        data: new Uint8Array(8),
      }),
      12,
    ],
  ])("refuses %s", (_, bytes, offset) => {
    expect(failure(() => decodeNak(decodeEapPacket(bytes)))).toEqual(["nak-length", offset]);
  });
});

describe("types", () => {
  it("compares, names and checks them", () => {
    expect(isSameEapType({ vendorId: 1, vendorType: 2 }, { vendorId: 1, vendorType: 2 })).toBe(true);
    expect(isSameEapType({ vendorId: 1, vendorType: 2 }, { vendorId: 1, vendorType: 3 })).toBe(false);
    expect(isSameEapType(4, { vendorId: 0, vendorType: 4 })).toBe(false);
    expect([4, 200, { vendorId: 311, vendorType: 7 }].map(eapTypeName)).toEqual([
      "MD5-Challenge",
      "type 200",
      "expanded type 311/7",
    ]);
    expect([1, 4, 9].map(eapCodeName)).toEqual(["Request", "Failure", "code 9"]);
    expect(describeEapPacket(decodeEapPacket(response(7, 1, [115, 101])))).toBe("Response 7, 7 octets");
    for (const type of [4, 253, 255, { vendorId: 1, vendorType: 0 }])
      expect(() => checkMethodType(type)).not.toThrow();
    for (const type of [
      0,
      3,
      254,
      256,
      4.5,
      { vendorId: 0, vendorType: 4 },
      { vendorId: 1, vendorType: 2 ** 32 },
    ]) {
      expect(() => checkMethodType(type)).toThrow(RangeError);
    }
  });
});

/** Octets that are often nearly a packet. */
function anyPacket(): fc.Arbitrary<Uint8Array> {
  const shaped = fc
    .record({
      code: fc.integer({ min: 0, max: 6 }),
      identifier: fc.integer({ min: 0, max: 255 }),
      lie: fc.constantFrom(0, 0, 0, 0, -1, 1, 1_000),
      type: fc.constantFrom(1, 2, 3, 4, 13, 254),
      data: fc.uint8Array({ maxLength: 40 }),
    })
    .map(({ code, identifier, lie, type, data }) => {
      const length = Math.max(0, 5 + data.length + lie);
      return Uint8Array.of(code, identifier, length >> 8, length & 255, type, ...data);
    });
  return fc.oneof(fc.uint8Array({ maxLength: 64 }), shaped);
}
