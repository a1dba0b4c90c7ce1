import { describe, expect, it } from "vitest";
import {
  type NtlmAccounts,
  type NtlmLogon,
  type NtlmLogonAuthority,
  type NtlmLogonResult,
  ntlmAuthority,
  SEC_E_NO_AUTHENTICATING_AUTHORITY,
  SEC_E_UNFINISHED_CONTEXT_DELETED,
} from "../../src/index.ts";
import { accountsOf, alice, bench, shakeHands } from "./ntlm-harness.ts";

const sealed = { initiate: { request: ["confidentiality"] } } as const;

describe("NTLM-34 account sources", () => {
  it("NTLM-34 one that answers later, in another turn", async () => {
    const accounts: NtlmAccounts = {
      find: async (identity) => {
        await new Promise((resolve) => setImmediate(resolve));
        return accountsOf(alice).find(identity);
      },
    };
    const { server, client } = await shakeHands(await bench({ accounts }).open(sealed));
    expect(server.unwrap(client.wrap(Uint8Array.of(1))).data).toEqual(Uint8Array.of(1));
  });

  it.each<[string, NtlmAccounts["find"]]>([
    [
      "throws",
      () => {
        throw new Error("no directory");
      },
    ],
    ["rejects", () => Promise.reject(new Error("no directory"))],
  ])("NTLM-34 one that %s is SEC_E_NO_AUTHENTICATING_AUTHORITY, with its reason", async (_title, find) => {
    const outcome = shakeHands(await bench({ accounts: { find } }).open());
    await expect(outcome).rejects.toMatchObject({
      code: SEC_E_NO_AUTHENTICATING_AUTHORITY,
      cause: { message: "no directory" },
    });
  });

  it("NTLM-34 one that never answers is cut off with the context", async () => {
    const accounts: NtlmAccounts = { find: () => new Promise(() => {}) };
    const test = bench({ accounts });
    const { client, server } = await test.open();
    const { token } = await client.step((await server.step((await client.step()).token)).token);
    const outcome = server.step(token);
    const refused = expect(outcome).rejects.toMatchObject({ code: SEC_E_UNFINISHED_CONTEXT_DELETED });
    await new Promise((resolve) => setImmediate(resolve));
    await server.close();
    await refused;
    expect(test.provider.objects().pendingCalls).toBe(0);
  });
});

describe("NTLM-34 pass-through", () => {
  it("NTLM-34 challenge and response go to somebody else, who gives back the session base key and the account", async () => {
    const seen: NtlmLogon[] = [];
    const controller = ntlmAuthority(accountsOf(alice));
    const authority: NtlmLogonAuthority = {
      async logon({ domain, user, workstation, serverChallenge, ntResponse, lmResponse, now, signal }) {
        // What a connection to a domain controller would carry.
        const carried = structuredClone({
          domain,
          user,
          workstation,
          serverChallenge,
          ntResponse,
          lmResponse,
          now,
        });
        seen.push({ ...carried, signal });
        await new Promise((resolve) => setImmediate(resolve));
        return controller.logon({ ...carried, signal });
      },
    };
    const { server, client } = await shakeHands(await bench({ authority, workstation: "PC7" }).open(sealed));
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      domain: "TESTDOM",
      user: "alice",
      workstation: "PC7",
      now: Date.UTC(2026, 0, 1),
    });
    expect(seen[0]?.serverChallenge).toHaveLength(8);
    expect(server.identity()).toMatchObject({ name: "TESTDOM\\alice", groups: ["staff"] });
    for (let number = 0; number < 5; number += 1) {
      expect(server.unwrap(client.wrap(Uint8Array.of(number))).data).toEqual(Uint8Array.of(number));
      expect(client.unwrap(server.wrap(Uint8Array.of(number))).data).toEqual(Uint8Array.of(number));
    }
  });

  it("NTLM-34 without an account the client is who it says", async () => {
    const known = ntlmAuthority(accountsOf(alice));
    const authority: NtlmLogonAuthority = {
      logon: (given) => {
        const result = known.logon(given) as Extract<NtlmLogonResult, { kind: "accepted" }>;
        return { kind: "accepted", sessionBaseKey: result.sessionBaseKey };
      },
    };
    const sides = await bench({ authority }).open({ client: { user: "ALICE", password: "alicepw" } });
    expect((await shakeHands(sides)).server.identity()).toEqual({
      name: "WORKGROUP\\ALICE",
      user: "ALICE",
      domain: "WORKGROUP",
      workstation: "",
    });
  });

  it.each<[string, NtlmLogonResult]>([
    ["cannot decide", { kind: "unavailable", cause: new Error("trust broken") }],
    ["gives no key", { kind: "accepted", sessionBaseKey: new Uint8Array(0) }],
    ["gives a key of 15 bytes", { kind: "accepted", sessionBaseKey: new Uint8Array(15) }],
    ["gives a key of 32 bytes", { kind: "accepted", sessionBaseKey: new Uint8Array(32) }],
  ])("NTLM-34 an authority that %s is SEC_E_NO_AUTHENTICATING_AUTHORITY", async (_title, result) => {
    const outcome = shakeHands(await bench({ authority: { logon: () => result } }).open());
    await expect(outcome).rejects.toMatchObject({
      code: SEC_E_NO_AUTHENTICATING_AUTHORITY,
      cause: expect.any(Error),
    });
  });

  it("NTLM-34 one that throws is SEC_E_INTERNAL_ERROR, and one that lies about the key is found out by the MIC", async () => {
    const broken = bench({
      authority: {
        logon: () => {
          throw new Error("a bug");
        },
      },
    });
    await expect(shakeHands(await broken.open())).rejects.toMatchObject({ symbol: "SEC_E_INTERNAL_ERROR" });
    const liar = bench({
      authority: { logon: () => ({ kind: "accepted", sessionBaseKey: new Uint8Array(16) }) },
    });
    await expect(shakeHands(await liar.open())).rejects.toMatchObject({ symbol: "SEC_E_MESSAGE_ALTERED" });
  });
});
