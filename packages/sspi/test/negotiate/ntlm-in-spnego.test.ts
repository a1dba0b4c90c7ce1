import { ntHash, Secret } from "@sallyport/crypto";
import { createSeededRandom, createVirtualClock } from "@sallyport/runtime";
import { describe, expect, it } from "vitest";
import {
  acceptSecurityContext,
  acquireCredentials,
  type ContextOptions,
  createSspiProvider,
  type InitiateOptions,
  importSecurityContext,
  initializeSecurityContext,
  type NtlmAuthData,
  negotiatePackage,
  ntlmMechanism,
  ntlmPackage,
  SECPKG_ATTR_NAMES,
  SECPKG_ATTR_NEGOTIATION_INFO,
  SECPKG_ATTR_PACKAGE_INFO,
  SECPKG_ATTR_SESSION_KEY,
  SECPKG_ATTR_SIZES,
  SECPKG_NEGOTIATION_COMPLETE,
  SECPKG_NEGOTIATION_DIRECT,
  type SecurityContext,
} from "../../src/index.ts";
import { isMechListMic } from "../../src/packages/negotiate/mechanism-list-mic.ts";
import { decodeSpnegoToken } from "../../src/packages/negotiate/wire/spnego-token.ts";
import { encodeNtlmState } from "../../src/packages/ntlm/exported-state.ts";
import { captures, fromHex, ntlm, toHex } from "./captures.ts";

const bytes = (words: string) => new TextEncoder().encode(words);

async function open(
  options: {
    readonly client?: InitiateOptions;
    readonly server?: ContextOptions;
    readonly authData?: object;
  } = {},
) {
  const accounts = {
    find: ({ name }: { readonly name: string }) =>
      name === "alice"
        ? { name, domain: "CORP", password: { ntHash: new Secret(ntHash("wonderland")) } }
        : undefined,
  };
  const ntlmAlone = ntlmPackage({ accounts });
  const provider = createSspiProvider({
    packages: [negotiatePackage({ mechanisms: [ntlmMechanism(ntlmAlone)] }), ntlmAlone],
    clock: createVirtualClock({ now: Date.UTC(2026, 0, 1) }),
    random: createSeededRandom(7),
  });
  const identity: NtlmAuthData = { user: "CORP\\alice", password: "wonderland" };
  const authData = { ...identity, ...options.authData };
  const outbound = await acquireCredentials({ provider, package: "Negotiate", use: "outbound", authData });
  const inbound = await acquireCredentials({ provider, package: "negotiate", use: "inbound" });
  return {
    provider,
    client: initializeSecurityContext(outbound, options.client),
    server: acceptSecurityContext(inbound, options.server),
    inbound,
    outbound,
  };
}

/** Both sides, to the end; the tokens that were sent. */
async function finish(client: SecurityContext, server: SecurityContext): Promise<Uint8Array[]> {
  const tokens: Uint8Array[] = [];
  let token: Uint8Array | undefined;
  for (let leg = 0; leg < 10 && !(client.established && server.established); leg += 1) {
    const side = leg % 2 === 0 ? client : server;
    const { token: sent } = await side.step(token);
    if (sent.length > 0) tokens.push(sent);
    token = sent;
  }
  return tokens;
}

describe("NTLM in SPNEGO", () => {
  it("SSPI-13 the last token of the server comes with SEC_E_OK", async () => {
    const { client, server } = await open({ client: { request: ["integrity"] } });
    const tokens = await finish(client, server);
    expect(tokens).toHaveLength(4);
    expect([client.established, server.established]).toEqual([true, true]);
    expect(decodeSpnegoToken(tokens[3] ?? new Uint8Array(0))).toMatchObject({ negState: "accept-completed" });
  });

  it("SPN-07 both signatures are exchanged, and messages begin with number 1 and a fresh stream", async () => {
    const { client, server } = await open({ client: { request: ["confidentiality"] } });
    const tokens = await finish(client, server);
    const mics = tokens.map((token) => decodeSpnegoToken(token).mechListMIC);
    expect(mics.map((mic) => mic && [mic.length, mic[12]])).toEqual([undefined, undefined, [16, 0], [16, 0]]);
    const first = client.wrap(bytes("hello"));
    expect(first[12]).toBe(1);
    expect(server.unwrap(first)).toEqual({ data: bytes("hello"), encrypted: true, extra: 0 });
    const second = server.wrap(bytes("from acceptor"));
    expect(second[12]).toBe(1);
    expect(client.unwrap(second).data).toEqual(bytes("from acceptor"));
    client.verify(server.sign(bytes("signed")), bytes("signed"));
  });

  it("SPN-06 without integrity there is nothing to sign with, and with one mechanism no need to", async () => {
    const { client, server } = await open();
    const tokens = await finish(client, server);
    expect(tokens.map((token) => decodeSpnegoToken(token).mechListMIC)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(() => client.wrap(bytes("x"))).toThrow("SEC_E_QOP_NOT_SUPPORTED");
  });

  it("SPN-10 names, sizes and keys are NTLM's, the package is Negotiate, the negotiation names NTLM", async () => {
    const { client, server } = await open({ client: { request: ["confidentiality"], target: "HTTP/web" } });
    await finish(client, server);
    for (const side of [client, server]) {
      expect(side.query(SECPKG_ATTR_PACKAGE_INFO)?.packageInfo).toMatchObject({
        name: "Negotiate",
        rpcId: 9,
        maxToken: 48_256,
      });
      expect(side.query(SECPKG_ATTR_NEGOTIATION_INFO)).toMatchObject({
        packageInfo: { name: "NTLM", rpcId: 10 },
        negotiationState: SECPKG_NEGOTIATION_COMPLETE,
      });
      expect(side.query(SECPKG_ATTR_SIZES)).toEqual({
        maxToken: 48_256,
        maxSignature: 16,
        blockSize: 1,
        securityTrailer: 16,
      });
      expect(side.query(SECPKG_ATTR_NAMES)).toEqual({ userName: "CORP\\alice" });
    }
    expect(server.identity()).toMatchObject({ name: "CORP\\alice" });
    expect(toHex(server.query(SECPKG_ATTR_SESSION_KEY)?.sessionKey ?? bytes(""))).toBe(
      toHex(client.query(SECPKG_ATTR_SESSION_KEY)?.sessionKey ?? bytes("none")),
    );
  });

  it("SPN-08 raw: a client sends NTLM's own tokens, and the server that gets them answers with its own", async () => {
    const { client, server } = await open({
      authData: { raw: true },
      client: { request: ["confidentiality"] },
    });
    const tokens = await finish(client, server);
    expect(tokens.slice(0, 3).map((token) => new TextDecoder().decode(token.subarray(0, 7)))).toEqual([
      "NTLMSSP",
      "NTLMSSP",
      "NTLMSSP",
    ]);
    for (const side of [client, server]) {
      expect(side.query(SECPKG_ATTR_NEGOTIATION_INFO)).toMatchObject({
        packageInfo: { name: "NTLM" },
        negotiationState: SECPKG_NEGOTIATION_DIRECT,
      });
    }
    const wrapped = client.wrap(bytes("hello"));
    expect(wrapped[12]).toBe(0); // nothing was signed before
    expect(server.unwrap(wrapped).data).toEqual(bytes("hello"));
  });

  it("SPN-08 a client that speaks SPNEGO never sends one unasked", async () => {
    const { client } = await open();
    expect((await client.step()).token[0]).toBe(0x60);
  });

  it("SSPI-86 an altered message ends a context of NTLM, also inside Negotiate", async () => {
    const { client, server } = await open({ client: { request: ["confidentiality"] } });
    await finish(client, server);
    const wrapped = client.wrap(bytes("hello"));
    wrapped[20] = (wrapped[20] ?? 0) ^ 1;
    expect(() => server.unwrap(wrapped)).toThrow("SEC_E_MESSAGE_ALTERED");
    expect(() => server.verify(client.sign(bytes("again")), bytes("again"))).toThrow("SEC_E_CONTEXT_EXPIRED");
  });

  it("SSPI-102 an exported context goes on where it was, with its mechanism", async () => {
    const { client, server, provider } = await open({ client: { request: ["confidentiality"] } });
    await finish(client, server);
    server.unwrap(client.wrap(bytes("before")));
    const moved = importSecurityContext(provider, { package: "Negotiate", role: "accept" }, server.export());
    expect(moved.unwrap(client.wrap(bytes("after"))).data).toEqual(bytes("after"));
    expect(moved.query(SECPKG_ATTR_NEGOTIATION_INFO)).toMatchObject({ packageInfo: { name: "NTLM" } });
    expect(moved.identity()).toMatchObject({ name: "CORP\\alice" });
  });

  it("SSPI-22, SSPI-30 an established context takes no further token and comes to no harm", async () => {
    const { client, server } = await open({ client: { request: ["confidentiality"] } });
    await finish(client, server);
    await expect(server.step(bytes("x"))).rejects.toMatchObject({ symbol: "SEC_E_INVALID_HANDLE" });
    await expect(client.step(bytes("x"))).rejects.toMatchObject({ symbol: "SEC_E_UNSUPPORTED_FUNCTION" });
    expect(server.unwrap(client.wrap(bytes("still"))).data).toEqual(bytes("still"));
  });

  it("SSPI-35, SSPI-65 a wrong password is denied, and nothing is left when all is closed", async () => {
    const { client, server, inbound, outbound, provider } = await open({
      authData: { password: "looking-glass" },
    });
    await expect(finish(client, server)).rejects.toMatchObject({ symbol: "SEC_E_LOGON_DENIED" });
    for (const object of [client, server, inbound, outbound]) await object.close();
    expect(provider.objects()).toMatchObject({ contexts: 0, credentials: 0 });
  });
});

describe("the captures", () => {
  const { "krb5-optimistic-then-ntlm": fallback, "ntlm-only-with-mic-and-messages": single } =
    captures.groups;
  const context = (key: string, flags: number, role: "initiate" | "accept") => {
    const facts = {
      flags,
      exportedKey: fromHex(key),
      seals: true,
      userName: "",
      targetName: "",
      peer: undefined,
      passwordExpires: undefined,
      isLoopback: false,
    };
    const state = encodeNtlmState({ facts, outgoing: undefined, incoming: undefined });
    const imported = ntlmPackage().importContext?.(state, role);
    if (imported === undefined) throw new Error("NTLM cannot import");
    return imported;
  };

  it("SPN-07, NTLM-43 curl and Samba: each side's signature of the list verifies with the session key", () => {
    const list = fromHex(fallback.mechTypeList);
    const key = fallback.exportedSessionKey;
    const atServer = context(key, 0xe28a8215, "accept");
    const atClient = context(key, 0xe28a8215, "initiate");
    expect(isMechListMic(atServer, list, fromHex(fallback.initiatorMechListMIC))).toBe(true);
    expect(isMechListMic(atClient, list, fromHex(fallback.acceptorMechListMIC))).toBe(true);
    const stripped = list.slice(0, -1);
    expect(
      isMechListMic(context(key, 0xe28a8215, "accept"), stripped, fromHex(fallback.initiatorMechListMIC)),
    ).toBe(false);
  });

  it("SPN-07, NTLM-43 MIT and gss-ntlmssp: messages after the signatures are read, from number 1 on", () => {
    const list = fromHex(single.mechTypeList);
    for (const [reader, sender] of [
      ["accept", "initiator"],
      ["initiate", "acceptor"],
    ] as const) {
      const side = context(single.exportedSessionKey, 0xe2898235, reader);
      const token = single.tokens.filter(({ from_ }) => from_ === sender).at(-1);
      const { mechListMIC } = decodeSpnegoToken(fromHex(token?.hex ?? ""));
      expect(isMechListMic(side, list, mechListMIC ?? new Uint8Array(0))).toBe(true);
      for (const message of single.messages.filter(({ from_ }) => from_ === sender)) {
        const stream = fromHex(message.token);
        const view = { ...emptyMessage, stream, plaintext: undefined as Uint8Array | undefined };
        expect(side.unseal?.(view)).toBe(0);
        expect(toHex(view.plaintext ?? new Uint8Array(0))).toBe(message.plain);
      }
    }
  });

  it("SPN-02 our first token is the captured one of MIT, but for what NTLM puts inside", async () => {
    const { client } = await open({ client: { request: ["confidentiality"] } });
    const { token } = await client.step();
    const captured = fromHex(single.tokens[0]?.hex ?? "");
    const flags = 30 + 12; // of the NEGOTIATE message inside
    expect(toHex(token.subarray(0, flags))).toBe(toHex(captured.subarray(0, flags)));
    expect(decodeSpnegoToken(token)).toMatchObject({ mechTypes: [ntlm] });
  });
});

const emptyMessage = {
  token: new Uint8Array(0),
  tokenSize: 0,
  data: [],
  covered: [],
  padding: new Uint8Array(0),
  paddingSize: 0,
  quality: 0,
  sequence: 0,
  buffers: [],
};
