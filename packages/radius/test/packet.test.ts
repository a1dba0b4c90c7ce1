import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeRadiusPacket,
  encodeRadiusPacket,
  RadiusCode,
  RadiusPacketError,
  type RadiusPacketErrorReason,
  radiusCodeName,
} from "../src/index.ts";
import { hex, octets, utf8 } from "./support.ts";

const header = "01 07 00 14 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f";
const withLength = (length: number, ...attributes: readonly string[]): Uint8Array => {
  const bytes = octets(header + attributes.join(""));
  bytes[2] = length >> 8;
  bytes[3] = length & 255;
  return bytes;
};

/** What decoding or encoding fails with. */
function failure(action: () => unknown): [RadiusPacketErrorReason, number] {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(RadiusPacketError);
    const { reason, offset } = error as RadiusPacketError;
    return [reason, offset];
  }
  throw new Error("nothing was thrown");
}

describe("decodeRadiusPacket", () => {
  it.each([
    ["an empty datagram", new Uint8Array(0), "truncated", 0],
    ["19 octets", octets(header).subarray(0, 19), "truncated", 19],
    ["a Length of 19", withLength(19), "bad-length", 2],
    ["a Length beyond the datagram", withLength(21), "bad-length", 2],
    ["a Length of 4097", withLength(4097), "too-long", 2],
    ["half an attribute header", withLength(21, "01"), "attribute-truncated", 20],
    ["an attribute of length 0", withLength(22, "0100"), "attribute-length", 20],
    ["an attribute of length 1", withLength(22, "0101"), "attribute-length", 20],
    ["an attribute beyond the Length", withLength(26, "0103aa", "010461"), "attribute-truncated", 23],
    ["an attribute that ends in the padding", withLength(23, "0104aabb"), "attribute-truncated", 20],
  ] as const)("RFC 2865 section 3 refuses %s", (_, datagram, reason, offset) => {
    const padded = datagram.length === 26 ? Uint8Array.of(...datagram, 0, 0) : datagram;
    expect(failure(() => decodeRadiusPacket(padded))).toEqual([reason, offset]);
  });

  it("RFC 2865 section 3 ignores octets behind the Length", () => {
    const packet = decodeRadiusPacket(withLength(23, "0103aa", "ffffff"));
    expect(packet.length).toBe(23);
    expect(packet.bytes.length).toBe(23);
    expect([...packet].map(({ type, value }) => [type, hex(value)])).toEqual([[1, "aa"]]);
  });

  it("accepts an attribute without value, and the type 0", () => {
    const packet = decodeRadiusPacket(withLength(25, "5902", "0003aa"));
    expect(packet.first(89)).toEqual(new Uint8Array(0));
    expect(packet.first(0)).toEqual(Uint8Array.of(0xaa));
  });

  it("views the datagram, wherever that lies in its buffer, and never hands out a Buffer", () => {
    const buffer = Buffer.concat([Buffer.alloc(5, 0xee), withLength(23, "0103aa")]);
    const datagram = buffer.subarray(5);
    const packet = decodeRadiusPacket(datagram);
    datagram[22] = 0xbb;
    expect(packet.first(1)).toEqual(Uint8Array.of(0xbb));
    for (const bytes of [packet.bytes, packet.authenticator, packet.first(1), ...packet.all(1)]) {
      expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
    }
  });

  it("finds attributes by type, in order, in place", () => {
    const packet = decodeRadiusPacket(withLength(31, "2103aa", "0104aabb", "2104ccdd"));
    const first = packet.offsetOf(33);
    expect([first, packet.offsetOf(33, first), packet.offsetOf(33, 27), packet.offsetOf(99)]).toEqual([
      20, 27, -1, -1,
    ]);
    expect(packet.all(33).map(hex)).toEqual(["aa", "ccdd"]);
    expect(packet.first(99)).toBeUndefined();
    expect(packet.all(99)).toEqual([]);
  });

  it("shows no attribute when it is printed", () => {
    const packet = decodeRadiusPacket(withLength(28, "0208736563726574"));
    for (const shown of [inspect(packet, { depth: 9, showHidden: true }), JSON.stringify({ packet })]) {
      expect(shown).toContain("Access-Request");
      expect(shown).not.toMatch(/115|73|secret/);
    }
  });
});

describe("encodeRadiusPacket", () => {
  const authenticator = new Uint8Array(16);
  const fields = { code: 1, identifier: 0, authenticator, attributes: [] };

  it("RFC 2865 section 3 writes 4096 octets and no more", () => {
    const full = Array.from({ length: 16 }, () => ({ type: 26, value: new Uint8Array(252) }));
    const last = (length: number) => ({ type: 26, value: new Uint8Array(length) });
    const longest = encodeRadiusPacket({ ...fields, attributes: [...full, last(10)] });
    expect(longest.length).toBe(4096);
    expect(decodeRadiusPacket(longest).length).toBe(4096);
    const over = () => encodeRadiusPacket({ ...fields, attributes: [...full, last(11)] });
    expect(failure(over)).toEqual(["too-long", 4096]);
  });

  it("RFC 2865 section 5 refuses a value of more than 253 octets", () => {
    const attributes = [
      { type: 1, value: utf8("alice") },
      { type: 18, value: new Uint8Array(254) },
    ];
    expect(failure(() => encodeRadiusPacket({ ...fields, attributes }))).toEqual(["attribute-length", 27]);
  });

  it.each([
    ["code", { code: 256 }],
    ["identifier", { identifier: -1 }],
    ["authenticator", { authenticator: new Uint8Array(15) }],
    ["attribute type", { attributes: [{ type: 1.5, value: new Uint8Array(1) }] }],
  ])("names the %s that is impossible", (name, wrong) => {
    expect(() => encodeRadiusPacket({ ...fields, ...wrong })).toThrow(new RegExp(`^${name} must`));
    expect(() => encodeRadiusPacket({ ...fields, ...wrong })).toThrow(RangeError);
  });
});

const attribute = fc.record({ type: fc.nat(255), value: fc.uint8Array({ maxLength: 253 }) });
const fields = fc.record({
  code: fc.nat(255),
  identifier: fc.nat(255),
  authenticator: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  attributes: fc.array(attribute, { maxLength: 15 }),
});

describe("properties", () => {
  it("decode(encode(x)) = x", () => {
    fc.assert(
      fc.property(fields, (packet) => {
        const decoded = decodeRadiusPacket(encodeRadiusPacket(packet));
        expect(decoded.code).toBe(packet.code);
        expect(decoded.identifier).toBe(packet.identifier);
        expect(hex(decoded.authenticator)).toBe(hex(packet.authenticator));
        const shape = ({ type, value }: { type: number; value: Uint8Array }): string =>
          `${type}:${hex(value)}`;
        expect([...decoded].map(shape)).toEqual(packet.attributes.map(shape));
      }),
    );
  });

  /** Any bytes, bytes behind a header that fits, and a sound packet with some octets changed. */
  const datagram = fc.oneof(
    fc.uint8Array({ maxLength: 5000 }),
    fc.uint8Array({ maxLength: 300 }).map((body) => {
      const bytes = Uint8Array.of(...octets(header), ...body);
      bytes[2] = bytes.length >> 8;
      bytes[3] = bytes.length & 255;
      return bytes;
    }),
    fc
      .tuple(fields, fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 4 }))
      .map(([packet, changes]) => {
        const bytes = encodeRadiusPacket(packet);
        for (const [at, octet] of changes) if (at < bytes.length) bytes[at] = octet;
        return bytes;
      }),
  );

  it("any bytes: a packet whose attributes fill it exactly, or a RadiusPacketError with an offset inside", () => {
    const outcomes = new Set<string>();
    fc.assert(
      fc.property(datagram, (bytes) => {
        try {
          const packet = decodeRadiusPacket(bytes);
          const filled = [...packet].reduce((sum, { value }) => sum + 2 + value.length, 20);
          expect(filled).toBe(packet.length);
          expect(packet.length).toBeLessThanOrEqual(bytes.length);
          outcomes.add("packet");
        } catch (error) {
          if (!(error instanceof RadiusPacketError)) throw error;
          expect(error.offset).toBeGreaterThanOrEqual(0);
          expect(error.offset).toBeLessThanOrEqual(bytes.length);
          outcomes.add(error.reason);
        }
      }),
      { numRuns: 3_000, seed: 20_261_121 },
    );
    for (const reached of ["packet", "bad-length", "attribute-truncated", "attribute-length"]) {
      expect(outcomes).toContain(reached);
    }
  });
});

it("radiusCodeName names codes as the RFCs do, and any other by number", () => {
  const names = [RadiusCode.AccessRequest, RadiusCode.StatusServer, RadiusCode.CoaNak, 77].map(
    radiusCodeName,
  );
  expect(names).toEqual(["Access-Request", "Status-Server", "CoA-NAK", "Code-77"]);
});
