import { ntHash, Secret } from "@sallyport/crypto";
import {
  acceptSecurityContext,
  acquireCredentials,
  createSspiProvider,
  type InitiateOptions,
  initializeSecurityContext,
  type NegotiateMechanism,
  negotiatePackage,
  ntlmMechanism,
  ntlmPackage,
  SEC_I_CONTINUE_NEEDED,
  SECPKG_ATTR_SESSION_KEY,
  SECPKG_FLAG_CONNECTION,
  type SecurityContext,
} from "@sallyport/sspi";
import { expect, it } from "vitest";
import { type NtlmMessagePeer, pythonNtlm } from "../src/ntlm-peers.ts";
import { describeWithPeers } from "../src/peers.ts";
import { sambaSpnego } from "../src/samba-spnego.ts";

const password = "alicepw";
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array) => new TextDecoder().decode(data);
const fromBase64 = (words: string) => new Uint8Array(Buffer.from(words, "base64"));
const toBase64 = (data: Uint8Array) => Buffer.from(data).toString("base64");

/** Stands for Kerberos with a ticket that the peer cannot use: it is offered first, and never chosen. */
const unusableTicket: NegotiateMechanism = {
  package: {
    info: {
      name: "Kerberos",
      comment: "A ticket for nobody here",
      capabilities: SECPKG_FLAG_CONNECTION,
      version: 1,
      rpcId: 16,
      maxToken: 100,
    },
    acquireCredentials: () => ({
      initiate: () => ({ step: () => ({ status: SEC_I_CONTINUE_NEEDED, token: bytes("a ticket") }) }),
    }),
  },
  oids: ["1.2.840.48018.1.2.2", "1.2.840.113554.1.2.2"],
};

async function side(
  use: "inbound" | "outbound",
  options: InitiateOptions & {
    readonly mechanisms?: readonly NegotiateMechanism[];
    readonly raw?: boolean;
  } = {},
): Promise<SecurityContext> {
  const { mechanisms = [], raw = false, ...context } = options;
  const account = { name: "alice", domain: "TESTDOM", password: { ntHash: new Secret(ntHash(password)) } };
  const ntlm = ntlmPackage({
    accounts: { find: ({ name }) => (name === "alice" ? account : undefined) },
    identity: { user: "TESTDOM\\alice", password },
  });
  const negotiate = negotiatePackage({ mechanisms: [...mechanisms, ntlmMechanism(ntlm)] });
  const provider = createSspiProvider({ packages: [negotiate] });
  const authData = { allowNtlm: true, raw };
  const credentials = await acquireCredentials({ provider, package: "Negotiate", use, authData });
  return use === "inbound"
    ? acceptSecurityContext(credentials, context)
    : initializeSecurityContext(credentials, context);
}

const sessionKey = (context: SecurityContext) =>
  toBase64(context.query(SECPKG_ATTR_SESSION_KEY)?.sessionKey ?? bytes(""));

describeWithPeers(["ntlm_auth"], "Samba's SPNEGO", () => {
  const feature = async (samba: ReturnType<typeof sambaSpnego>, ...names: string[]) => {
    for (const name of names) expect(await samba.ask(`SF NTLMSSP_FEATURE_${name}`)).toBe("OK");
  };

  /** Our client, Samba's server; Samba's last word. */
  async function toSamba(client: SecurityContext, samba: ReturnType<typeof sambaSpnego>): Promise<string[]> {
    const words: string[] = [];
    let verb = "YR";
    let received: Uint8Array | undefined;
    for (let leg = 0; leg < 5; leg += 1) {
      const { token } = await client.step(received);
      const answer = await samba.ask(`${verb} ${toBase64(token)}`);
      const [state = "", encoded = "", ...rest] = answer.split(" ");
      words.push([state, ...rest].join(" "));
      if (state === "NA" || state === "BH") return words;
      received = fromBase64(encoded);
      if (state === "AF") {
        await client.step(received);
        return words;
      }
      verb = "KK";
    }
    return words;
  }

  it("SPN-01 our client, Samba's server: the same session key, no signature without integrity", async () => {
    const samba = sambaSpnego("server", password);
    await feature(samba, "SESSION_KEY");
    const client = await side("outbound");
    expect(await toSamba(client, samba)).toEqual(["TT *", "AF TESTDOM\\alice"]);
    expect(client.established).toBe(true);
    expect(await samba.ask("GK")).toBe(`GK ${sessionKey(client)}`);
  });

  it("SPN-07 our client signs the list, Samba's server answers with its own signature", async () => {
    const samba = sambaSpnego("server", password);
    await feature(samba, "SESSION_KEY", "SIGN", "SEAL");
    const client = await side("outbound", { require: ["integrity", "confidentiality"] });
    expect(await toSamba(client, samba)).toEqual(["TT *", "AF TESTDOM\\alice"]);
    expect(client.established).toBe(true);
    expect(await samba.ask("GK")).toBe(`GK ${sessionKey(client)}`);
    expect(client.wrap(bytes("hello"))[12]).toBe(1);
  });

  it("SPN-04, SPN-06 Samba's server wants NTLM and our signature where our list begins with Kerberos", async () => {
    const samba = sambaSpnego("server", password);
    await feature(samba, "SESSION_KEY", "SIGN");
    const client = await side("outbound", { mechanisms: [unusableTicket] });
    expect(await toSamba(client, samba)).toEqual(["TT *", "TT *", "AF TESTDOM\\alice"]);
    expect([client.established, client.features.includes("integrity")]).toEqual([true, true]);
    expect(await samba.ask("GK")).toBe(`GK ${sessionKey(client)}`);
  });

  it("SPN-08 Samba's server takes our raw tokens", async () => {
    const samba = sambaSpnego("server", password);
    await feature(samba, "SESSION_KEY");
    const client = await side("outbound", { raw: true });
    const first = await client.step();
    const challenge = await samba.ask(`YR ${toBase64(first.token)}`);
    const second = await client.step(fromBase64(challenge.split(" ")[1] ?? ""));
    expect(await samba.ask(`KK ${toBase64(second.token)}`)).toMatch(/^AF .*TESTDOM\\alice$/);
    expect(await samba.ask("GK")).toBe(`GK ${sessionKey(client)}`);
  });

  it("SPN-01 our client takes the hint of Samba's server that speaks first", async () => {
    const hint = (await sambaSpnego("server", password).ask("YR")).split(" ")[1] ?? "";
    const client = await side("outbound");
    const { token } = await client.step(fromBase64(hint));
    expect(token[0]).toBe(0x60);
  });

  it("SPN-05 a password that Samba's server does not have", async () => {
    const samba = sambaSpnego("server", "another");
    expect((await toSamba(await side("outbound"), samba)).at(-1)).toContain("NT_STATUS_LOGON_FAILURE");
  });

  /** Samba's client, our server; the symbol of our last step. */
  async function fromSamba(
    samba: ReturnType<typeof sambaSpnego>,
    server: SecurityContext,
  ): Promise<string | undefined> {
    let [, encoded = ""] = (await samba.ask("YR")).split(" ");
    for (let leg = 0; leg < 5; leg += 1) {
      const { token, symbol, established } = await server.step(fromBase64(encoded));
      const [verb = "", next = ""] = (
        await samba.ask(`${established ? "AF" : "TT"} ${toBase64(token)}`)
      ).split(" ");
      if (established) return `${verb} ${symbol}`;
      encoded = next;
    }
    return undefined;
  }

  it("SPN-01 Samba's client, our server: the same session key", async () => {
    const samba = sambaSpnego("client", password);
    await feature(samba, "SESSION_KEY");
    const server = await side("inbound");
    expect(await fromSamba(samba, server)).toBe("AF SEC_E_OK");
    expect(server.identity()).toMatchObject({ name: "TESTDOM\\alice" });
    expect(await samba.ask("GK")).toBe(`GK ${sessionKey(server)}`);
  });

  it("SPN-07 Samba's client signs where it signs messages, and accepts our signature", async () => {
    const samba = sambaSpnego("client", password);
    await feature(samba, "SESSION_KEY", "SIGN", "SEAL");
    const server = await side("inbound", { require: ["integrity"] });
    expect(await fromSamba(samba, server)).toBe("AF SEC_E_OK");
    expect(await samba.ask("GK")).toBe(`GK ${sessionKey(server)}`);
  });

  it("SPN-05 Samba's client with a wrong password is denied", async () => {
    await expect(fromSamba(sambaSpnego("client", "another"), await side("inbound"))).rejects.toMatchObject({
      symbol: "SEC_E_LOGON_DENIED",
    });
  });
});

describeWithPeers(["gss-ntlmssp", "python3-gssapi"], "MIT's SPNEGO with gss-ntlmssp", () => {
  const mit = (role: "initiate" | "accept", known = password) =>
    pythonNtlm("gss-spnego", role, { password: known, flags: ["confidentiality"] });

  it("SPN-07, NTLM-43 MIT's client, our server: both signatures, then messages both ways", async () => {
    const client = mit("initiate");
    const server = await side("inbound", { require: ["integrity", "confidentiality"] });
    const first = await client.step();
    const challenge = await server.step(first);
    const third = await client.step(challenge.token);
    const last = await server.step(third);
    expect([last.symbol, (await client.step(last.token)).length]).toEqual(["SEC_E_OK", 0]);
    expect(server.identity()).toMatchObject({ name: "TESTDOM\\alice" });
    expect(toBase64(await client.key())).toBe(sessionKey(server));
    for (const message of ["hello", "again"]) {
      expect(text(server.unwrap(await client.wrap(bytes(message))).data)).toBe(message);
      expect(text(await client.unwrap(server.wrap(bytes(`${message}!`))))).toBe(`${message}!`);
    }
    server.verify(await client.sign(bytes("signed")), bytes("signed"));
    await client.verify(server.sign(bytes("by us")), bytes("by us"));
  });

  async function toMit(client: SecurityContext, server: NtlmMessagePeer): Promise<number> {
    let received: Uint8Array | undefined;
    for (let leg = 1; leg < 10; leg += 1) {
      const { token } = await client.step(received);
      if (token.length === 0) return leg;
      received = await server.step(token);
    }
    return Number.NaN;
  }

  it("SPN-07, NTLM-43 our client, MIT's server: both signatures, then messages both ways", async () => {
    const server = mit("accept");
    const client = await side("outbound", {
      require: ["integrity", "confidentiality"],
      target: "HTTP/localhost",
    });
    expect(await toMit(client, server)).toBe(3);
    expect(client.established).toBe(true);
    expect(toBase64(await server.key())).toBe(sessionKey(client));
    for (const message of ["hello", "again"]) {
      expect(text(await server.unwrap(client.wrap(bytes(message))))).toBe(message);
      expect(text(client.unwrap(await server.wrap(bytes(`${message}!`))).data)).toBe(`${message}!`);
    }
  });

  it("SPN-04, SPN-06 MIT's server wants NTLM and our signature where our list begins with Kerberos", async () => {
    const server = mit("accept");
    const client = await side("outbound", { mechanisms: [unusableTicket], target: "HTTP/localhost" });
    expect(await toMit(client, server)).toBe(4);
    expect(client.established).toBe(true);
    await server.verify(client.sign(bytes("by us")), bytes("by us"));
  });

  it("SPN-06 MIT's server finds a list that was changed on the way", async () => {
    const server = mit("accept");
    const client = await side("outbound", { mechanisms: [unusableTicket], target: "HTTP/localhost" });
    const { token } = await client.step();
    const at = Buffer.from(token).indexOf(Buffer.from("06092a864882f712010202", "hex"));
    const changed = Buffer.from(token);
    changed[at + 4] = 0x87; // another mechanism than Kerberos
    const asked = await server.step(changed);
    const second = await client.step(asked);
    const challenge = await server.step(second.token);
    const third = await client.step(challenge);
    await expect(server.step(third.token)).rejects.toThrow("Message Integrity Check");
  });

  it("SPN-05 MIT's server with another password refuses", async () => {
    const server = mit("accept", "another");
    await expect(toMit(await side("outbound", { target: "HTTP/localhost" }), server)).rejects.toThrow(
      "Unspecified GSS failure",
    );
  });
});
