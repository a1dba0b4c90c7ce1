import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  authenticatorResponse,
  challengeHash,
  challengeResponse,
  md4,
  mppeKeys,
  ntHash,
  rc4,
  sha1,
} from "../src/index.ts";
import { ascii, fromHex, hex } from "./bytes.ts";
import vectors from "./vectors/ms-chap.json" with { type: "json" };

const { rfc2433, rfc2759, rfc3079, "ms-nlmp": nlmp } = vectors.groups;
const [example] = rfc2759;
if (example === undefined) throw new Error("the example of RFC 2759 is missing");

describe("NT hash", () => {
  it.each([...rfc2433, ...rfc2759, ...nlmp])('of "$password"', ({ password, ntHash: hash }) => {
    expect(hex(ntHash(password))).toBe(hash);
  });

  it("is MD4 over UTF-16LE, also beyond the Basic Multilingual Plane and for half a pair", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (password) => {
        expect(ntHash(password)).toEqual(md4(Buffer.from(password, "utf16le")));
      }),
    );
    expect(ntHash("\ud83d")).toEqual(md4(Uint8Array.of(0x3d, 0xd8)));
    expect(hex(ntHash(""))).toBe("31d6cfe0d16ae931b73c59d7e0c089c0");
  });
});

describe("MS-CHAP", () => {
  it.each([...rfc2433, ...nlmp])('NT response, "$password"', ({ challenge, ntHash: hash, ntResponse }) => {
    expect(hex(challengeResponse(fromHex(challenge), fromHex(hash)))).toBe(ntResponse);
  });
});

describe("MS-CHAPv2", () => {
  const peer = fromHex(example.peerChallenge);
  const authenticator = fromHex(example.authenticatorChallenge);
  const hash = fromHex(example.ntHash);
  const ntResponse = fromHex(example.ntResponse);

  it("RFC 2759 section 9.2: Challenge", () => {
    expect(hex(challengeHash(peer, authenticator, example.userName))).toBe(example.challenge);
  });

  it("RFC 2759 section 9.2: NT-Response", () => {
    expect(hex(challengeResponse(fromHex(example.challenge), hash))).toBe(example.ntResponse);
  });

  it("RFC 2759 section 9.2: PasswordHashHash", () => {
    expect(hex(md4(hash))).toBe(example.ntHashHash);
  });

  it("RFC 2759 section 9.2: AuthenticatorResponse", () => {
    const response = authenticatorResponse(hash, ntResponse, fromHex(example.challenge));
    expect(response).toBe(example.authenticatorResponse);
  });

  it("RFC 2759 section 8.2: a domain before the user name does not count", () => {
    expect(hex(challengeHash(peer, authenticator, "BIGCO\\User"))).toBe(example.challenge);
    expect(hex(challengeHash(peer, authenticator, "\\User"))).toBe(example.challenge);
    expect(hex(challengeHash(peer, authenticator, "user"))).not.toBe(example.challenge);
    expect(hex(challengeHash(peer, authenticator, "User@bigco"))).not.toBe(example.challenge);
  });

  it("takes a user name as text, which is UTF-8, or as the bytes that came", () => {
    const name = fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\\"));
    fc.assert(
      fc.property(name, (userName) => {
        const bytes = new TextEncoder().encode(userName);
        const expected = createHash("sha1").update(peer).update(authenticator).update(bytes).digest();
        expect(hex(challengeHash(peer, authenticator, userName))).toBe(hex(expected.subarray(0, 8)));
        expect(hex(challengeHash(peer, authenticator, bytes))).toBe(hex(expected.subarray(0, 8)));
      }),
    );
  });

  it.each<[string, () => unknown]>([
    ["peerChallenge", () => challengeHash(new Uint8Array(15), authenticator, "User")],
    ["authenticatorChallenge", () => challengeHash(peer, new Uint8Array(8), "User")],
    ["challenge", () => challengeResponse(new Uint8Array(16), hash)],
    ["hash", () => challengeResponse(new Uint8Array(8), new Uint8Array(21))],
    ["hash", () => authenticatorResponse(new Uint8Array(0), ntResponse, new Uint8Array(8))],
    ["ntResponse", () => authenticatorResponse(hash, new Uint8Array(25), new Uint8Array(8))],
    ["challenge", () => authenticatorResponse(hash, ntResponse, new Uint8Array(16))],
    ["hash", () => mppeKeys(new Uint8Array(17), ntResponse)],
    ["ntResponse", () => mppeKeys(hash, new Uint8Array(23))],
  ])("refuses a %s of the wrong length", (name, call) => {
    expect(call).toThrow(RangeError);
    expect(call).toThrow(new RegExp(`^${name} must have \\d+ bytes`));
  });

  describe("MPPE keys", () => {
    const keys = mppeKeys(hash, ntResponse);

    it.each(rfc3079)("RFC 3079 section $section: $bits bits", (vector) => {
      const startKey = keys.send.subarray(0, vector.sendStartKey.length / 2);
      expect(hex(startKey)).toBe(vector.sendStartKey);
      const sessionKey = sessionKeyOf(startKey, vector.bits);
      expect(hex(sessionKey)).toBe(vector.sendSessionKey);
      expect(hex(rc4(sessionKey, ascii(vector.message)))).toBe(vector.encrypted);
    });

    it("RFC 3079 section 3.3: both directions, made as the text says", () => {
      const master = nodeSha1(fromHex(example.ntHashHash), ntResponse, ascii("This is the MPPE Master Key"));
      const startKey = (magic: string) =>
        nodeSha1(master.subarray(0, 16), new Uint8Array(40), ascii(magic), new Uint8Array(40).fill(0xf2));
      const client = startKey(
        "On the client side, this is the send key; on the server side, it is the receive key.",
      );
      const server = startKey(
        "On the client side, this is the receive key; on the server side, it is the send key.",
      );
      expect(hex(keys.receive)).toBe(hex(client.subarray(0, 16)));
      expect(hex(keys.send)).toBe(hex(server.subarray(0, 16)));
      expect(keys.send.buffer.byteLength + keys.receive.buffer.byteLength).toBe(32);
    });
  });
});

const nodeSha1 = (...parts: Uint8Array[]) => createHash("sha1").update(Buffer.concat(parts)).digest();

/** The first session key of a direction (`GetNewKeyFromSHA`, RFC 3078 section 7.3, then the strength of RFC 3079 section 3). */
function sessionKeyOf(startKey: Uint8Array, bits: number): Uint8Array {
  const pads = [new Uint8Array(40), new Uint8Array(40).fill(0xf2)] as const;
  const key = sha1(startKey, pads[0], startKey, pads[1]).slice(0, startKey.length);
  if (bits === 40) key.set([0xd1, 0x26, 0x9e]);
  if (bits === 56) key.set([0xd1]);
  return key;
}
