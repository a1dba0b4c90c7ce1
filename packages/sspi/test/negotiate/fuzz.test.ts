import { createSeededRandom, createVirtualClock } from "@sallyport/runtime";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeToken, TokenError } from "../../src/decode.ts";
import {
  acceptSecurityContext,
  initializeSecurityContext,
  SECPKG_ATTR_NEGOTIATION_INFO,
  SspiError,
} from "../../src/index.ts";
import {
  decodeSpnegoToken,
  encodeMechTypeList,
  encodeNegTokenInit,
  encodeNegTokenResp,
  negStates,
} from "../../src/packages/negotiate/wire/spnego-token.ts";
import { readElement } from "../../src/wire/der.ts";
import { DerError } from "../../src/wire/der-error.ts";
import { encodeOid, readOid } from "../../src/wire/object-identifier.ts";
import kerberosTokens from "../vectors/kerberos-tokens.json" with { type: "json" };
import ntlmCaptures from "../vectors/ntlm-captures.json" with { type: "json" };
import { everyCapture, fromHex, kerberos, microsoftKerberos, ntlm } from "./captures.ts";
import { credentials, provide } from "./conversation.ts";
import { pingPong } from "./ping-pong.ts";

/** Always the same runs: one that fails can be run again. */
const runs = { numRuns: 4_000, seed: 20_261_121 } as const;

const spnego = everyCapture().map(({ hex }) => fromHex(hex));
const every = [
  ...spnego,
  ...kerberosTokens.contexts.flatMap(({ tokens }) => tokens.map(fromHex)),
  ...ntlmCaptures.groups.captures.flatMap(({ negotiate, challenge, authenticate }) =>
    [negotiate, challenge, authenticate].map(fromHex),
  ),
];

/** Octets that are tags, lengths and forms of lengths, where they do most harm. */
const octet = fc.oneof(
  fc.constantFrom(0, 1, 2, 0x1f, 0x30, 0x7f, 0x80, 0x81, 0x82, 0x84, 0x85, 0xa0, 0xa1, 0xa3, 0xff),
  fc.nat(255),
);
const change = fc.oneof(
  // The head of a token is where its lengths stand.
  fc.record({ kind: fc.constant("set" as const), at: fc.oneof(fc.nat(60), fc.nat(800)), value: octet }),
  fc.record({ kind: fc.constant("insert" as const), at: fc.oneof(fc.nat(60), fc.nat(800)), value: octet }),
  fc.record({ kind: fc.constant("remove" as const), at: fc.oneof(fc.nat(60), fc.nat(800)), value: octet }),
  fc.record({ kind: fc.constant("cut" as const), at: fc.nat(800), value: octet }),
);

function mutated(
  original: Uint8Array,
  changes: readonly { kind: string; at: number; value: number }[],
): Uint8Array {
  let octets = [...original];
  for (const { kind, at, value } of changes) {
    if (kind === "set" && at < octets.length) octets[at] = value;
    else if (kind === "insert") octets.splice(at, 0, value);
    else if (kind === "remove") octets.splice(at, 1);
    else if (kind === "cut") octets = octets.slice(0, at);
  }
  return Uint8Array.from(octets);
}

const changed = (originals: readonly Uint8Array[]) =>
  fc
    .tuple(fc.constantFrom(...originals), fc.array(change, { minLength: 1, maxLength: 5 }))
    .map(([original, changes]) => mutated(original, changes));

/** Gives a value, or its own error with an offset that lies within the bytes. */
function expectTotal(read: () => unknown, error: typeof DerError | typeof TokenError, length: number): void {
  try {
    read();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(error);
    expect((thrown as DerError).offset).toBeGreaterThanOrEqual(0);
    expect((thrown as DerError).offset).toBeLessThanOrEqual(length);
  }
}

describe("parsers of what anybody may send", () => {
  it("SSPI-108, SPN-11 any octets as a SPNEGO token: a value, or a DerError with its offset", () => {
    const heads = fc.constantFrom([], [0xa1], [0x60, 0x20, 6, 6, 0x2b, 6, 1, 5, 5, 2, 0xa0]);
    fc.assert(
      fc.property(heads, fc.uint8Array({ maxLength: 80 }), (head, tail) => {
        const bytes = Uint8Array.of(...head, ...tail);
        expectTotal(() => decodeSpnegoToken(bytes), DerError, bytes.length);
      }),
      runs,
    );
  });

  it("SSPI-108, SPN-11 mutated captures as SPNEGO tokens, and views stay inside the token", () => {
    fc.assert(
      fc.property(changed(spnego), (bytes) => {
        expectTotal(
          () => {
            const token = decodeSpnegoToken(bytes);
            for (const view of Object.values(token).filter((value) => value instanceof Uint8Array)) {
              expect(view.byteOffset + view.length).toBeLessThanOrEqual(bytes.length);
            }
          },
          DerError,
          bytes.length,
        );
      }),
      runs,
    );
  });

  it("SSPI-108 mutated captures of every kind in the decoder, and every field inside the token", () => {
    fc.assert(
      fc.property(changed(every), fc.boolean(), (bytes, redact) => {
        expectTotal(
          () => {
            const inside = (fields: ReturnType<typeof decodeToken>["fields"]): void => {
              for (const { offset, length, fields: inner = [] } of fields) {
                expect(offset >= 0 && offset + length <= bytes.length).toBe(true);
                inside(inner);
              }
            };
            inside(decodeToken(bytes, { redact }).fields);
          },
          TokenError,
          bytes.length,
        );
      }),
      runs,
    );
  });

  it("SSPI-108 any text in the decoder: a token, or a TokenError", () => {
    const text = fc.oneof(
      fc.string({ maxLength: 80 }),
      fc.base64String({ maxLength: 80 }),
      fc.string({ unit: "binary", maxLength: 40 }),
    );
    const head = fc.constantFrom(
      "",
      "Negotiate ",
      "Authorization: NTLM ",
      "0x",
      "< WWW-Authenticate: Negotiate ",
    );
    fc.assert(
      fc.property(head, text, (start, rest) => {
        expectTotal(() => decodeToken(start + rest), TokenError, (start + rest).length);
      }),
      runs,
    );
  });

  it("SSPI-108 no length is believed that the bytes do not have, and depth ends at 16", () => {
    for (const length of ["84ffffffff", "847fffffff", "83ffffff", "82ffff"]) {
      expect(() => decodeSpnegoToken(fromHex(`a1${length}`))).toThrow(DerError);
    }
    expect(() => readElement(fromHex("3000"), 0, 2, 17)).toThrow("too-deep at offset 0");
  });

  it("SSPI-108 64 KiB of nested and of empty elements are read in linear time", () => {
    const empty = new Uint8Array(65_536).fill(0).map((_, index) => (index % 2 === 0 ? 0xa5 : 0));
    empty.set(fromHex("a182fffc3082fff8"));
    const nested = new Uint8Array(65_536).map((_, index) =>
      index % 4 === 0 ? 0xa1 : index % 4 === 1 ? 0x82 : 0xff,
    );
    for (const bytes of [empty, nested]) expect(() => decodeSpnegoToken(bytes)).toThrow(DerError);
  });
});

describe("what is written is read", () => {
  const octets = fc.option(fc.uint8Array({ maxLength: 300 }), { nil: undefined });
  const oid = fc
    .tuple(fc.constantFrom(0, 1), fc.nat(39), fc.array(fc.nat(2 ** 31 - 1), { maxLength: 6 }))
    .map((arcs) => arcs.flat().join("."));

  it("SPN-01 tokens of both kinds", () => {
    const state = fc.option(fc.constantFrom(...negStates), { nil: undefined });
    const mechanism = fc.option(oid, { nil: undefined });
    fc.assert(
      fc.property(
        fc.array(oid, { maxLength: 32 }),
        octets,
        octets,
        fc.boolean(),
        (mechTypes, mechToken, mechListMIC, hasHints) => {
          const negHints = hasHints ? { hintName: "someone", hintAddress: undefined } : undefined;
          const mechTypeList = encodeMechTypeList(mechTypes);
          const init = { mechTypeList, mechToken, mechListMIC, negHints };
          expect(decodeSpnegoToken(encodeNegTokenInit(init))).toEqual({ kind: "init", mechTypes, ...init });
        },
      ),
      { numRuns: 500, seed: runs.seed },
    );
    fc.assert(
      fc.property(state, mechanism, octets, octets, (negState, supportedMech, responseToken, mechListMIC) => {
        const response = { negState, supportedMech, responseToken, mechListMIC };
        expect(decodeSpnegoToken(encodeNegTokenResp(response))).toEqual({ kind: "response", ...response });
      }),
      { numRuns: 500, seed: runs.seed },
    );
  });

  it("SPN-01 object identifiers, 2.999 too", () => {
    for (const known of ["2.999.1", "2.5.29.17", "0.0", "1.39.127.128", ntlm, kerberos]) {
      const bytes = encodeOid(known);
      expect(readOid(bytes, readElement(bytes, 0, bytes.length))).toBe(known);
    }
    for (const wrong of ["", "1", "1.40", "3.1", "1.2.", "1.02", "a.b", "1.-2"]) {
      expect(() => encodeOid(wrong)).toThrow(RangeError);
    }
  });
});

/** The list of mechanisms in a first token; undefined where it cannot be read. */
function listOf(token: Uint8Array): Uint8Array | undefined {
  try {
    const read = decodeSpnegoToken(token);
    return read.kind === "init" ? read.mechTypeList.slice() : undefined;
  } catch {
    return undefined;
  }
}

describe("the machine", () => {
  const mechanisms = () => [
    pingPong("K", [microsoftKerberos, kerberos], { legs: 2 }),
    pingPong("N", [ntlm], { legs: 3 }),
  ];

  it("SSPI-108, SPN-06, SPN-12 whatever is done to the tokens, both sides end; and if both are well, they agree", async () => {
    const options = { clock: createVirtualClock(), random: createSeededRandom(3), warn: () => {} };
    const [first, second] = mechanisms();
    if (first === undefined || second === undefined) throw new Error("no mechanisms");
    const client = await credentials(provide([first, second], options));
    const server = await credentials(provide([second, first], options));
    let agreements = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(5), fc.array(change, { minLength: 1, maxLength: 3 })), { maxLength: 2 }),
        async (attacks) => {
          const sides = [initializeSecurityContext(client), acceptSecurityContext(server)] as const;
          let token: Uint8Array | undefined;
          const lists: (Uint8Array | undefined)[] = [];
          let steps = 0;
          try {
            for (; steps < 12 && !(sides[0].established && sides[1].established); steps += 1) {
              const side = steps % 2 === 0 ? sides[0] : sides[1];
              if (side.established) break;
              if (steps === 1 && token !== undefined) lists.push(listOf(token));
              const sent: Uint8Array = (await side.step(token)).token;
              if (steps === 0) lists.push(listOf(sent));
              const attack = attacks.find(([leg]) => leg === steps);
              token = attack === undefined ? sent : mutated(sent, attack[1]);
            }
          } catch (error) {
            expect(error).toBeInstanceOf(SspiError);
            expect((error as SspiError).symbol).toMatch(
              /^SEC_E_(INVALID_TOKEN|LOGON_DENIED|MESSAGE_ALTERED|DOWNGRADE_DETECTED)$/,
            );
          }
          expect(steps).toBeLessThan(12);
          if (sides[0].established && sides[1].established) {
            agreements += 1;
            const [ours, theirs] = sides.map(
              (side) => side.query(SECPKG_ATTR_NEGOTIATION_INFO)?.packageInfo.name,
            );
            expect(theirs).toBe(ours);
            // The client's first needs no signature; with any other nothing of the list was changed.
            if (ours !== "K") expect(lists[1]).toEqual(lists[0]);
            sides[1].verify(sides[0].sign(Uint8Array.of(1)), Uint8Array.of(1));
          }
          for (const side of sides) await side.close();
        },
      ),
      { numRuns: 1_500, seed: runs.seed },
    );
    expect(agreements).toBeGreaterThan(100);
  });
});
