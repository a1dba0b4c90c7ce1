import { type Account, accountRestriction, settingsAccounts } from "@sallyport/accounts";
import {
  acceptSecurityContext,
  acquireCredentials,
  type ContextOptions,
  createSspiProvider,
  type InitiateOptions,
  initializeSecurityContext,
  type NtlmPackageOptions,
  NtlmRefusal,
  ntlmPackage,
  SECPKG_ATTR_SESSION_KEY,
  type SecurityContext,
  tlsChannelBindings,
} from "@sallyport/sspi";
import { expect, it, onTestFinished } from "vitest";
import { type NtlmMessagePeer, type NtlmPeer, pythonNtlm, sambaNtlm } from "../src/ntlm-peers.ts";
import { describeWithPeers } from "../src/peers.ts";
import { SmbSession } from "../src/smb-session.ts";
import { startSmbd } from "../src/smbd.ts";

const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString("hex");
const text = (word: string): Uint8Array => new TextEncoder().encode(word);

/** The accounts of the reference server, as they are. */
const accounts = settingsAccounts([{ name: "alice", password: "alicepw", groups: ["staff"] }], {
  defaultDomain: "TESTDOM",
});

async function side(
  use: "inbound" | "outbound",
  {
    user = "TESTDOM\\alice",
    password = "alicepw",
    ...options
  }: InitiateOptions & ContextOptions & { user?: string; password?: string } = {},
  settings: NtlmPackageOptions = {},
): Promise<SecurityContext> {
  const provider = createSspiProvider({
    packages: [
      ntlmPackage({
        accounts,
        restriction: (account: Account, now) => accountRestriction(account, now),
        ...settings,
      }),
    ],
  });
  onTestFinished(() => provider.shutdown());
  const authData = use === "outbound" ? { user, password } : undefined;
  const credentials = await acquireCredentials({ provider, package: "NTLM", use, authData });
  return use === "outbound"
    ? initializeSecurityContext(credentials, options)
    : acceptSecurityContext(credentials, options);
}

async function asServer(server: SecurityContext, peer: NtlmPeer): Promise<void> {
  const challenge = await server.step(await peer.step());
  const { established } = await server.step(await peer.step(challenge.token));
  expect(established).toBe(true);
  expect(server.identity()).toMatchObject({ name: "TESTDOM\\alice", groups: ["staff"] });
}

async function asClient(client: SecurityContext, peer: NtlmPeer): Promise<void> {
  const { token } = await client.step(await peer.step((await client.step()).token));
  expect(await peer.step(token)).toHaveLength(0);
}

async function sameKey(context: SecurityContext, peer: NtlmPeer): Promise<void> {
  const key = context.query(SECPKG_ATTR_SESSION_KEY)?.sessionKey;
  expect(key).toHaveLength(16);
  expect(hex(await peer.key())).toBe(hex(key));
}

/** Sealed and signed messages beyond number 3, in both directions. */
async function talk(context: SecurityContext, peer: NtlmMessagePeer, verifies = true): Promise<void> {
  for (let number = 0; number < 4; number += 1) {
    const up = text(`up ${number} ${"x".repeat(number * 700)}`);
    const down = text(`down ${number}`);
    expect(hex(await peer.unwrap(context.wrap(up)))).toBe(hex(up));
    expect(hex(context.unwrap(await peer.wrap(down)).data)).toBe(hex(down));
    context.verify(await peer.sign(down), down);
    if (verifies) await peer.verify(context.sign(up), up);
  }
}

describeWithPeers(["ntlm_auth"], "Samba's ntlm_auth", () => {
  it.each([
    ["nothing", []],
    ["a session key, and a MIC", ["SESSION_KEY"]],
    ["SIGN", ["SIGN"]],
    ["SEAL", ["SEAL"]],
  ])(
    "NTLM-24 NTLM-25 its client asks for %s: our server accepts it, with an equal session key",
    async (_title, flags) => {
      const server = await side("inbound");
      const peer = await sambaNtlm("initiate", { flags });
      await asServer(server, peer);
      if (flags.length > 0) await sameKey(server, peer);
      expect(server.features.includes("confidentiality")).toBe(flags.includes("SEAL"));
    },
  );

  it.each([
    ["nothing", [], []],
    ["integrity", ["integrity"], ["SESSION_KEY", "SIGN"]],
    ["confidentiality", ["confidentiality"], ["SESSION_KEY", "SEAL"]],
  ] as const)(
    "NTLM-24 NTLM-25 its server accepts our client that asks for %s",
    async (_title, request, flags) => {
      const client = await side("outbound", { request, target: "HTTP/localhost" });
      const peer = await sambaNtlm("accept", { flags });
      await asClient(client, peer);
      expect(peer.user()).toBe("TESTDOM\\alice");
      if (flags.length > 0) await sameKey(client, peer);
    },
  );

  it("NTLM-34 a wrong password is refused on both sides, and told apart by nobody", async () => {
    const server = await side("inbound");
    await expect(asServer(server, await sambaNtlm("initiate", { password: "wrong" }))).rejects.toMatchObject({
      symbol: "SEC_E_LOGON_DENIED",
      cause: expect.any(NtlmRefusal),
    });
    const client = await side("outbound", { password: "wrong" });
    await expect(asClient(client, await sambaNtlm("accept"))).rejects.toThrow("NT_STATUS_LOGON_FAILURE");
  });

  it("NTLM-30 a zero channel binding, which Samba always sends, counts as none", async () => {
    const channelBindings = tlsChannelBindings("tls-server-end-point", new Uint8Array(32).fill(1));
    await asServer(await side("inbound", { channelBindings }), await sambaNtlm("initiate"));
    const strict = await side("inbound", { channelBindings }, { channelBindings: "required" });
    await expect(asServer(strict, await sambaNtlm("initiate"))).rejects.toMatchObject({
      symbol: "SEC_E_BAD_BINDINGS",
    });
  });

  it("NTLM-31 a response without MIC is refused by who always wants one, and one with it is not", async () => {
    const options = { requireMic: "always" } as const;
    await asServer(
      await side("inbound", {}, options),
      await sambaNtlm("initiate", { flags: ["SESSION_KEY"] }),
    );
    await expect(
      asServer(await side("inbound", {}, options), await sambaNtlm("initiate")),
    ).rejects.toMatchObject({
      symbol: "SEC_E_LOGON_DENIED",
    });
  });
});

describeWithPeers(["python3-gssapi", "gss-ntlmssp"], "gss-ntlmssp", () => {
  it("NTLM-42 its client, our server: session key, messages beyond number 3", async () => {
    const server = await side("inbound");
    const peer = pythonNtlm("gss-ntlmssp", "initiate", { flags: ["confidentiality"] });
    await asServer(server, peer);
    await sameKey(server, peer);
    await talk(server, peer);
  });

  it("NTLM-42 our client, its server", async () => {
    const client = await side("outbound", { request: ["confidentiality"], target: "HTTP/localhost" });
    const peer = pythonNtlm("gss-ntlmssp", "accept");
    await asClient(client, peer);
    await sameKey(client, peer);
    await talk(client, peer);
  });

  it("NTLM-44 with SIGN only it seals all the same, and is understood with peerAlwaysSeals", async () => {
    const server = await side("inbound", {}, { peerAlwaysSeals: true });
    const peer = pythonNtlm("gss-ntlmssp", "initiate", { flags: ["integrity"] });
    await asServer(server, peer);
    expect(server.features).not.toContain("confidentiality");
    await talk(server, peer);
  });

  it("NTLM-30 channel bindings, right and wrong, in both directions", async () => {
    const channelBindings = tlsChannelBindings("tls-server-end-point", new Uint8Array(32).fill(1));
    const bindings = channelBindings.applicationData;
    const required = { channelBindings: "required" } as const;
    await asServer(
      await side("inbound", { channelBindings }, required),
      pythonNtlm("gss-ntlmssp", "initiate", { bindings }),
    );
    await expect(
      asServer(
        await side("inbound", { channelBindings }),
        pythonNtlm("gss-ntlmssp", "initiate", { bindings: text("tls-server-end-point:other") }),
      ),
    ).rejects.toMatchObject({ symbol: "SEC_E_BAD_BINDINGS" });
    const right = pythonNtlm("gss-ntlmssp", "accept", { bindings });
    await asClient(await side("outbound", { channelBindings, target: "HTTP/localhost" }), right);
    const wrong = pythonNtlm("gss-ntlmssp", "accept", { bindings: text("tls-server-end-point:other") });
    await expect(
      asClient(await side("outbound", { channelBindings, target: "HTTP/localhost" }), wrong),
    ).rejects.toThrow("InvalidTokenError");
  });

  it("NTLM-34 a wrong password is refused on both sides", async () => {
    const stranger = pythonNtlm("gss-ntlmssp", "initiate", { password: "wrong" });
    await expect(asServer(await side("inbound"), stranger)).rejects.toMatchObject({
      symbol: "SEC_E_LOGON_DENIED",
    });
    const client = await side("outbound", { password: "wrong", target: "HTTP/localhost" });
    await expect(asClient(client, pythonNtlm("gss-ntlmssp", "accept"))).rejects.toThrow("GSSError");
  });
});

describeWithPeers(["python3-impacket"], "impacket's client", () => {
  it("NTLM-02 NTLM-42 its short first message, its keys, its messages beyond number 3", async () => {
    const server = await side("inbound");
    const peer = pythonNtlm("impacket", "initiate", { flags: ["confidentiality"] });
    const first = await peer.step();
    expect(first).toHaveLength(32);
    const { token } = await server.step(first);
    await server.step(await peer.step(token));
    expect(server.identity()).toMatchObject({ name: "TESTDOM\\alice", workstation: "PC7" });
    await sameKey(server, peer);
    await talk(server, peer, false);
  });

  it("NTLM-34 it authenticates without protection too, and a wrong password does not", async () => {
    await asServer(await side("inbound"), pythonNtlm("impacket", "initiate"));
    const stranger = pythonNtlm("impacket", "initiate", { password: "wrong" });
    await expect(asServer(await side("inbound"), stranger)).rejects.toMatchObject({
      symbol: "SEC_E_LOGON_DENIED",
    });
  });
});

describeWithPeers(["smbd"], "Samba's file server", () => {
  const isRoot = process.getuid?.() === 0;
  const success = 0;
  const moreProcessingRequired = 0xc0000016;
  const logonFailure = 0xc000006d;

  async function logOn(port: number, password: string) {
    const client = await side("outbound", {
      user: "TESTDOM\\root",
      password,
      request: ["integrity"],
      target: "cifs/localhost",
    });
    const session = await SmbSession.open(port);
    const challenge = await session.setUp((await client.step()).token);
    expect(challenge.status).toBe(moreProcessingRequired);
    // Samba answers a bare token with a bare token.
    const answer = await session.setUp((await client.step(challenge.token)).token);
    return { client, session, status: answer.status };
  }

  it.skipIf(!isRoot)(
    `NTLM-24 NTLM-25 our client logs on, and what it signs with the session key is believed${isRoot ? "" : " (skipped: smbd takes nobody unless it runs as root)"}`,
    async () => {
      const port = await startSmbd("rootpw");
      const { client, session, status } = await logOn(port, "rootpw");
      expect(status).toBe(success);
      const key = client.query(SECPKG_ATTR_SESSION_KEY)?.sessionKey ?? new Uint8Array(0);
      expect(await session.connectTree("\\\\127.0.0.1\\IPC$", key)).toEqual({
        status: success,
        isSigned: true,
      });
      expect((await logOn(port, "wrong")).status).toBe(logonFailure);
    },
  );
});
