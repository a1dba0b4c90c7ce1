import { describe, expect, it } from "vitest";
import {
  type ContextFeature,
  channelBindingsHash,
  ISC_REQ_NULL_SESSION,
  ISC_REQ_UNVERIFIED_TARGET_NAME,
  type NtlmAuthData,
  ntlmPackage,
  SEC_E_INVALID_TOKEN,
  SEC_E_NO_CREDENTIALS,
  SEC_E_UNSUPPORTED_FUNCTION,
  SECPKG_ATTR_CLIENT_SPECIFIED_TARGET,
  SECPKG_ATTR_SESSION_KEY,
  tlsChannelBindings,
} from "../../src/index.ts";
import { decodeAuthenticateMessage } from "../../src/packages/ntlm/wire/authenticate-message.ts";
import {
  type AvPair,
  avFlags,
  decodeAvPairs,
  encodeAvPairs,
  findAvPair,
} from "../../src/packages/ntlm/wire/av-pairs.ts";
import {
  decodeChallengeMessage,
  encodeChallengeMessage,
} from "../../src/packages/ntlm/wire/challenge-message.ts";
import { decodeNegotiateMessage } from "../../src/packages/ntlm/wire/negotiate-message.ts";
import { decodeNtlmv2Response, type Ntlmv2Response } from "../../src/packages/ntlm/wire/ntlmv2-response.ts";
import { readUint32, writeUint32 } from "../../src/packages/ntlm/wire/payload.ts";
import { decodeUtf16 } from "../../src/packages/ntlm/wire/text.ts";
import { bench, hex, shakeHands } from "./ntlm-harness.ts";

const always = 0xa2088205; // 56, 128, VERSION, ESS, ALWAYS_SIGN, NTLM, REQUEST_TARGET, UNICODE

/** A CHALLENGE with other AV pairs. */
function withPairs(token: Uint8Array, change: (pairs: AvPair[]) => readonly AvPair[]): Uint8Array {
  const { targetInfo = new Uint8Array(4), ...rest } = decodeChallengeMessage(token);
  return encodeChallengeMessage({
    ...rest,
    targetInfo: encodeAvPairs(change(decodeAvPairs(targetInfo))),
    version: new Uint8Array(8),
  });
}

function withFlags(token: Uint8Array, set: number, clear = 0): Uint8Array {
  const changed = token.slice();
  writeUint32(changed, 20, (readUint32(changed, 20) | set) & ~clear);
  return changed;
}

function responseOf(authenticate: Uint8Array): Ntlmv2Response {
  return decodeNtlmv2Response(decodeAuthenticateMessage(authenticate).ntResponse);
}

describe("NTLM-05 the flags of the first leg", () => {
  it.each<[readonly ContextFeature[], number]>([
    [[], always],
    [["mutualAuthentication"], always],
    [["delegation"], always],
    [["integrity"], always | 0x40000010],
    [["replayDetection"], always | 0x40000010],
    [["sequenceDetection"], always | 0x40000010],
    [["confidentiality"], always | 0x40000030],
    [["identify"], always | 0x00100000],
    [["nullSession"], always | 0x00000800],
  ])("NTLM-05 %j", async (request, flags) => {
    const { client } = await bench().open({ initiate: { request } });
    const { token } = await client.step();
    expect(decodeNegotiateMessage(token).flags.toString(16)).toBe((flags >>> 0).toString(16));
    expect(token).toHaveLength(40);
  });

  it("NTLM-05 there are no datagrams", async () => {
    const { client } = await bench().open({ initiate: { flags: 0x400 } });
    await expect(client.step()).rejects.toMatchObject({ code: SEC_E_UNSUPPORTED_FUNCTION });
    const { server } = await bench().open({ accept: { flags: 0x400 } });
    await expect(server.step(new Uint8Array(16))).rejects.toMatchObject({ code: SEC_E_UNSUPPORTED_FUNCTION });
  });
});

describe("NTLM-21 NTLM-24 time and MIC", () => {
  it("NTLM-21 NTLM-24 with a Timestamp: the server's time, an LM response of zeros, a MIC", async () => {
    const test = bench();
    const sides = await test.open({ initiate: { request: ["integrity"] } });
    const { token: negotiate } = await sides.client.step();
    const { token: challenge } = await sides.server.step(negotiate);
    const serverTime = findAvPair(
      decodeAvPairs(decodeChallengeMessage(challenge).targetInfo ?? challenge),
      7,
    );
    test.clock.advance(90_000);
    const { token } = await sides.client.step(challenge);
    const message = decodeAuthenticateMessage(token);
    const response = responseOf(token);
    expect(hex(response.blob.subarray(8, 16))).toBe(hex(serverTime ?? new Uint8Array(0)));
    expect(hex(message.lmResponse)).toBe("00".repeat(24));
    expect(avFlags(response.pairs)).toBe(2);
    expect(hex(token.subarray(72, 88))).not.toBe("00".repeat(16));
  });

  it("NTLM-21 without one: the client's clock, an LMv2 response, no MIC", async () => {
    const { client, server } = await bench().open();
    const { token: negotiate } = await client.step();
    const { token: challenge } = await server.step(negotiate);
    const { token } = await client.step(withPairs(challenge, (pairs) => pairs.filter(({ id }) => id !== 7)));
    const message = decodeAuthenticateMessage(token);
    const response = responseOf(token);
    expect(response.time / 10_000 - 11_644_473_600_000).toBe(Date.UTC(2026, 0, 1));
    expect(hex(message.lmResponse.subarray(16))).toBe(hex(response.blob.subarray(16, 24)));
    expect(hex(message.lmResponse)).not.toContain("0000000000000000");
    expect(avFlags(response.pairs)).toBe(0);
    expect(hex(token.subarray(72, 88))).toBe("00".repeat(16));
  });
});

describe("NTLM-22 what the client refuses", () => {
  it.each<[string, (token: Uint8Array) => Uint8Array]>([
    ["no target information", (token) => withFlags(token, 0, 0x00800000)],
    ["LM_KEY, which it did not offer", (token) => withFlags(token, 0x80)],
    ["OEM, which it did not offer", (token) => withFlags(token, 2)],
    ["SEAL, which it did not offer", (token) => withFlags(token, 0x20)],
    ["DATAGRAM, which it did not offer", (token) => withFlags(token, 0x40)],
    ["no extended session security", (token) => withFlags(token, 0, 0x00080000)],
    ["no UNICODE", (token) => withFlags(token, 0, 1)],
    ["SIGN without 128", (token) => withFlags(token, 0, 0x20000000)],
    ["a list of AV pairs without end", (token) => token.subarray(0, -4)],
    ["garbage", () => new Uint8Array(60).fill(9)],
    [
      "a NEGOTIATE message",
      () => new Uint8Array([...new TextEncoder().encode("NTLMSSP\0"), 1, 0, 0, 0, 5, 0, 0, 0]),
    ],
  ])("NTLM-22 NTLM-38 %s", async (_title, challenge) => {
    const sides = await bench().open({ initiate: { request: ["integrity"] } });
    await expect(shakeHands(sides, { challenge })).rejects.toMatchObject({ code: SEC_E_INVALID_TOKEN });
    await expect(sides.client.step(new Uint8Array(40))).rejects.toThrow();
  });

  it("NTLM-22 KEY_EXCH and 128 may be set without an offer; without SIGN the former means nothing", async () => {
    const { client } = await bench().open();
    const { token: negotiate } = await client.step();
    const { server } = await bench().open();
    const { token } = await server.step(negotiate);
    const authenticate = await client.step(withFlags(token, 0x60000000));
    expect(decodeAuthenticateMessage(authenticate.token).flags & 0x40000000).toBe(0);
    expect(decodeAuthenticateMessage(authenticate.token).encryptedSessionKey).toHaveLength(0);
  });
});

describe("NTLM-23 the AV pairs of a response", () => {
  const bindings = tlsChannelBindings("tls-server-end-point", new Uint8Array(32).fill(5));

  it("NTLM-23 SSPI-27 the server's, then flags, host, channel bindings, and the target name as it was given", async () => {
    const sides = await bench().open({ initiate: { target: "HTTP/web.example", channelBindings: bindings } });
    const { challenge, authenticate } = await shakeHands(sides);
    const own = decodeAvPairs(decodeChallengeMessage(challenge).targetInfo ?? challenge);
    const { pairs } = responseOf(authenticate);
    expect(pairs.slice(0, own.length)).toEqual(
      own.map(({ id, value }) => ({ id, value: new Uint8Array(value) })),
    );
    expect(pairs.slice(own.length).map(({ id }) => id)).toEqual([6, 8, 10, 9]);
    expect(decodeUtf16(findAvPair(pairs, 9) ?? new Uint8Array(1))).toBe("HTTP/web.example");
    expect(findAvPair(pairs, 10)).toEqual(channelBindingsHash(bindings));
    const host = findAvPair(pairs, 8) ?? new Uint8Array(0);
    expect([host.length, readUint32(host, 0)]).toEqual([48, 48]);
  });

  it("NTLM-23 NTLM-30 without bindings and target there are no such pairs", async () => {
    const { authenticate } = await shakeHands(await bench().open());
    expect(responseOf(authenticate).pairs.map(({ id }) => id)).not.toContain(10);
    expect(responseOf(authenticate).pairs.map(({ id }) => id)).not.toContain(9);
  });

  it("NTLM-23 an SPN from a source that cannot be trusted is marked, only then", async () => {
    const initiate = { target: "cifs/nas", flags: ISC_REQ_UNVERIFIED_TARGET_NAME };
    const { authenticate } = await shakeHands(await bench().open({ initiate }));
    expect(avFlags(responseOf(authenticate).pairs)).toBe(0x2 | 0x4);
  });

  it("NTLM-23 SSPI-27 an SPN of 1024 letters travels whole, a longer one is SEC_E_TARGET_UNKNOWN", async () => {
    const target = `HTTP/${"x".repeat(1019)}`;
    const { server } = await shakeHands(await bench().open({ initiate: { target } }));
    expect(server.query(SECPKG_ATTR_CLIENT_SPECIFIED_TARGET)).toEqual({ targetName: target });
    const { client } = await bench().open({ initiate: { target: `${target}x` } });
    await expect(client.step()).rejects.toMatchObject({ symbol: "SEC_E_TARGET_UNKNOWN" });
  });

  it("NTLM-11 names that fit into no message are refused when the package is made", () => {
    expect(() => ntlmPackage({ server: { computer: "x".repeat(256) } })).toThrow(
      "computer must be a name of at most 255 letters",
    );
    expect(() => ntlmPackage({ workstation: "x".repeat(256) })).toThrow(RangeError);
    expect(() => ntlmPackage({ server: { kind: "forest" as "domain" } })).toThrow(
      "kind must be server or domain",
    );
  });

  it("NTLM-23 a server cannot put its own bindings, host or target name into the response", async () => {
    const sides = await bench().open();
    const { token: negotiate } = await sides.client.step();
    const { token: challenge } = await sides.server.step(negotiate);
    const forged = withPairs(challenge, (pairs) => [
      { id: 10, value: new Uint8Array(16).fill(1) },
      { id: 9, value: new Uint8Array(4).fill(65) },
      { id: 6, value: Uint8Array.of(1, 0, 0, 0) },
      ...pairs,
    ]);
    const { pairs } = responseOf((await sides.client.step(forged)).token);
    expect(pairs.filter(({ id }) => id === 9 || id === 10)).toEqual([]);
    expect(avFlags(pairs)).toBe(0x1 | 0x2); // what the server says of its accounts stays
  });
});

describe("NTLM-25 session keys", () => {
  it.each([
    [["integrity"], 16],
    [["confidentiality"], 16],
    [[], 0],
  ] satisfies [ContextFeature[], number][])(
    "NTLM-25 with %j an encrypted key of %d bytes; both sides have the same",
    async (request, length) => {
      const { client, server, authenticate } = await shakeHands(
        await bench().open({ initiate: { request } }),
      );
      expect(decodeAuthenticateMessage(authenticate).encryptedSessionKey).toHaveLength(length);
      const key = client.query(SECPKG_ATTR_SESSION_KEY)?.sessionKey ?? new Uint8Array(0);
      expect(hex(server.query(SECPKG_ATTR_SESSION_KEY)?.sessionKey ?? key)).toBe(hex(key));
      expect(key).toHaveLength(16);
      expect(hex(authenticate)).not.toContain(hex(key));
    },
  );
});

describe("NTLM-35 names", () => {
  it.each<[NtlmAuthData, string, string]>([
    [{ user: "alice", domain: "TESTDOM", password: "alicepw" }, "TESTDOM", "alice"],
    [{ user: "TESTDOM\\alice", password: "alicepw" }, "TESTDOM", "alice"],
    [{ user: "alice", password: "alicepw" }, "", "alice"],
    [{ user: "alice@test.example", password: "alicepw" }, "", "alice@test.example"],
    [{ user: "a\\b", domain: "TESTDOM", password: "alicepw" }, "TESTDOM", "a\\b"],
  ])("NTLM-35 %j", async (authData, domain, user) => {
    const { client, server } = await bench().open({ client: authData });
    const { token } = await client.step((await server.step((await client.step()).token)).token);
    const message = decodeAuthenticateMessage(token);
    expect([message.domain, message.user]).toEqual([domain, user]);
  });
});

describe("NTLM-33 nobody", () => {
  it("NTLM-33 empty user, empty response, one zero byte, no keys", async () => {
    const sides = await bench().open({
      client: { anonymous: true },
      initiate: { flags: ISC_REQ_NULL_SESSION, request: ["confidentiality"] },
      accept: { request: ["nullSession"] },
    });
    const { client, server, authenticate } = await shakeHands(sides);
    const message = decodeAuthenticateMessage(authenticate);
    expect([message.user, message.domain, message.ntResponse.length, [...message.lmResponse]]).toEqual([
      "",
      "",
      0,
      [0],
    ]);
    expect(message.flags & 0x40000030).toBe(0);
    expect(client.features).toEqual(["nullSession"]);
    expect(server.features).toEqual(["nullSession"]);
    expect(server.query(SECPKG_ATTR_SESSION_KEY)?.sessionKey).toEqual(new Uint8Array(16));
    expect(() => client.wrap(new Uint8Array(1))).toThrow("SEC_E_QOP_NOT_SUPPORTED");
    expect(() => server.identity()).toThrow("SEC_E_NO_IMPERSONATION");
  });

  it("NTLM-33 who asks for a null session gets one, whatever the credential says", async () => {
    const sides = await bench().open({
      initiate: { flags: ISC_REQ_NULL_SESSION },
      accept: { request: ["nullSession"] },
    });
    const { authenticate } = await shakeHands(sides);
    expect(decodeAuthenticateMessage(authenticate).user).toBe("");
  });

  it("NTLM-33 an anonymous credential is good for nothing else", async () => {
    const { client } = await bench().open({ client: { anonymous: true } });
    await expect(client.step()).rejects.toMatchObject({ code: SEC_E_NO_CREDENTIALS });
  });
});
