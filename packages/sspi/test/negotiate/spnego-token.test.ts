import { describe, expect, it } from "vitest";
import {
  decodeSpnegoToken,
  encodeMechTypeList,
  encodeNegTokenInit,
  encodeNegTokenResp,
  isSpnegoToken,
} from "../../src/packages/negotiate/wire/spnego-token.ts";
import { DerError } from "../../src/wire/der-error.ts";
import { captures, everyCapture, fromHex, kerberos, ntlm, toHex } from "./captures.ts";

const { groups } = captures;
const seen = (hex: string) => {
  const token = decodeSpnegoToken(fromHex(hex));
  return Object.fromEntries(
    Object.entries(token)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, value instanceof Uint8Array ? `${value.length} bytes` : value]),
  );
};
/** The reason and the offset for which bytes are refused. */
const refusal = (hex: string): string => {
  try {
    decodeSpnegoToken(fromHex(hex));
  } catch (error) {
    if (error instanceof DerError) return error.message;
    throw error;
  }
  return "read";
};

describe("what real tokens say", () => {
  it("SPN-01 NTLM in SPNEGO: four tokens of Samba, read", () => {
    expect(groups["ntlm-in-spnego"].map(({ hex }) => seen(hex))).toEqual([
      { kind: "init", mechTypes: [ntlm], mechTypeList: "14 bytes", mechToken: "40 bytes" },
      {
        kind: "response",
        negState: "accept-incomplete",
        supportedMech: ntlm,
        responseToken: "116 bytes",
      },
      { kind: "response", responseToken: "320 bytes" },
      { kind: "response", negState: "accept-completed" },
    ]);
  });

  it("SPN-01 a token of a server that speaks first has hints", () => {
    const [capture] = groups.negTokenInit2;
    expect(decodeSpnegoToken(fromHex(capture?.hex ?? ""))).toMatchObject({
      mechTypes: [ntlm],
      negHints: { hintName: "not_defined_in_RFC4178@please_ignore" },
      mechToken: undefined,
      mechListMIC: undefined,
    });
  });

  it("SPN-06 the list of mechanisms is the DER that travelled", () => {
    const { tokens, mechTypeList } = groups["krb5-optimistic-then-ntlm"];
    const token = decodeSpnegoToken(fromHex(tokens[0]?.hex ?? ""));
    expect(token.kind === "init" && [token.mechTypes, toHex(token.mechTypeList)]).toEqual([
      [kerberos, ntlm],
      mechTypeList,
    ]);
  });

  it("SPN-07 both signatures of the list stand where the captures say", () => {
    const { tokens, initiatorMechListMIC, acceptorMechListMIC } = groups["krb5-optimistic-then-ntlm"];
    const mics = tokens.map(({ hex }) => {
      const { mechListMIC } = decodeSpnegoToken(fromHex(hex));
      return mechListMIC && toHex(mechListMIC);
    });
    expect(mics).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      initiatorMechListMIC,
      acceptorMechListMIC,
    ]);
  });

  it.each(everyCapture())("SPN-01 what is read from $title is written the same", ({ hex }) => {
    const token = decodeSpnegoToken(fromHex(hex));
    const written = token.kind === "init" ? encodeNegTokenInit(token) : encodeNegTokenResp(token);
    expect(toHex(written)).toBe(hex);
    expect(isSpnegoToken(fromHex(hex))).toBe(true);
  });
});

describe("what is refused, and where", () => {
  it("SPN-11 lengths in a longer form than necessary are read", () => {
    expect(seen("a1840000000d30810aa081070a840000000100")).toEqual({
      kind: "response",
      negState: "accept-completed",
    });
  });

  it.each([
    ["a1803005a0030a01000000", "indefinite-length at offset 1"],
    ["a1073080a0030a0100", "indefinite-length at offset 3"],
    ["a1", "truncated at offset 1"],
    ["", "truncated at offset 0"],
    ["a1083005a0030a0100", "truncated at offset 1"],
    ["a1073005a0030a010000", "trailing-data at offset 9"],
    ["a1083005a0030a010000", "trailing-data at offset 9"],
    ["a185000000000730", "bad-length at offset 1"],
    ["a1ff", "bad-length at offset 1"],
    ["bf01073005a0030a0100", "bad-tag at offset 0"],
    ["3005a0030a0100", "unexpected-tag at offset 0"],
    ["a1073005a0030a0107", "bad-value at offset 6"],
    ["a1093007a0050a03000000", "read"],
    ["a10c300aa0030a0100a0030a0100", "out-of-order at offset 9"],
    ["a10c300aa2030401ffa0030a0100", "out-of-order at offset 9"],
    ["a1093007a1050603800137", "bad-oid at offset 8"],
    ["600806062b0601050502", "truncated at offset 10"],
    ["600a06062b0601050502a000", "truncated at offset 12"],
    ["600c06062b0601050502a0023000", "missing-field at offset 14"],
    ["601106092a864886f71201020201006e023000", "bad-oid at offset 2"],
  ])("SPN-11 %s: %s", (hex, expected) => {
    expect(refusal(hex)).toBe(expected);
  });

  it("SPN-11 a length inside that leaves its surroundings is a lie, wherever it stands", () => {
    // negState claims five octets inside a field of three, with more token behind it.
    expect(refusal("a1193017a0030a0500a1100c0e0000000000000000000000000000")).toBe("bad-length at offset 7");
  });

  it("SPN-11 32 mechanisms are read, 33 are not", () => {
    const list = (count: number) =>
      encodeNegTokenInit({
        mechTypeList: encodeMechTypeList(Array.from({ length: count }, (_, index) => `1.3.6.1.${index}`)),
      });
    const token = decodeSpnegoToken(list(32));
    expect(token.kind === "init" && token.mechTypes.length).toBe(32);
    expect(() => decodeSpnegoToken(list(33))).toThrow("too-many");
  });

  it("SPN-11 fields that RFC 4178 may get later are skipped", () => {
    expect(seen("a10c300aa0030a0100a9030401ff")).toEqual({ kind: "response", negState: "accept-completed" });
  });
});
