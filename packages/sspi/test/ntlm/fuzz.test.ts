import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SspiError } from "../../src/index.ts";
import { decodeNtlmState } from "../../src/packages/ntlm/exported-state.ts";
import { decodeAuthenticateMessage } from "../../src/packages/ntlm/wire/authenticate-message.ts";
import { decodeAvPairs, encodeAvPairs } from "../../src/packages/ntlm/wire/av-pairs.ts";
import { decodeChallengeMessage } from "../../src/packages/ntlm/wire/challenge-message.ts";
import { decodeNegotiateMessage } from "../../src/packages/ntlm/wire/negotiate-message.ts";
import { NtlmFormatError } from "../../src/packages/ntlm/wire/ntlm-format-error.ts";
import { decodeNtlmv2Response } from "../../src/packages/ntlm/wire/ntlmv2-response.ts";
import {
  newMessage,
  readUint16,
  readUint32,
  writeUint16,
  writeUint32,
} from "../../src/packages/ntlm/wire/payload.ts";
import { captureOf, captures, opened } from "./captures.ts";
import { bench, fromHex, shakeHands } from "./ntlm-harness.ts";

/** Always the same mutations: a run that fails can be run again. */
const runs = { numRuns: 3_000, seed: 20_261_121 } as const;

/** A few changes to a message: bytes, whole words that are often lengths and offsets, cuts and additions. */
const mutations = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("byte" as const), at: fc.nat(400), value: fc.nat(255) }),
    fc.record({
      kind: fc.constant("word" as const),
      at: fc.nat(100).map((word) => 4 * word),
      value: fc.constantFrom(
        0,
        1,
        4,
        63,
        64,
        72,
        88,
        0xffff,
        0x10000,
        0x7fffffff,
        0x80000000,
        0xfffffff0,
        0xffffffff,
      ),
    }),
    fc.record({ kind: fc.constant("cut" as const), at: fc.nat(400), value: fc.constant(0) }),
    fc.record({ kind: fc.constant("append" as const), at: fc.nat(60), value: fc.nat(255) }),
  ),
  { minLength: 1, maxLength: 6 },
);
type Mutation = typeof mutations extends fc.Arbitrary<infer List> ? List : never;

function mutated(original: Uint8Array, changes: Mutation): Uint8Array {
  let bytes = original.slice();
  for (const { kind, at, value } of changes) {
    if (kind === "byte" && at < bytes.length) bytes[at] = value;
    if (kind === "word" && at + 4 <= bytes.length) writeUint32(bytes, at, value);
    if (kind === "cut") bytes = bytes.slice(0, at);
    if (kind === "append") bytes = Uint8Array.of(...bytes, ...new Uint8Array(at).fill(value));
  }
  return bytes;
}

/** Whether a decoder gives a value or its own error with an offset inside the bytes, and views nothing outside of them. */
function isTotal(decode: (bytes: Uint8Array) => unknown, bytes: Uint8Array): void {
  try {
    const value = decode(bytes);
    for (const view of Object.values(value as object)) {
      if (view instanceof Uint8Array && view.length > 0) {
        expect(view.buffer).toBe(bytes.buffer);
        expect(view.byteOffset + view.length).toBeLessThanOrEqual(bytes.byteOffset + bytes.length);
      }
    }
  } catch (error) {
    expect(error).toBeInstanceOf(NtlmFormatError);
    expect((error as NtlmFormatError).offset).toBeLessThanOrEqual(Math.max(64, bytes.length));
  }
}

const chosen = fc.constantFrom(...captures);

describe("SSPI-108 mutated captures", () => {
  it.each<[string, (bytes: Uint8Array) => unknown, (capture: (typeof captures)[number]) => Uint8Array]>([
    ["NEGOTIATE", decodeNegotiateMessage, ({ negotiate }) => fromHex(negotiate)],
    ["CHALLENGE", decodeChallengeMessage, ({ challenge }) => fromHex(challenge)],
    ["AUTHENTICATE", decodeAuthenticateMessage, ({ authenticate }) => fromHex(authenticate)],
    ["response", decodeNtlmv2Response, (capture) => opened(capture).authenticate.ntResponse.slice()],
    [
      "AV pairs",
      decodeAvPairs,
      (capture) => opened(capture).challenge.targetInfo?.slice() ?? new Uint8Array(0),
    ],
  ])("SSPI-108 NTLM-01 %s", (_title, decode, bytesOf) => {
    fc.assert(
      fc.property(chosen, mutations, (capture, changes) =>
        isTotal(decode, mutated(bytesOf(capture), changes)),
      ),
      runs,
    );
  });

  it.each<[string, (bytes: Uint8Array) => unknown]>([
    ["NEGOTIATE", decodeNegotiateMessage],
    ["CHALLENGE", decodeChallengeMessage],
    ["AUTHENTICATE", decodeAuthenticateMessage],
    ["response", decodeNtlmv2Response],
    ["AV pairs", decodeAvPairs],
    ["exported state", (bytes) => decodeNtlmState(bytes.subarray(0, 23))],
  ])("SSPI-108 any bytes as %s", (_title, decode) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, withSignature) => {
        const type = decode === decodeNegotiateMessage ? 1 : decode === decodeChallengeMessage ? 2 : 3;
        const header = newMessage(type, 12);
        isTotal(decode, withSignature ? Uint8Array.of(...header, ...bytes) : bytes);
      }),
      runs,
    );
  });

  it("NTLM-11 SSPI-108 a list of AV pairs that is read can be written, and is the same", () => {
    const pair = fc.record({
      id: fc.integer({ min: 11, max: 0xffff }),
      value: fc.uint8Array({ maxLength: 40 }),
    });
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 64 }), (pairs) => {
        expect(decodeAvPairs(encodeAvPairs(pairs))).toEqual(pairs);
      }),
      { numRuns: 500, seed: runs.seed },
    );
  });
});

describe("SSPI-108 the two machines", () => {
  const failed = (error: unknown): true => {
    expect(error).toBeInstanceOf(SspiError);
    expect((error as SspiError).symbol).toMatch(
      /^SEC_E_(INVALID_TOKEN|LOGON_DENIED|MESSAGE_ALTERED|BAD_BINDINGS)$/,
    );
    return true;
  };
  const limited = { numRuns: 400, seed: runs.seed } as const;

  it("SSPI-108 NTLM-31 no change of a message on the way makes two ends that differ", async () => {
    const test = bench();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom("challenge", "authenticate"), mutations, async (which, changes) => {
        const sides = await test.open({ initiate: { request: ["confidentiality"] } });
        const change = { [which]: (token: Uint8Array) => mutated(token, changes) };
        const isFailed = await shakeHands(sides, change).then(() => false, failed);
        if (!isFailed) {
          const message = Uint8Array.of(1, 2, 3);
          expect(sides.server.unwrap(sides.client.wrap(message)).data).toEqual(message);
          expect(sides.server.identity()?.name).toBe("TESTDOM\\alice");
        }
        await Promise.all([sides.client.close(), sides.server.close()]);
      }),
      limited,
    );
    expect(test.provider.objects().contexts).toBe(0);
  });

  it("SSPI-108 any first message gives a challenge or SEC_E_INVALID_TOKEN", async () => {
    const test = bench();
    await fc.assert(
      fc.asyncProperty(chosen, mutations, async ({ negotiate }, changes) => {
        const { server } = await test.open();
        const outcome = await server.step(mutated(fromHex(negotiate), changes)).catch(failed);
        if (outcome !== true) expect(decodeChallengeMessage(outcome.token).serverChallenge).toHaveLength(8);
        await server.close();
      }),
      limited,
    );
  });
});

describe("SSPI-108 NTLM-01 messages that are made to hurt", () => {
  async function authenticateWith(change: (token: Uint8Array) => Uint8Array): Promise<string | undefined> {
    const sides = await bench().open({ initiate: { request: ["integrity"] } });
    return shakeHands(sides, { authenticate: change }).then(
      () => "SEC_E_OK",
      (error: SspiError) => error.symbol,
    );
  }

  it("SSPI-108 all fields over one another", async () => {
    const overlapping = (token: Uint8Array): Uint8Array => {
      const changed = token.slice();
      const [length, offset] = [readUint16(token, 20), readUint32(token, 24)];
      for (const at of [12, 28, 36, 44, 52]) {
        writeUint16(changed, at, length - (length % 2));
        writeUint32(changed, at + 4, offset);
      }
      return changed;
    };
    expect(await authenticateWith(overlapping)).toBe("SEC_E_INVALID_TOKEN"); // the key is not of 16 bytes
  });

  it("SSPI-108 NTLM-11 16 KiB of AV pairs in a response are one refusal, in linear time", async () => {
    const many = (token: Uint8Array): Uint8Array => {
      const { ntResponse } = decodeAuthenticateMessage(token);
      const grown = new Uint8Array(16_380);
      grown.set(token);
      grown.set(ntResponse.subarray(0, 44), token.length);
      for (let at = token.length + 44; at + 4 < grown.length; at += 4) grown[at] = 20;
      writeUint16(grown, 20, grown.length - token.length);
      writeUint32(grown, 24, token.length);
      return grown;
    };
    expect(await authenticateWith(many)).toBe("SEC_E_INVALID_TOKEN");
  });

  it("SSPI-108 the peer's captured messages in a context that they do not belong to", async () => {
    const { authenticate } = captureOf("samba sign+seal");
    expect(await authenticateWith(() => fromHex(authenticate))).toBe("SEC_E_LOGON_DENIED");
    expect(await authenticateWith((token) => token.subarray(0, 64))).toBe("SEC_E_INVALID_TOKEN");
    expect(await authenticateWith(() => new Uint8Array(0))).toBe("SEC_E_INVALID_TOKEN");
  });
});
