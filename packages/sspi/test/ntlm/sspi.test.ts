import { inspect } from "node:util";
import { ntHash } from "@sallyport/crypto";
import { describe, expect, it } from "vitest";
import {
  acquireCredentials,
  createSecHandle,
  createSspiProvider,
  encodeChannelBindings,
  type NtlmAuthData,
  ntlmPackage,
  out,
  SEC_E_INVALID_TOKEN,
  SEC_E_NO_CREDENTIALS,
  SEC_E_OK,
  SEC_E_SECPKG_NOT_FOUND,
  SEC_E_UNKNOWN_CREDENTIALS,
  SEC_E_UNSUPPORTED_FUNCTION,
  SECPKG_ATTR_CLIENT_SPECIFIED_TARGET,
  SECPKG_ATTR_FLAGS,
  SECPKG_ATTR_KEY_INFO,
  SECPKG_ATTR_LAST_CLIENT_TOKEN_STATUS,
  SECPKG_ATTR_NAMES,
  SECPKG_ATTR_NATIVE_NAMES,
  SECPKG_ATTR_NEGOTIATION_INFO,
  SECPKG_ATTR_PACKAGE_INFO,
  SECPKG_ATTR_PASSWORD_EXPIRY,
  SECPKG_ATTR_SIZES,
  SECPKG_ATTR_STREAM_SIZES,
  SECPKG_ATTR_TARGET,
  SECPKG_CRED_ATTR_NAMES,
  type SecPkgInfo,
  secBuffer,
  secBufferDesc,
  timeStamp,
  tlsChannelBindings,
} from "../../src/index.ts";
import { captureOf } from "./captures.ts";
import { accountsOf, alice, bench, fromHex, hex, shakeHands } from "./ntlm-harness.ts";

const sealed = { initiate: { request: ["confidentiality"], target: "HTTP/web.example" } } as const;
const sizes = { maxToken: 2888, maxSignature: 16, blockSize: 1, securityTrailer: 16 };

it("SSPI-13 the last leg of NTLM: SEC_E_OK and no token", async () => {
  const { client, server } = await bench().open();
  const { token } = await client.step((await server.step((await client.step()).token)).token);
  expect(token.length).toBeGreaterThan(88);
  expect(await server.step(token)).toMatchObject({
    status: SEC_E_OK,
    token: new Uint8Array(0),
    established: true,
  });
});

it("SSPI-14 NTLM has no token for an error, whatever is asked for", async () => {
  const sides = await bench().open({
    client: { user: "alice", password: "wrong" },
    accept: { flags: 0x8000 },
  });
  await expect(shakeHands(sides)).rejects.toMatchObject({
    symbol: "SEC_E_LOGON_DENIED",
    token: new Uint8Array(0),
  });
});

describe("SSPI-33 credentials of NTLM", () => {
  const provider = createSspiProvider({ packages: [ntlmPackage()] });
  const acquire = (use: "inbound" | "outbound" | "both", authData?: unknown, principal?: string) =>
    acquireCredentials({
      provider,
      package: "ntlm",
      use,
      authData,
      ...(principal !== undefined && { principal }),
    });

  it.each<["inbound" | "outbound" | "both", unknown]>([
    ["outbound", undefined],
    ["inbound", undefined],
    ["both", undefined],
    ["outbound", { accounts: accountsOf(alice) }],
    ["inbound", { user: "alice", password: "alicepw" }],
  ])("SSPI-33 %s with %j and no defaults is SEC_E_NO_CREDENTIALS", async (use, authData) => {
    await expect(acquire(use, authData)).rejects.toMatchObject({ code: SEC_E_NO_CREDENTIALS });
  });

  it.each<unknown>([
    "alice",
    42,
    new Uint8Array(3),
    ["alice"],
    { user: "", password: "x" },
    { user: 3, password: "x" },
    { user: "TESTDOM\\", password: "x" },
    { user: "alice" },
    { password: "x" },
    { user: "alice", password: 3 },
    { user: "alice", password: "x", ntHash: ntHash("x") },
    { user: "alice", ntHash: new Uint8Array(15) },
    { user: "alice", ntHash: "00112233445566778899aabbccddeeff" },
    { user: "alice", domain: 3, password: "x" },
    { user: "a".repeat(257), password: "x" },
  ])("SSPI-33 malformed: %j is SEC_E_UNKNOWN_CREDENTIALS", async (authData) => {
    await expect(acquire("outbound", authData)).rejects.toMatchObject({ code: SEC_E_UNKNOWN_CREDENTIALS });
  });

  it.each<object>([
    { channelBindings: "requird" },
    { channelBindings: true },
    { requireMic: "allways" },
    { requireMic: "toString" },
    { allowLegacy: 1 },
    { allowEmptyPasswords: "no" },
    { refuseLoopback: "yes" },
    { peerAlwaysSeals: null },
    { maximumTimeDifference: -1 },
    { maximumTimeDifference: Number.NaN },
    { acceptedTargets: "HTTP/web.example" },
    { acceptedTargets: [1] },
    { restriction: "none" },
    { accounts: {} },
    { accounts: null },
    { authority: () => ({ kind: "refused" }) },
    { anonymous: "yes" },
  ])("SSPI-33 a slip of the pen is no weaker policy: %j", async (setting) => {
    const authData = { accounts: accountsOf(alice), user: "alice", password: "alicepw", ...setting };
    await expect(acquire("both", authData)).rejects.toMatchObject({ code: SEC_E_UNKNOWN_CREDENTIALS });
    if ("anonymous" in setting) return;
    expect(() => ntlmPackage(setting)).toThrow(`${Object.keys(setting)[0]} is not what this setting can be`);
  });

  it("SSPI-33 a default identity that is none is refused when the package is made", () => {
    expect(() => ntlmPackage({ identity: { user: "alice" } })).toThrow("identity needs a user");
  });

  it("SSPI-33 the configured identity and accounts are the default; a principal must be that one", async () => {
    const identity = { user: "alice", domain: "TESTDOM", ntHash: ntHash("alicepw") };
    const test = bench({ identity });
    expect((await shakeHands(await test.open({ client: null }))).server.identity()?.name).toBe(
      "TESTDOM\\alice",
    );
    const named = { provider: test.provider, package: "NTLM", use: "outbound" } as const;
    await acquireCredentials({ ...named, principal: "testdom\\Alice" });
    await expect(acquireCredentials({ ...named, principal: "bob" })).rejects.toMatchObject({
      code: SEC_E_NO_CREDENTIALS,
    });
  });

  it("SSPI-33 each direction exists where its half was given; freed once, twice nothing happens", async () => {
    const both = await acquire("both", { user: "alice", password: "alicepw", accounts: accountsOf(alice) });
    const name = out<unknown>(undefined);
    expect(provider.QueryCredentialsAttributes(both.handle, SECPKG_CRED_ATTR_NAMES, name)).toBe(SEC_E_OK);
    expect(name.value).toEqual({ userName: "alice" });
    await both.close();
    await both.close();
  });

  it("SSPI-35 a credential and its contexts show no secret", async () => {
    const authData: NtlmAuthData = { user: "alice", domain: "TESTDOM", password: "alicepw" };
    const { client, server } = await shakeHands(await bench().open({ ...sealed, client: authData }));
    const seen = inspect([client, server], { depth: 12, showHidden: true }) + JSON.stringify({ ...client });
    expect(seen).not.toContain("alicepw");
    expect(seen).not.toContain(hex(ntHash("alicepw")).slice(0, 8));
  });

  it("SSPI-34 SSPI-106 acquiring asks nobody: no environment, no file, no network", async () => {
    let asked = 0;
    const accounts = { find: () => ((asked += 1), undefined) };
    const environment = new Proxy({}, { get: () => ((asked += 1), undefined) });
    const quiet = createSspiProvider({ packages: [ntlmPackage({ accounts })], environment });
    const credentials = await acquireCredentials({
      provider: quiet,
      package: "NTLM",
      use: "both",
      authData: { user: "a", password: "b" },
    });
    await credentials.close();
    expect(asked).toBe(0);
  });
});

describe("SSPI-74 the longest token", () => {
  it("SSPI-74 16 384 bytes are read, one more is not looked at", async () => {
    for (const [length, reason] of [
      [16_384, "bad-signature at offset 0"],
      [16_385, undefined],
    ] as const) {
      const { server } = await bench().open();
      const outcome = server.step(new Uint8Array(length));
      await expect(outcome).rejects.toMatchObject({ code: SEC_E_INVALID_TOKEN });
      await expect(
        outcome.catch((error: Error) => (error.cause as Error | undefined)?.message),
      ).resolves.toBe(reason);
    }
  });
});

it("SSPI-75 NTLM-30 bindings as a structure with application data at 32 have the hash of the capture", () => {
  const capture = captureOf("sign+seal+channel-bindings");
  const data = fromHex(capture.channelBindingApplicationData ?? "");
  const kind = "tls-server-end-point";
  expect(new TextDecoder().decode(data.subarray(0, kind.length))).toBe(kind);
  const structure = encodeChannelBindings(tlsChannelBindings(kind, data.subarray(kind.length + 1)));
  expect(hex(structure.subarray(32))).toBe(capture.channelBindingApplicationData);
});

describe("SSPI-96 SSPI-97 what a context of NTLM tells", () => {
  it("SSPI-96 the client", async () => {
    const { client } = await shakeHands(await bench().open(sealed));
    expect(client.query(SECPKG_ATTR_NAMES)).toEqual({ userName: "TESTDOM\\alice" });
    expect(client.query(SECPKG_ATTR_NATIVE_NAMES)).toEqual({
      clientName: "TESTDOM\\alice",
      serverName: "HTTP/web.example",
    });
    expect(client.query(SECPKG_ATTR_SIZES)).toEqual(sizes);
    expect(client.query(SECPKG_ATTR_TARGET)).toEqual({ target: "HTTP/web.example" });
    expect(client.query(SECPKG_ATTR_CLIENT_SPECIFIED_TARGET)).toEqual({ targetName: "HTTP/web.example" });
    expect(client.query(SECPKG_ATTR_KEY_INFO)).toMatchObject({ encryptAlgorithmName: "RC4", keySize: 128 });
    expect(client.query(SECPKG_ATTR_PACKAGE_INFO)?.packageInfo).toMatchObject({ name: "NTLM", rpcId: 10 });
    expect(client.query(SECPKG_ATTR_NEGOTIATION_INFO)?.negotiationState).toBe(0);
    for (const attribute of [
      SECPKG_ATTR_LAST_CLIENT_TOKEN_STATUS,
      SECPKG_ATTR_STREAM_SIZES,
      SECPKG_ATTR_PASSWORD_EXPIRY,
      25,
      26,
    ]) {
      expect(() => client.query(attribute)).toThrow(
        expect.objectContaining({ code: SEC_E_UNSUPPORTED_FUNCTION }),
      );
    }
  });

  it("SSPI-96 the server, with what its accounts know", async () => {
    const passwordExpires = new Date(Date.UTC(2030, 0, 1));
    const accounts = accountsOf({ ...alice, passwordExpires });
    const { server } = await shakeHands(await bench({ accounts }).open(sealed));
    expect(server.query(SECPKG_ATTR_NAMES)).toEqual({ userName: "TESTDOM\\alice" });
    expect(server.query(SECPKG_ATTR_CLIENT_SPECIFIED_TARGET)).toEqual({ targetName: "HTTP/web.example" });
    expect(server.query(SECPKG_ATTR_LAST_CLIENT_TOKEN_STATUS)).toEqual({ status: 0 });
    expect(server.query(SECPKG_ATTR_PASSWORD_EXPIRY)).toEqual({
      passwordExpires: timeStamp(passwordExpires.getTime()),
    });
    expect((server.query(SECPKG_ATTR_FLAGS)?.flags ?? 0) & 0x2001c).toBe(0x2001c);
    expect(server.identity()).toEqual({
      name: "TESTDOM\\alice",
      user: "alice",
      domain: "TESTDOM",
      workstation: "",
      groups: ["staff"],
    });
  });

  it("SSPI-97 SSPI-95 while it is made only the largest sizes", async () => {
    const { client } = await bench().open();
    await client.step();
    expect(client.query(SECPKG_ATTR_SIZES)).toEqual(sizes);
    expect(() => client.query(SECPKG_ATTR_NAMES)).toThrow("SEC_E_INVALID_HANDLE");
  });

  it("SSPI-98 the package in the list, by its name in any case, or excluded", () => {
    const { provider } = bench();
    const count = out(0);
    const list = out<readonly SecPkgInfo[]>([]);
    expect(provider.EnumerateSecurityPackages(count, list)).toBe(SEC_E_OK);
    expect(list.value).toMatchObject([
      { name: "NTLM", version: 1, rpcId: 10, maxToken: 2888, capabilities: 0x2b37 },
    ]);
    const found = out<SecPkgInfo | undefined>(undefined);
    expect(provider.QuerySecurityPackageInfo("nTlM", found)).toBe(SEC_E_OK);
    const without = createSspiProvider({ packages: [ntlmPackage()], exclude: ["NTLM"] });
    expect(without.QuerySecurityPackageInfo("NTLM", found)).toBe(SEC_E_SECPKG_NOT_FOUND);
  });

  it("SSPI-103 SSPI-104 NTLM has nothing to set and takes no control token", async () => {
    const { client } = await shakeHands(await bench().open(sealed));
    const { provider, handle } = client;
    expect(provider.SetContextAttributes(handle, 0x5e, {}, 8)).toBe(SEC_E_UNSUPPORTED_FUNCTION);
    expect(provider.ApplyControlToken(handle, secBufferDesc(secBuffer(2, 4)))).toBe(
      SEC_E_UNSUPPORTED_FUNCTION,
    );
    expect(provider.CompleteAuthToken(handle, secBufferDesc(secBuffer(2, 4)))).toBe(
      SEC_E_UNSUPPORTED_FUNCTION,
    );
  });
});

it("SSPI-105 the same seed and clock, the same tokens", async () => {
  const [one, two, other] = await Promise.all(
    [1, 1, 2].map(async (seed) => shakeHands(await bench({}, seed).open(sealed))),
  );
  expect(hex(one?.authenticate ?? fromHex(""))).toBe(hex(two?.authenticate ?? fromHex("00")));
  expect(hex(one?.authenticate ?? fromHex(""))).not.toBe(hex(other?.authenticate ?? fromHex("")));
});

it("SSPI-65 SSPI-21 whatever happens, nothing is left", async () => {
  const test = bench();
  const good = await shakeHands(await test.open(sealed));
  const bad = await test.open({ client: { user: "alice", password: "wrong" } });
  await expect(shakeHands(bad)).rejects.toThrow();
  const half = await test.open();
  await half.client.step();
  for (const { client, server } of [good, bad, half]) await Promise.all([client.close(), server.close()]);
  expect(test.provider.objects().contexts).toBe(0);
  expect(createSecHandle()).toBeDefined();
});
