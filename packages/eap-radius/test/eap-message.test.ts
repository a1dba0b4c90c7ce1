import {
  decodeRadiusPacket,
  encodeRadiusPacket,
  type RadiusPacket,
  type RawAttribute,
} from "@sallyport/radius";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EapMessageError, eapPacketSize, joinEapMessage, splitEapMessage } from "../src/index.ts";

const eapMessage = (length: number, fill = 0): RawAttribute => ({
  type: 79,
  value: new Uint8Array(length).fill(fill),
});
const userName: RawAttribute = { type: 1, value: Uint8Array.of(97) };

function packetWith(...attributes: readonly RawAttribute[]): RadiusPacket {
  return decodeRadiusPacket(
    encodeRadiusPacket({ code: 1, identifier: 1, authenticator: new Uint8Array(16), attributes }),
  );
}

const number = (type: number, value: number): RawAttribute => ({
  type,
  value: Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value),
});

describe("EAP-62 EAP-Message (RFC 3579 section 3.1)", () => {
  it("EAP-62 a packet of 1400 octets becomes six attributes of at most 253", () => {
    expect(splitEapMessage(new Uint8Array(1_400)).map(({ value }) => value.length)).toEqual([
      253, 253, 253, 253, 253, 135,
    ]);
  });

  it("EAP-62 splitting and joining give the same octets, whatever stands before and behind", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 3_000 }), (bytes) => {
        const joined = joinEapMessage(packetWith(userName, ...splitEapMessage(bytes), userName));
        expect(joined).toEqual({ kind: "packet", bytes });
      }),
      { numRuns: 200 },
    );
  });

  it("no EAP-Message, and an empty one: EAP-Start", () => {
    expect(joinEapMessage(packetWith(userName))).toEqual({ kind: "none" });
    expect(joinEapMessage(packetWith(userName, eapMessage(0)))).toEqual({ kind: "start" });
  });

  it.each([
    ["interleaved", [eapMessage(253), userName, eapMessage(3)], 20 + 255 + 3],
    ["empty-part", [eapMessage(253), eapMessage(0)], 20 + 255],
    ["empty-part", [eapMessage(0), eapMessage(4)], 20],
    ["empty-part", [eapMessage(0), eapMessage(0)], 22],
    ["interleaved", [eapMessage(0), userName, eapMessage(0)], 25],
  ] as const)("%s is refused with its place", (reason, attributes, offset) => {
    const join = () => joinEapMessage(packetWith(...attributes));
    expect(join).toThrow(EapMessageError);
    expect(join).toThrow(expect.objectContaining({ reason, offset }));
  });

  it("any attributes give a message or an EapMessageError", () => {
    const attribute = fc.record({
      type: fc.constantFrom(79, 79, 79, 1, 24),
      value: fc.uint8Array({ maxLength: 253 }),
    });
    fc.assert(
      fc.property(fc.array(attribute, { maxLength: 12 }), (attributes) => {
        try {
          joinEapMessage(packetWith(...attributes));
        } catch (error) {
          expect(error).toBeInstanceOf(EapMessageError);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("EAP-62 Framed-MTU (RFC 3579 section 2.4)", () => {
  it.each([
    ["absent", [], 1_020],
    ["of a link without overhead", [number(12, 1_344)], 1_344],
    ["of 802.11", [number(12, 1_400), number(61, 19)], 1_396],
    ["of Ethernet", [number(12, 1_500), number(61, 15)], 1_496],
    ["below what EAP needs of any link", [number(12, 500)], 1_020],
    ["large", [number(12, 65_535)], 3_000],
    ["of a wrong length", [{ type: 12, value: Uint8Array.of(5, 120) }], 1_020],
  ] as const)("%s", (_, attributes, size) => {
    expect(eapPacketSize(packetWith(...attributes))).toBe(size);
  });
});
