import { createMemoryLog } from "@sallyport/runtime";
import { describe, expect, it } from "vitest";
import {
  acceptSecurityContext,
  acquireCredentials,
  initializeSecurityContext,
  SEC_E_LOGON_DENIED,
  SEC_E_NO_CREDENTIALS,
  SEC_E_TARGET_UNKNOWN,
  SEC_E_UNKNOWN_CREDENTIALS,
  SECPKG_ATTR_NEGOTIATION_INFO,
  SECPKG_NEGOTIATION_IN_PROGRESS,
  SECPKG_NEGOTIATION_OPTIMISTIC,
} from "../../src/index.ts";
import { encodeNegTokenResp, type NegTokenResp } from "../../src/packages/negotiate/wire/spnego-token.ts";
import { kerberos, microsoftKerberos, ntlm } from "./captures.ts";
import { converse, credentials, inWords, provide } from "./conversation.ts";
import { type PingPongOptions, pingPong } from "./ping-pong.ts";

const ticket = (options: Partial<PingPongOptions> = {}) =>
  pingPong("K", [microsoftKerberos, kerberos], { legs: 2, ...options });
const password = (options: Partial<PingPongOptions> = {}) => pingPong("N", [ntlm], { legs: 3, ...options });
const bytes = (words: string) => new TextEncoder().encode(words);
const answer = (response: Omit<NegTokenResp, "kind">) => encodeNegTokenResp(response);

/** A client that has sent its first token. */
async function begun(...mechanisms: ReturnType<typeof pingPong>[]) {
  const client = initializeSecurityContext(await credentials(provide(mechanisms)));
  await client.step();
  return client;
}

describe("what servers leave out", () => {
  it.each([microsoftKerberos, kerberos])(
    "SPN-09 the answer may name Kerberos by either identifier: %s",
    async (supportedMech) => {
      const client = await begun(ticket(), password());
      const { established } = await client.step(
        answer({ negState: "accept-completed", supportedMech, responseToken: bytes("K:2") }),
      );
      expect(established).toBe(true);
    },
  );

  it("SPN-09 no state, with a token that finishes the mechanism: completed", async () => {
    const client = await begun(ticket());
    const last = await client.step(answer({ supportedMech: kerberos, responseToken: bytes("K:2") }));
    expect([last.established, last.token.length]).toEqual([true, 0]);
  });

  it("SPN-09 no state, with a token that does not: incomplete; no state at the end: completed", async () => {
    const client = await begun(password({ hasIntegrity: false }));
    const middle = await client.step(answer({ responseToken: bytes("N:2") }));
    expect(inWords(middle.token)).toBe("accept-incomplete N:3");
    expect((await client.step(answer({}))).established).toBe(true);
  });

  it("SPN-09 the mechanism may be named again on later legs, but not another one", async () => {
    const again = await begun(password({ legs: 4 }));
    await again.step(
      answer({ negState: "accept-incomplete", supportedMech: ntlm, responseToken: bytes("N:2") }),
    );
    const last = await again.step(
      answer({ negState: "accept-completed", supportedMech: ntlm, responseToken: bytes("N:4") }),
    );
    expect(last.established).toBe(true);
    const other = await begun(ticket({ legs: 4 }), password());
    await other.step(
      answer({ negState: "accept-incomplete", supportedMech: kerberos, responseToken: bytes("K:2") }),
    );
    await expect(
      other.step(answer({ negState: "accept-incomplete", supportedMech: ntlm, responseToken: bytes("N:2") })),
    ).rejects.toMatchObject({ symbol: "SEC_E_INVALID_TOKEN" });
  });

  it("SPN-09 the first answer may leave the mechanism out: it is the first", async () => {
    const client = await begun(ticket(), password());
    expect(
      (await client.step(answer({ negState: "accept-completed", responseToken: bytes("K:2") }))).established,
    ).toBe(true);
  });

  it("SPN-09 old servers repeat their token where the signature should be: that is no signature", async () => {
    const client = await begun(ticket());
    const last = await client.step(
      answer({ negState: "accept-completed", responseToken: bytes("K:2"), mechListMIC: bytes("K:2") }),
    );
    expect(last.established).toBe(true);
  });

  it("SPN-04 the client's own first mechanism, without its token: it begins once more, and only once", async () => {
    const client = await begun(ticket());
    const again = await client.step(answer({ negState: "accept-incomplete", supportedMech: kerberos }));
    expect(inWords(again.token)).toBe("accept-incomplete K:1");
    await expect(
      client.step(answer({ negState: "accept-incomplete", supportedMech: kerberos })),
    ).rejects.toMatchObject({
      symbol: "SEC_E_INVALID_TOKEN",
    });
  });
});

describe("what is not believed", () => {
  it.each([
    ["before the mechanism has begun to answer", { negState: "accept-completed" }],
    ["naming the mechanism", { negState: "accept-completed", supportedMech: ntlm }],
    ["with a challenge that wants an answer", { negState: "accept-completed", responseToken: bytes("N:2") }],
    ["naming another mechanism", { negState: "accept-completed", supportedMech: "2.999" }],
    [
      "with a signature and no token",
      { negState: "accept-completed", mechListMIC: bytes("0123456789abcdef") },
    ],
  ] as const)("SPN-12 accept-completed without a complete mechanism is refused: %s", async (_, response) => {
    const client = await begun(password());
    await expect(client.step(answer(response))).rejects.toMatchObject({ symbol: "SEC_E_INVALID_TOKEN" });
    expect(client.established).toBe(false);
  });

  it("SPN-12 a mechanism that fails on the last token fails the negotiation, whatever the state says", async () => {
    const client = await begun(ticket({ fails: { role: "initiate", leg: 3, answer: SEC_E_LOGON_DENIED } }));
    await expect(
      client.step(answer({ negState: "accept-completed", responseToken: bytes("K:2") })),
    ).rejects.toMatchObject({ symbol: "SEC_E_LOGON_DENIED" });
  });

  it("SPN-12 a server asked to believe the client's accept-completed does not", async () => {
    const server = acceptSecurityContext(await credentials(provide([password()])));
    const client = initializeSecurityContext(await credentials(provide([password()])));
    await server.step((await client.step()).token);
    await expect(server.step(answer({ negState: "accept-completed" }))).rejects.toMatchObject({
      symbol: "SEC_E_INVALID_TOKEN",
    });
  });

  it.each([
    ["a first token for an answer", async () => (await (await fresh()).step()).token],
    ["bytes that are none", () => Promise.resolve(bytes("garbage"))],
    ["nothing", () => Promise.resolve(new Uint8Array(0))],
    ["a token of the mechanism itself", () => Promise.resolve(bytes("N:2"))],
  ])("SPN-11 %s ends the client's negotiation", async (_, token) => {
    const client = await begun(password());
    await expect(client.step(await token())).rejects.toMatchObject({ symbol: "SEC_E_INVALID_TOKEN" });
  });

  async function fresh() {
    return initializeSecurityContext(await credentials(provide([password()])));
  }

  it("SPN-06 after its signature the server does not wait for ever: an answer without one is a downgrade", async () => {
    const server = acceptSecurityContext(await credentials(provide([password()])));
    const client = initializeSecurityContext(await credentials(provide([ticket(), password()])));
    await server.step((await client.step()).token);
    await server.step(answer({ responseToken: bytes("N:1") }));
    const own = await server.step(answer({ responseToken: bytes("N:3") }));
    expect(inWords(own.token)).toBe("accept-incomplete MIC");
    await expect(server.step(answer({ negState: "accept-completed" }))).rejects.toMatchObject({
      symbol: "SEC_E_DOWNGRADE_DETECTED",
    });
  });

  it("SPN-06 request-mic for the client's own first mechanism makes a signature required", async () => {
    const client = await begun(ticket());
    await expect(
      client.step(answer({ negState: "request-mic", supportedMech: kerberos, responseToken: bytes("K:2") })),
    ).resolves.toMatchObject({ symbol: "SEC_I_CONTINUE_NEEDED" });
    await expect(client.step(answer({ negState: "accept-completed" }))).rejects.toMatchObject({
      symbol: "SEC_E_DOWNGRADE_DETECTED",
    });
  });

  it("SSPI-74 a token longer than 65 536 bytes is not read, nor one that is too long for the mechanism", async () => {
    const server = () =>
      credentials(provide([password()])).then((credential) => acceptSecurityContext(credential));
    await expect((await server()).step(new Uint8Array(65_537))).rejects.toMatchObject({
      symbol: "SEC_E_INVALID_TOKEN",
    });
    const client = await begun(password());
    const long = answer({ negState: "accept-incomplete", responseToken: new Uint8Array(101) });
    await expect(client.step(long)).rejects.toMatchObject({ symbol: "SEC_E_INVALID_TOKEN" });
  });
});

describe("raw tokens", () => {
  it("SPN-08 a token in the mechanism's own frame goes to it directly, before and after a hint", async () => {
    for (const speaksFirst of [false, true]) {
      const server = acceptSecurityContext(await credentials(provide([ticket(), password()])));
      if (speaksFirst) await server.step(new Uint8Array(0));
      const { token } = await server.step(bytes("K:1"));
      expect(new TextDecoder().decode(token)).toBe("K:2");
      expect(server.established).toBe(true);
    }
  });

  it("SPN-08 GSS-API's frame with a mechanism's identifier names it", async () => {
    const told: string[] = [];
    const server = acceptSecurityContext(await credentials(provide([ticket({ told })])));
    // 60, length, the identifier of Kerberos, then what the scripted mechanism does not know.
    const framed = Uint8Array.of(0x60, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 1, 2, 2, 1, 0);
    await expect(server.step(framed)).rejects.toMatchObject({ symbol: "SEC_E_INVALID_TOKEN" });
    expect(told.filter((line) => line.startsWith("K accept"))).toHaveLength(2); // its step, its end
  });

  it("SPN-08 a client sends none unless its credential says raw", async () => {
    const { tokens } = await converse({ client: [ticket()], server: [ticket()], authData: { raw: true } });
    expect(tokens).toEqual(["raw K:1", "raw K:2"]);
  });
});

describe("credentials", () => {
  it("SPN-02 each mechanism is given what stands under its name, in any case; the others have no credential", async () => {
    const told: string[] = [];
    const provider = provide([ticket({ told }), password({ told })]);
    await (await credentials(provider, { mechanisms: { n: { user: "alice" }, k: null } })).close();
    expect(told).toEqual(["K acquires with null", 'N acquires with {"user":"alice"}', "K frees", "N frees"]);
  });

  it("SPN-02 anything else is given to all of them", async () => {
    const told: string[] = [];
    await credentials(provide([ticket({ told }), password({ told })]), { user: "alice", allowNtlm: true });
    expect(told.map((line) => line.slice(0, 10))).toEqual(["K acquires", "N acquires"]);
  });

  it.each([
    [[SEC_E_NO_CREDENTIALS, SEC_E_NO_CREDENTIALS], {}, "SEC_E_NO_CREDENTIALS"],
    [[SEC_E_NO_CREDENTIALS, SEC_E_UNKNOWN_CREDENTIALS], {}, "SEC_E_UNKNOWN_CREDENTIALS"],
    [[undefined, undefined], { allowNtlm: "yes" }, "SEC_E_UNKNOWN_CREDENTIALS"],
    [[undefined, undefined], { raw: 1 }, "SEC_E_UNKNOWN_CREDENTIALS"],
    [[undefined, undefined], { mechanisms: "all" }, "SEC_E_UNKNOWN_CREDENTIALS"],
    [[undefined, undefined], { mechanisms: {} }, "SEC_E_NO_CREDENTIALS"],
    [[undefined, undefined], { mechanisms: { N: {}, Ntml: {} } }, "SEC_E_UNKNOWN_CREDENTIALS"],
  ] as const)(
    "SSPI-33 mechanisms that answer %j, asked with %j: %s%s",
    async ([first, second], authData, symbol) => {
      const provider = provide([
        ticket(first === undefined ? {} : { acquires: first }),
        password(second === undefined ? {} : { acquires: second }),
      ]);
      await expect(credentials(provider, authData)).rejects.toMatchObject({ symbol });
    },
  );

  it("SSPI-10 without a mechanism that initiates there is no initiating side", async () => {
    const credential = await credentials(provide([ticket({ onlyAccepts: true })]));
    await expect(initializeSecurityContext(credential).step()).rejects.toMatchObject({
      symbol: "SEC_E_NO_CREDENTIALS",
    });
  });

  it("SPN-03 the reason why a mechanism was left out is kept, and told to the log", async () => {
    const log = createMemoryLog();
    const cause = new Error("HTTP/web is not in the database");
    const fails = { role: "initiate", leg: 1, answer: { status: SEC_E_TARGET_UNKNOWN, cause } } as const;
    const provider = provide([ticket({ fails }), password()], { log });
    const client = initializeSecurityContext(await credentials(provider));
    await client.step();
    expect(log.events).toMatchObject([
      { source: "SSPI", severity: "warning", message: expect.stringContaining("K out of its offer") },
    ]);
    const alone = initializeSecurityContext(await credentials(provide([ticket({ fails })])));
    await expect(alone.step()).rejects.toMatchObject({ symbol: "SEC_E_TARGET_UNKNOWN", cause });
  });
});

describe("what can be asked on the way", () => {
  it("SSPI-95, SPN-10 the state is optimistic, then in progress; the mechanism is named as soon as there is one", async () => {
    const client = await begun(ticket(), password());
    expect(client.query(SECPKG_ATTR_NEGOTIATION_INFO)).toMatchObject({
      packageInfo: { name: "K" },
      negotiationState: SECPKG_NEGOTIATION_OPTIMISTIC,
    });
    await client.step(answer({ negState: "request-mic", supportedMech: ntlm }));
    expect(client.query(SECPKG_ATTR_NEGOTIATION_INFO)).toMatchObject({
      packageInfo: { name: "N" },
      negotiationState: SECPKG_NEGOTIATION_IN_PROGRESS,
    });
    const server = acceptSecurityContext(await credentials(provide([ticket()])));
    await server.step(new Uint8Array(0));
    expect(server.query(SECPKG_ATTR_NEGOTIATION_INFO)).toMatchObject({ packageInfo: { name: "Negotiate" } });
  });

  it("SSPI-25 the only token that a first call of the client may bring is a server's first", async () => {
    const client = initializeSecurityContext(await credentials(provide([ticket()])));
    await expect(client.step(answer({ negState: "accept-completed" }))).rejects.toMatchObject({
      symbol: "SEC_E_INVALID_TOKEN",
    });
  });

  it("SSPI-98 Negotiate is found by name, with what its mechanisms can do", async () => {
    const credential = await acquireCredentials({
      provider: provide([ticket()]),
      package: "NEGOTIATE",
      use: "both",
      authData: {},
    });
    expect(credential.package).toBe("NEGOTIATE");
  });

  it("SSPI-98 mechanisms of one name, of one identifier, without any, and no mechanism at all are mistakes", () => {
    expect(() => provide([])).toThrow(RangeError);
    expect(() => provide([ticket(), ticket()])).toThrow(RangeError);
    expect(() => provide([ticket(), pingPong("L", [kerberos], { legs: 1 })])).toThrow(RangeError);
    expect(() => provide([pingPong("L", [], { legs: 1 })])).toThrow(RangeError);
    expect(() => provide([pingPong("L", ["3.1"], { legs: 1 })])).toThrow('"3.1" is no object identifier');
  });
});
