import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodePeapTlvs, encodePeapTlvs, PeapTlvError, type PeapTlvs } from "../../src/index.ts";
import {
  boundTlv,
  compoundKeys,
  compoundSessionKeys,
  innerSessionKey,
  isBound,
} from "../../src/methods/peap/crypto-binding.ts";
import { encodeCryptoBinding } from "../../src/methods/peap/peap-tlv.ts";
import { fromHex, hex } from "../methods/conversation.ts";

function problem(digits: string): string {
  try {
    decodePeapTlvs(fromHex(digits));
  } catch (error) {
    if (error instanceof PeapTlvError) return `${error.reason} at ${error.offset}`;
    throw error;
  }
  return "none";
}

const nonce = fromHex("bda7a599fa816521ad3064c2bddbd16eaa949e7d98a8d794 3147cf425d85da7b".replace(" ", ""));
const compoundMac = fromHex("0cbf105e91755748224fbb83000626911cfb1b0f");
const request = `000c003800000000${hex(nonce)}${hex(compoundMac)}`;

describe("the extension packets of PEAP ([MS-PEAP] section 2.2.8.1)", () => {
  it.each([
    ["success", "800300020001"],
    ["failure", "800300020002"],
  ] as const)("Result TLV: %s", (result, digits) => {
    expect(hex(encodePeapTlvs({ result }))).toBe(digits);
    expect(decodePeapTlvs(fromHex(digits))).toEqual({ result });
  });

  it("Cryptobinding TLV: the example of section 4.4.1.3", () => {
    const binding = { version: 0, receivedVersion: 0, subType: "request", nonce, compoundMac } as const;
    expect(hex(encodeCryptoBinding(binding))).toBe(request);
    expect(decodePeapTlvs(fromHex(`800300020001${request}`))).toEqual({
      result: "success",
      cryptoBinding: binding,
    });
  });

  it("a TLV that nobody knows is passed over, unless it says to be mandatory", () => {
    expect(decodePeapTlvs(fromHex("00070003010203800300020001"))).toMatchObject({ result: "success" });
    expect(problem("80070003010203800300020001")).toBe("unknown-mandatory at 0");
  });

  it("the reserved bit is ignored", () => {
    expect(decodePeapTlvs(fromHex("c00300020001"))).toMatchObject({ result: "success" });
  });

  it.each([
    ["an end within the header", "8003", "truncated at 0"],
    ["octets behind the last one", "80030002000100", "truncated at 6"],
    ["a length beyond the end", "800300030001", "bad-length at 2"],
    ["a Result of another length", "800300010180030001", "bad-length at 2"],
    ["a Result of 0", "800300020000", "bad-value at 4"],
    ["a Result of 3", "800300020003", "bad-value at 4"],
    ["two Results", "800300020001800300020002", "repeated at 6"],
    ["a Cryptobinding of another length", `000c0037${request.slice(8, -2)}`, "bad-length at 2"],
    ["two Cryptobindings", request + request, "repeated at 60"],
    ["a Cryptobinding of another kind", `000c003800000002${request.slice(16)}`, "bad-value at 7"],
  ])("%s", (_, digits, expected) => {
    expect(problem(digits)).toBe(expected);
  });

  it("what is written is read", () => {
    const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    const tlvs: fc.Arbitrary<PeapTlvs> = fc.record({
      result: fc.constantFrom("success", "failure", undefined),
      cryptoBinding: fc.option(
        fc.record({
          version: fc.nat(255),
          receivedVersion: fc.nat(255),
          subType: fc.constantFrom("request", "response"),
          nonce: octets(32),
          compoundMac: octets(20),
        }),
        { nil: undefined },
      ),
    });
    fc.assert(
      fc.property(tlvs, (value) => {
        expect(decodePeapTlvs(encodePeapTlvs(value))).toEqual(value);
      }),
    );
  });

  it("any octets are TLVs or a PeapTlvError", () => {
    const byChance = fc.uint8Array({ maxLength: 130 });
    const nearly = byChance.map((tail) => Uint8Array.of(0x80, 3, 0, 2, 0, 1, ...tail));
    fc.assert(
      fc.property(fc.oneof(byChance, nearly), (bytes) => {
        try {
          decodePeapTlvs(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(PeapTlvError);
          expect((error as PeapTlvError).offset).toBeLessThanOrEqual(bytes.length);
        }
      }),
      { numRuns: 2_000, seed: 25 },
    );
  });
});

describe("cryptobinding ([MS-PEAP] section 3.1.5.5)", () => {
  const mac = fromHex("3355353b6920d074c782e475dfb0999d4db467eb");

  it("Compound_MAC: the example of section 4.4.1.3", () => {
    const keys = { intermediate: new Uint8Array(40), mac };
    expect(hex(encodeCryptoBinding(boundTlv("request", nonce, keys)))).toBe(request);
  });

  it("holds for the TLV it was made for alone", () => {
    const keys = { intermediate: new Uint8Array(40), mac };
    const binding = boundTlv("request", nonce, keys);
    expect(isBound(binding, "request", keys)).toBe(true);
    expect(isBound(binding, "response", keys)).toBe(false);
    expect(isBound({ ...binding, version: 1 }, "request", keys)).toBe(false);
    expect(isBound({ ...binding, nonce: new Uint8Array(32) }, "request", keys)).toBe(false);
    expect(isBound(binding, "request", { ...keys, mac: new Uint8Array(20) })).toBe(false);
  });

  it("ISK: the receive key, then the send key, padded or cut to 32 octets", () => {
    const key = (octet: number, length: number) => new Uint8Array(length).fill(octet);
    expect(hex(innerSessionKey({ send: key(1, 16), receive: key(2, 16) }))).toBe(
      "02".repeat(16) + "01".repeat(16),
    );
    expect(hex(innerSessionKey({ send: key(1, 32), receive: key(2, 32) }))).toBe("02".repeat(32));
    expect(hex(innerSessionKey({ send: key(1, 8), receive: key(2, 8) }))).toBe(
      "02".repeat(8) + "01".repeat(8) + "00".repeat(16),
    );
    expect(hex(innerSessionKey(undefined))).toBe("00".repeat(32));
  });

  it("after a fast reconnect IPMK and CMK are the tunnel key", () => {
    const tunnelKey = Uint8Array.from({ length: 60 }, (_, index) => index);
    const keys = compoundKeys(tunnelKey, undefined);
    expect(hex(keys.intermediate)).toBe(hex(tunnelKey.subarray(0, 40)));
    expect(hex(keys.mac)).toBe(hex(tunnelKey.subarray(40)));
  });

  it("every key of the inner method and of the tunnel makes other session keys, 128 octets", () => {
    const tunnelKey = Uint8Array.from({ length: 60 }, (_, index) => index);
    const made = [
      compoundKeys(tunnelKey, undefined),
      compoundKeys(tunnelKey, new Uint8Array(32)),
      compoundKeys(tunnelKey, new Uint8Array(32).fill(1)),
      compoundKeys(new Uint8Array(60), new Uint8Array(32)),
    ].map((keys) => Object.values(compoundSessionKeys(keys)).map(hex).join(""));
    expect(new Set(made).size).toBe(4);
    for (const keys of made) expect(keys).toHaveLength(256);
  });
});
