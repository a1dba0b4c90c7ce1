import { ntHash, Secret } from "@sallyport/crypto";
import { describe, expect, it } from "vitest";
import {
  ASC_REQ_ALLOW_NULL_SESSION,
  ASC_REQ_DELEGATE,
  SEC_E_INVALID_TOKEN,
  SEC_E_LOGON_DENIED,
  SEC_E_MESSAGE_ALTERED,
  SEC_E_UNSUPPORTED_FUNCTION,
  SEC_E_WRONG_PRINCIPAL,
  SECPKG_ATTR_IS_LOOPBACK,
} from "../../src/index.ts";
import {
  decodeAuthenticateMessage,
  encodeAuthenticateMessage,
} from "../../src/packages/ntlm/wire/authenticate-message.ts";
import { readUint32, writeUint32 } from "../../src/packages/ntlm/wire/payload.ts";
import { captureOf, ntlmv1 } from "./captures.ts";
import { accountsOf, alice, bench, failure, fromHex, type NtlmBench, shakeHands } from "./ntlm-harness.ts";
import { responseWithoutMic } from "./old-client.ts";

const flip = (bytes: Uint8Array, at: number): Uint8Array => bytes.with(at, (bytes[at] ?? 0) ^ 1);

describe("NtlmRefusal", () => {
  it.each([
    ["CORP\\mallory", "CORP\\mallory"],
    ["mallory", "mallory"],
    [`CORP\\${"m".repeat(256)}`, `CORP\\${"m".repeat(251)}`],
  ])("of a client %s names %s, whoever that is", async (user, claimedName) => {
    const sides = await bench().open({ client: { user, password: "alicepw" } });
    const error = await shakeHands(sides).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: SEC_E_LOGON_DENIED,
      cause: { reason: "unknown-account", claimedName },
    });
  });
});

describe("NTLM-31 the MIC", () => {
  const request = { initiate: { request: ["integrity"] } } as const;

  it("NTLM-31 a bit flipped in any of the three messages is SEC_E_MESSAGE_ALTERED", async () => {
    // The flag IDENTIFY of the first message, a name of the second, version, MIC and key of the third.
    const first = await bench().open(request);
    const { token: negotiate } = await first.client.step();
    const { token: challenge } = await first.server.step(flip(negotiate, 14).with(14, 0x18));
    const { token } = await first.client.step(challenge.with(22, (challenge[22] ?? 0) & ~0x10));
    expect((await failure(first.server.step(token))).code).toBe(SEC_E_MESSAGE_ALTERED);
    const changes = [
      (bytes: Uint8Array) => flip(bytes, 64),
      (bytes: Uint8Array) => flip(bytes, 72),
      (bytes: Uint8Array) => flip(bytes, bytes.length - 1),
    ];
    for (const authenticate of changes) {
      expect((await failure(shakeHands(await bench().open(request), { authenticate }))).code).toBe(
        SEC_E_MESSAGE_ALTERED,
      );
    }
    const second = shakeHands(await bench().open(request), { challenge: (bytes) => flip(bytes, 56) });
    expect((await failure(second)).code).toBe(SEC_E_MESSAGE_ALTERED);
  });

  it("NTLM-31 a downgrade is noticed: SIGN taken out of the second message", async () => {
    const sides = await bench().open(request);
    const unsigned = (bytes: Uint8Array): Uint8Array => bytes.with(20, (bytes[20] ?? 0) & ~0x10);
    expect((await failure(shakeHands(sides, { challenge: unsigned }))).code).toBe(SEC_E_MESSAGE_ALTERED);
  });

  it("NTLM-31 a MIC that is promised and not there is SEC_E_MESSAGE_ALTERED", async () => {
    const strip = (token: Uint8Array): Uint8Array => {
      const whole = encodeAuthenticateMessage({
        ...decodeAuthenticateMessage(token),
        version: new Uint8Array(8),
      });
      const short = new Uint8Array(whole.length - 24);
      short.set(whole.subarray(0, 64));
      short.set(whole.subarray(88), 64);
      for (const at of [12, 20, 28, 36, 44, 52]) writeUint32(short, at + 4, readUint32(short, at + 4) - 24);
      return short;
    };
    const sides = await bench().open(request);
    expect((await failure(shakeHands(sides, { authenticate: strip }))).code).toBe(SEC_E_MESSAGE_ALTERED);
  });

  it("NTLM-31 without the flag none is needed, unless it always is", async () => {
    for (const [requireMic, reason] of [
      ["when-flagged", undefined],
      ["always", "no-mic"],
    ] as const) {
      const { server } = await bench({ requireMic }).open();
      const outcome = server
        .step(fromHex("4e544c4d53535000010000000582080000000000000000000000000000000000"))
        .then(({ token }) => server.step(responseWithoutMic(token)));
      if (reason === undefined) expect((await outcome).established).toBe(true);
      else expect(await failure(outcome)).toEqual({ code: SEC_E_LOGON_DENIED, reason });
    }
  });
});

describe("NTLM-32 what is no NTLMv2", () => {
  const v1 = decodeAuthenticateMessage(fromHex(ntlmv1.AUTHENTICATE_MESSAGE));
  const version = new Uint8Array(8);
  const base = {
    ...v1,
    domain: "TESTDOM",
    user: "alice",
    flags: 0x22888205,
    encryptedSessionKey: new Uint8Array(0),
    version,
  };
  const clientChallenge = Uint8Array.of(...new Uint8Array(8).fill(0xaa), ...new Uint8Array(16));

  it.each([
    ["NTLMv1", base],
    ["NTLMv1 with a challenge of the client", { ...base, lmResponse: clientChallenge }],
    ["LM only", { ...base, ntResponse: new Uint8Array(0) }],
    ["LMv2 only", { ...base, ntResponse: new Uint8Array(0), lmResponse: new Uint8Array(24).fill(7) }],
    ["one byte", { ...base, ntResponse: new Uint8Array(1) }],
  ])("NTLM-32 %s is recognized and refused as a wrong password is", async (_title, content) => {
    const { server } = await bench().open();
    await server.step(fromHex(captureOf("sign+seal").negotiate));
    expect(await failure(server.step(encodeAuthenticateMessage(content)))).toEqual({
      code: SEC_E_LOGON_DENIED,
      reason: expect.stringMatching(/wrong-password|not-ntlmv2/),
    });
  });

  it("NTLM-32 an authority that accepts NTLMv1 is not asked for its opinion", async () => {
    const authority = { logon: () => ({ kind: "accepted", sessionBaseKey: new Uint8Array(16) }) as const };
    const { server } = await bench({ authority }).open();
    await server.step(fromHex(captureOf("sign+seal").negotiate));
    expect(await failure(server.step(encodeAuthenticateMessage(base)))).toEqual({
      code: SEC_E_LOGON_DENIED,
      reason: "not-ntlmv2",
    });
  });

  it("NTLM-32 an empty password is refused unless it is allowed", async () => {
    const nobody = { name: "bob", password: { ntHash: new Secret(ntHash("")) } };
    const client = { user: "bob", password: "" };
    const refused = await bench({ accounts: accountsOf(nobody) }).open({ client });
    expect(await failure(shakeHands(refused))).toEqual({
      code: SEC_E_LOGON_DENIED,
      reason: "empty-password",
    });
    const allowed = await bench({ accounts: accountsOf(nobody), allowEmptyPasswords: true }).open({ client });
    expect((await shakeHands(allowed)).server.identity()?.name).toBe("WORKGROUP\\bob");
  });
});

it("NTLM-33 nobody is refused unless the caller allows null sessions", async () => {
  const options = { client: { anonymous: true }, initiate: { request: ["nullSession"] } } as const;
  expect(await failure(shakeHands(await bench().open(options)))).toEqual({
    code: SEC_E_LOGON_DENIED,
    reason: "anonymous",
  });
  const allowed = await bench().open({ ...options, accept: { flags: ASC_REQ_ALLOW_NULL_SESSION } });
  expect((await shakeHands(allowed)).server.features).toEqual(["nullSession"]);
});

describe("NTLM-35 domains of the acceptor", () => {
  it.each([
    ["TESTDOM", true],
    ["testdom", true],
    ["", true],
    ["OTHER", false],
  ])("NTLM-35 the domain as it was sent, only: %s", async (domain, isRight) => {
    const sides = await bench().open({ client: { user: "Alice", domain, password: "alicepw" } });
    if (!isRight) {
      expect(await failure(shakeHands(sides))).toEqual({
        code: SEC_E_LOGON_DENIED,
        reason: "unknown-account",
      });
      return;
    }
    const { server } = await shakeHands(sides);
    expect(server.identity()).toMatchObject({
      name: "TESTDOM\\alice",
      user: "alice",
      domain: "TESTDOM",
      groups: ["staff"],
    });
  });
});

describe("NTLM-36 replay", () => {
  it("NTLM-36 a message of another context fails by the challenge, and a context answers once", async () => {
    const test = bench();
    const { authenticate, server } = await shakeHands(await test.open());
    await expect(server.step(authenticate)).rejects.toMatchObject({ symbol: "SEC_E_INVALID_HANDLE" });
    const other = await test.open();
    await other.server.step((await other.client.step()).token);
    expect(await failure(other.server.step(authenticate))).toEqual({
      code: SEC_E_LOGON_DENIED,
      reason: "wrong-password",
    });
    await expect(other.server.step(authenticate)).rejects.toMatchObject({ symbol: "SEC_E_INVALID_HANDLE" });
  });

  async function afterHours(test: NtlmBench, hours: number) {
    const sides = await test.open();
    const { token } = await sides.server.step((await sides.client.step()).token);
    const answer = await sides.client.step(token);
    test.clock.advance(hours * 3_600_000);
    return sides.server.step(answer.token);
  }

  it("NTLM-36 a time more than 36 hours off is refused, in both directions", async () => {
    expect((await afterHours(bench(), 35.9)).established).toBe(true);
    expect(await failure(afterHours(bench(), 36.1))).toEqual({ code: SEC_E_LOGON_DENIED, reason: "time" });
    expect((await afterHours(bench({ maximumTimeDifference: 3_600_000 }), 0.9)).established).toBe(true);
    expect((await failure(afterHours(bench({ maximumTimeDifference: 3_600_000 }), 1.1))).reason).toBe("time");
    const { server } = await bench().open();
    const { token } = await server.step(
      fromHex("4e544c4d53535000010000000582080000000000000000000000000000000000"),
    );
    expect(
      (await failure(server.step(responseWithoutMic(token, { time: new Uint8Array(8).fill(0x7f) })))).reason,
    ).toBe("time");
  });
});

describe("NTLM-37 reflection", () => {
  it("NTLM-37 a challenge that a client of this very process was made to answer is refused, when that is wanted", async () => {
    const test = bench();
    const { client } = await test.open();
    const { server } = await test.open({ server: { refuseLoopback: true } });
    expect(await failure(shakeHands({ client, server }))).toEqual({
      code: SEC_E_LOGON_DENIED,
      reason: "loopback",
    });
    const tolerant = (await shakeHands(await bench().open())).server;
    expect(tolerant.query(SECPKG_ATTR_IS_LOOPBACK)).toEqual({ isLoopback: true });
  });

  it("NTLM-37 the client of another process is welcome", async () => {
    const { client } = await bench({ workstation: "PC7" }, 2).open();
    const { server } = await bench({ refuseLoopback: true }).open();
    expect((await shakeHands({ client, server })).server.established).toBe(true);
    expect(server.query(SECPKG_ATTR_IS_LOOPBACK)).toEqual({ isLoopback: false });
    expect(server.identity()).toMatchObject({ workstation: "PC7" });
  });
});

describe("NTLM-38 keys of another size", () => {
  it.each<[string, number, number, number]>([
    ["KEY_EXCH without a key", 0x62888215, 0, SEC_E_INVALID_TOKEN],
    ["KEY_EXCH with a key of 8 bytes", 0x62888215, 8, SEC_E_INVALID_TOKEN],
    ["KEY_EXCH with a key of 17 bytes", 0x62888215, 17, SEC_E_INVALID_TOKEN],
    ["SIGN without 128", 0x02888215, 0, SEC_E_INVALID_TOKEN],
    ["SEAL without 128", 0x02888225, 0, SEC_E_INVALID_TOKEN],
    ["no extended session security at the end", 0x22808215, 0, SEC_E_INVALID_TOKEN],
    ["all as it should be, but the proof", 0x62888215, 16, SEC_E_LOGON_DENIED],
  ])("NTLM-38 NTLM-12 %s", async (_title, flags, keyLength, code) => {
    const { server } = await bench().open();
    await server.step(fromHex(captureOf("sign+seal").negotiate));
    const message = encodeAuthenticateMessage({
      ...decodeAuthenticateMessage(fromHex(captureOf("sign+seal").authenticate)),
      flags,
      encryptedSessionKey: new Uint8Array(keyLength),
      version: new Uint8Array(8),
    });
    expect((await failure(server.step(message))).code).toBe(code);
  });
});

it("E-03 ASC_REQ_DELEGATE is not supported", async () => {
  const { server } = await bench().open({ accept: { flags: ASC_REQ_DELEGATE } });
  const outcome = server.step(fromHex(captureOf("sign+seal").negotiate));
  expect((await failure(outcome)).code).toBe(SEC_E_UNSUPPORTED_FUNCTION);
});

describe("SSPI-29 the SPN of the client", () => {
  it.each<[string | undefined, number, boolean]>([
    ["HTTP/web.example", 0, true],
    ["http/WEB.example", 0, true],
    ["HTTP/other.example", 0, false],
    [undefined, 0, false],
    ["HTTP/web.example", 0x20000000, false],
  ])("SSPI-29 NTLM-23 strict checking of %s with flags %i: %s", async (target, flags, isRight) => {
    const sides = await bench({ acceptedTargets: ["HTTP/web.example"] }).open({
      initiate: { flags, ...(target !== undefined && { target }) },
    });
    if (isRight) expect((await shakeHands(sides)).server.established).toBe(true);
    else expect((await failure(shakeHands(sides))).code).toBe(SEC_E_WRONG_PRINCIPAL);
  });
});

it("NTLM-32 SSPI-17 wrong password, unknown and unusable accounts: one code, no oracle", async () => {
  const accounts = accountsOf(
    alice,
    { name: "off", password: alice.password, enabled: false },
    { name: "old", password: alice.password, expires: new Date(0) },
    { name: "stale", password: alice.password, passwordExpires: new Date(0) },
    { name: "shift", password: alice.password, logonHours: {} },
    { name: "scrypt", password: { form: "scrypt" } },
    { name: "short", password: { ntHash: new Secret(new Uint8Array(15)) } },
  );
  const reasons: Record<string, string> = {
    alice: "wrong-password",
    nobody: "unknown-account",
    off: "restricted",
    old: "restricted",
    stale: "restricted",
    shift: "restricted",
    scrypt: "no-nt-hash",
    short: "no-nt-hash",
  };
  for (const [user, reason] of Object.entries(reasons)) {
    const password = user === "alice" ? "wrong" : "alicepw";
    const sides = await bench({ accounts }).open({ client: { user, password } });
    expect(await failure(shakeHands(sides))).toEqual({ code: SEC_E_LOGON_DENIED, reason });
  }
  const open = await bench({ accounts, restriction: () => undefined }).open({
    client: { user: "off", password: "alicepw" },
  });
  expect((await shakeHands(open)).server.established).toBe(true);
});
