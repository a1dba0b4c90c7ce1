import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MethodPacketError } from "../../src/methods/method-packet-error.ts";
import {
  decodeMsChap2Request,
  decodeMsChap2Response,
  encodeMsChap2Request,
  encodeMsChap2Response,
  type MsChap2Request,
  type MsChap2Response,
} from "../../src/methods/ms-chap-v2/ms-chap2-data.ts";
import {
  decodeMsChap2Failure,
  decodeMsChap2Success,
  encodeMsChap2Failure,
  encodeMsChap2Success,
} from "../../src/methods/ms-chap-v2/ms-chap2-message.ts";
import { fromHex, hex, text } from "./conversation.ts";

const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const some = fc.uint8Array({ maxLength: 300 });
const identifier = fc.nat(255);
const request: fc.Arbitrary<MsChap2Request> = fc.oneof(
  fc.record({ op: fc.constant("challenge" as const), identifier, challenge: octets(16), name: some }),
  fc.record({ op: fc.constantFrom("success" as const, "failure" as const), identifier, message: some }),
);
const proof = { identifier, peerChallenge: octets(16), ntResponse: octets(24) };
const response: fc.Arbitrary<MsChap2Response> = fc.oneof(
  fc.record({ op: fc.constant("response" as const), ...proof, name: some }),
  fc.record({
    op: fc.constant("change-password" as const),
    ...proof,
    encryptedPassword: octets(516),
    encryptedHash: octets(16),
  }),
  fc.record({ op: fc.constantFrom("success" as const, "failure" as const) }),
);

function written<Value>(encode: (target: Uint8Array, value: Value) => number, value: Value): Uint8Array {
  const target = new Uint8Array(1020).fill(0xee);
  const length = encode(target, value);
  expect(target.subarray(length).every((octet) => octet === 0xee)).toBe(true);
  return target.subarray(0, length);
}

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof MethodPacketError) return `${error.reason} at ${error.offset}`;
    throw error;
  }
  throw new Error("not refused");
}

describe("data of EAP-MSCHAPv2", () => {
  it("decoded, everything is what was encoded", () => {
    fc.assert(
      fc.property(request, (value) => {
        expect(decodeMsChap2Request(written(encodeMsChap2Request, value))).toEqual(value);
      }),
    );
    fc.assert(
      fc.property(response, (value) => {
        expect(decodeMsChap2Response(written(encodeMsChap2Response, value))).toEqual(value);
      }),
    );
  });

  it("any bytes give a value or a MethodPacketError", () => {
    const bytes = fc
      .tuple(fc.constantFrom(1, 2, 3, 4, 7, 9), fc.uint8Array({ maxLength: 70 }), fc.boolean())
      .map(([op, rest, right]) => {
        const all = Uint8Array.from([op, ...rest]);
        if (right && all.length > 3) all.set([0, all.length], 2);
        return all;
      });
    fc.assert(
      fc.property(bytes, (one) => {
        for (const decode of [decodeMsChap2Request, decodeMsChap2Response]) {
          try {
            decode(one);
          } catch (error) {
            expect(error).toBeInstanceOf(MethodPacketError);
          }
        }
      }),
    );
  });

  it.each([
    ["", "truncated at 0"],
    ["02", "unknown-op-code at 0"],
    ["0107", "truncated at 2"],
    ["01070004", "truncated at 4"],
    ["01070005", "bad-length at 2"],
    [`010700140f${"00".repeat(15)}`, "truncated at 20"],
    [`0107001511${"00".repeat(16)}`, "bad-length at 4"],
    ["03070003", "bad-length at 2"],
  ])("the request %j: %s", (wire, expected) => {
    expect(refusal(() => decodeMsChap2Request(fromHex(wire)))).toBe(expected);
  });

  it.each([
    ["", "truncated at 0"],
    ["01070004", "unknown-op-code at 0"],
    ["05", "unknown-op-code at 0"],
    ["0207", "truncated at 2"],
    [`0207003531${"00".repeat(48)}`, "truncated at 53"],
    [`0207003630${"00".repeat(49)}`, "bad-length at 4"],
    [`07070249${"00".repeat(581)}`, "bad-length at 2"],
    [`0707024b${"00".repeat(583)}`, "bad-length at 2"],
  ])("the response %j: %s", (wire, expected) => {
    expect(refusal(() => decodeMsChap2Response(fromHex(wire)))).toBe(expected);
  });

  it("draft-kamath section 2.7: where the parts of a new password stand", () => {
    const change = {
      op: "change-password",
      identifier: 8,
      encryptedPassword: new Uint8Array(516).fill(1),
      encryptedHash: new Uint8Array(16).fill(2),
      peerChallenge: new Uint8Array(16).fill(3),
      ntResponse: new Uint8Array(24).fill(4),
    } as const;
    const parts = [
      `0708024a`,
      "01".repeat(516),
      "02".repeat(16),
      "03".repeat(16),
      "00".repeat(8),
      "04".repeat(24),
      "0000",
    ];
    expect(hex(written(encodeMsChap2Response, change))).toBe(parts.join(""));
  });

  it("a field of another length, or a target without room, is a mistake of the caller", () => {
    const one = { op: "challenge", identifier: 1, challenge: new Uint8Array(15), name: text("") } as const;
    expect(() => encodeMsChap2Request(new Uint8Array(99), one)).toThrow(RangeError);
    const fits = { ...one, challenge: new Uint8Array(16) };
    expect(encodeMsChap2Request(new Uint8Array(21), fits)).toBe(21);
    expect(() => encodeMsChap2Request(new Uint8Array(20), fits)).toThrow(RangeError);
    expect(() => encodeMsChap2Response(new Uint8Array(0), { op: "success" })).toThrow(RangeError);
  });
});

describe("messages of MS-CHAPv2 (RFC 2759 sections 5 and 6)", () => {
  const challenge = fromHex("00112233445566778899aabbccddeeff");

  it.each([
    [
      { code: 691, retry: true, challenge, version: 3, message: "Wrong." },
      "E=691 R=1 C=00112233445566778899AABBCCDDEEFF V=3 M=Wrong.",
    ],
    [{ code: 648, retry: false, challenge: undefined, version: 3, message: "" }, "E=648 R=0 V=3 M="],
    [
      { code: 9_999_999_999, retry: false, challenge: undefined, version: 0, message: "" },
      "E=9999999999 R=0 V=0 M=",
    ],
    [{ code: 0, retry: false, challenge: undefined, version: 3, message: "x" }, "E=0 R=0 V=3 M=x"],
  ])("a failure %j", (failure, line) => {
    expect(new TextDecoder().decode(encodeMsChap2Failure(failure))).toBe(line);
    expect(decodeMsChap2Failure(text(line))).toEqual(failure);
  });

  it.each([
    ["E=0000000691 R=1", { code: 691, retry: true, challenge: undefined, version: 0, message: "" }],
    [
      "E=691 R=0 C=00112233445566778899aabbccddeeff V=3 ",
      { code: 691, retry: false, challenge, version: 3, message: "" },
    ],
    [
      "E=691  V=3 M=a M=b\u0000",
      { code: 691, retry: false, challenge: undefined, version: 3, message: "a M=b" },
    ],
  ])("a failure that others write: %j", (line, expected) => {
    expect(decodeMsChap2Failure(text(line))).toEqual(expected);
  });

  it("a success", () => {
    const authenticatorResponse = `S=${"0A".repeat(20)}`;
    const line = `${authenticatorResponse} M=Добро пожаловать`;
    expect(decodeMsChap2Success(text(line))).toEqual({ authenticatorResponse, message: "Добро пожаловать" });
    expect(hex(encodeMsChap2Success({ authenticatorResponse, message: "Добро пожаловать" }))).toBe(
      hex(text(line)),
    );
    expect(decodeMsChap2Success(text(authenticatorResponse))).toEqual({ authenticatorResponse, message: "" });
  });

  it("any text is a message or a MethodPacketError", () => {
    const line = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc
        .array(fc.constantFrom("E=691", "R=1", "C=", "V=3", "M=", " ", "S=", "0".repeat(32), "A".repeat(40)))
        .map((all) => all.join("")),
    );
    fc.assert(
      fc.property(line, (one) => {
        for (const decode of [decodeMsChap2Failure, decodeMsChap2Success]) {
          try {
            decode(text(one));
          } catch (error) {
            expect(error).toBeInstanceOf(MethodPacketError);
          }
        }
      }),
    );
  });

  it.each([{ code: -1 }, { code: 1.5 }, { code: 1e10 }, { challenge: new Uint8Array(8) }])(
    "%j is not written",
    (part) => {
      const failure = { code: 691, retry: false, challenge, version: 3, message: "", ...part };
      expect(() => encodeMsChap2Failure(failure)).toThrow(RangeError);
    },
  );
});
