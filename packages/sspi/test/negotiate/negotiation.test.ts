import { describe, expect, it } from "vitest";
import {
  ASC_REQ_EXTENDED_ERROR,
  SEC_E_LOGON_DENIED,
  SEC_E_NO_AUTHENTICATING_AUTHORITY,
  SEC_E_TARGET_UNKNOWN,
} from "../../src/index.ts";
import {
  decodeSpnegoToken,
  encodeMechTypeList,
  encodeNegTokenInit,
  encodeNegTokenResp,
} from "../../src/packages/negotiate/wire/spnego-token.ts";
import { kerberos, microsoftKerberos, negoEx, ntlm } from "./captures.ts";
import { converse } from "./conversation.ts";
import { type PingPongOptions, pingPong } from "./ping-pong.ts";

const ticket = (options: Partial<PingPongOptions> = {}) =>
  pingPong("K", [microsoftKerberos, kerberos], { legs: 2, ...options });
const password = (options: Partial<PingPongOptions> = {}) => pingPong("N", [ntlm], { legs: 3, ...options });
const bothOids = `${microsoftKerberos},${kerberos}`;
const established = (outcome: {
  readonly client: { readonly established: boolean };
  readonly server: { readonly established: boolean };
}) => [outcome.client.established, outcome.server.established];

describe("the client's first mechanism", () => {
  it("SPN-02 the client lists its mechanisms in order, every identifier of each, with the first one's token", async () => {
    const outcome = await converse({ client: [ticket(), password()], server: [ticket(), password()] });
    expect(outcome.tokens).toEqual([
      `init ${bothOids},${ntlm} K:1`,
      `accept-completed ${microsoftKerberos} K:2`,
    ]);
    expect(outcome.statuses).toEqual(["client SEC_I_CONTINUE_NEEDED", "server SEC_E_OK", "client SEC_E_OK"]);
    expect(established(outcome)).toEqual([true, true]);
  });

  it("SPN-02 only mechanisms for which credentials exist are offered", async () => {
    const { tokens } = await converse({
      client: [ticket(), password()],
      server: [password()],
      authData: { mechanisms: { N: "secret" } },
    });
    expect(tokens[0]).toBe(`init ${ntlm} N:1`);
  });

  it("SPN-01 three legs of the mechanism alone need no signature where it has no integrity", async () => {
    const bare = password({ hasIntegrity: false });
    const outcome = await converse({ client: [bare], server: [bare] });
    expect(outcome.tokens).toEqual([
      `init ${ntlm} N:1`,
      `accept-incomplete ${ntlm} N:2`,
      "accept-incomplete N:3",
      "accept-completed",
    ]);
    expect(established(outcome)).toEqual([true, true]);
  });

  it("SPN-07 where the mechanism can sign, the client signs with its last token and the server answers", async () => {
    const outcome = await converse({ client: [password()], server: [password()] });
    expect(outcome.tokens).toEqual([
      `init ${ntlm} N:1`,
      `accept-incomplete ${ntlm} N:2`,
      "accept-incomplete N:3 MIC",
      "accept-completed MIC",
    ]);
    expect(established(outcome)).toEqual([true, true]);
  });

  it("SPN-07 the mechanism is told when the list was signed, once in each direction", async () => {
    const told: string[] = [];
    await converse({ client: [password({ told })], server: [password({ told })] });
    expect(told.filter((line) => line.includes("list"))).toEqual([
      "N initiate list sent",
      "N accept list received",
      "N accept list sent",
      "N initiate list received",
    ]);
  });

  it("SPN-02 a mechanism that is done after its own first token waits for the server's word", async () => {
    const oneWay = ticket({ legs: 1 });
    const outcome = await converse({ client: [oneWay], server: [oneWay] });
    expect(outcome.tokens).toEqual([`init ${bothOids} K:1`, `accept-completed ${microsoftKerberos}`]);
    expect(established(outcome)).toEqual([true, true]);
  });

  it("SPN-02 mechanisms that take their time change nothing", async () => {
    const slow = { isSlow: true };
    const outcome = await converse({ client: [ticket(slow), password(slow)], server: [password(slow)] });
    expect(outcome.tokens.at(-1)).toBe("accept-completed MIC");
    expect(established(outcome)).toEqual([true, true]);
  });
});

describe("who speaks first", () => {
  it("SPN-01 a server without a token from the client sends its list and a hint; the client's offer does not depend on it", async () => {
    const outcome = await converse({
      client: [ticket(), password()],
      server: [password()],
      serverSpeaksFirst: true,
    });
    expect(outcome.tokens).toEqual([
      `init ${ntlm} not_defined_in_RFC4178@please_ignore`,
      `init ${bothOids},${ntlm} K:1`,
      `request-mic ${ntlm}`,
      "accept-incomplete N:1",
      "accept-incomplete N:2",
      "accept-incomplete N:3 MIC",
      "accept-completed MIC",
    ]);
    expect(established(outcome)).toEqual([true, true]);
  });

  it("SPN-01 a hint that is none is refused", async () => {
    const garbled = await converse({
      client: [password()],
      server: [password()],
      serverSpeaksFirst: true,
      inFlight: (number, token) => (number === 1 ? token.subarray(0, -1) : undefined),
    });
    expect(garbled.statuses.at(-1)).toBe("client SEC_E_INVALID_TOKEN");
  });
});

describe("no ticket", () => {
  it.each([SEC_E_TARGET_UNKNOWN, SEC_E_NO_AUTHENTICATING_AUTHORITY])(
    "SPN-03 a mechanism that answers 0x%x leaves the list, and NTLM leads where it is allowed",
    async (answer) => {
      const client = [
        ticket({ fails: { role: "initiate", leg: 1, answer } }),
        { ...password(), needsConsent: true },
      ];
      const outcome = await converse({
        client,
        server: [ticket(), password()],
        authData: { allowNtlm: true },
      });
      expect(outcome.tokens[0]).toBe(`init ${ntlm} N:1`);
      expect(established(outcome)).toEqual([true, true]);
    },
  );

  it("SPN-03 where NTLM is not allowed it is neither offered nor fallen back on", async () => {
    const consent = { ...password(), needsConsent: true };
    const offered = await converse({ client: [ticket(), consent], server: [ticket()] });
    expect(offered.tokens[0]).toBe(`init ${bothOids} K:1`);
    const answer = { status: SEC_E_TARGET_UNKNOWN, cause: new Error("no such principal") };
    const client = [ticket({ fails: { role: "initiate", leg: 1, answer } }), consent];
    const { statuses, tokens } = await converse({ client, server: [password()] });
    expect([statuses, tokens]).toEqual([["client SEC_E_TARGET_UNKNOWN"], []]);
  });

  it("SPN-03 a credential of NTLM alone says by that that NTLM is allowed", async () => {
    const outcome = await converse({ client: [{ ...password(), needsConsent: true }], server: [password()] });
    expect(established(outcome)).toEqual([true, true]);
  });

  it("SPN-03 wrong credentials do not fall back", async () => {
    const client = [ticket({ fails: { role: "initiate", leg: 1, answer: SEC_E_LOGON_DENIED } }), password()];
    const { statuses, tokens } = await converse({
      client,
      server: [password()],
      authData: { allowNtlm: true },
    });
    expect([statuses, tokens]).toEqual([["client SEC_E_LOGON_DENIED"], []]);
  });
});

describe("the acceptor's choice", () => {
  it("SPN-04 the acceptor's preference decides, not the client's", async () => {
    const { tokens } = await converse({ client: [password(), ticket()], server: [ticket(), password()] });
    expect(tokens).toEqual([
      `init ${ntlm},${bothOids} N:1`,
      `request-mic ${microsoftKerberos}`,
      "accept-incomplete K:1",
      "accept-incomplete K:2 MIC",
      "accept-completed MIC",
    ]);
  });

  it("SPN-04 the token of a mechanism that is not chosen is ignored, and a signature wanted", async () => {
    const told: string[] = [];
    const outcome = await converse({ client: [ticket({ told }), password()], server: [password()] });
    expect(outcome.tokens).toEqual([
      `init ${bothOids},${ntlm} K:1`,
      `request-mic ${ntlm}`,
      "accept-incomplete N:1",
      "accept-incomplete N:2",
      "accept-incomplete N:3 MIC",
      "accept-completed MIC",
    ]);
    expect(established(outcome)).toEqual([true, true]);
    expect(told).toContain("K initiate deleted");
  });

  it("SPN-04 a token that is another mechanism's than the first is of no use: one leg more, no signature needed", async () => {
    const bare = { legs: 2, hasIntegrity: false };
    const mixed = encodeNegTokenInit({
      mechTypeList: encodeMechTypeList([microsoftKerberos, kerberos, ntlm]),
      mechToken: new TextEncoder().encode("N:1"),
    });
    const outcome = await converse({
      client: [ticket(bare), password()],
      server: [ticket(bare), password()],
      inFlight: (number) => (number === 1 ? mixed : undefined),
    });
    expect(outcome.tokens).toEqual([
      `init ${bothOids},${ntlm} K:1`,
      `accept-incomplete ${microsoftKerberos}`,
      "accept-incomplete K:1",
      "accept-completed K:2",
    ]);
    expect(established(outcome)).toEqual([true, true]);
  });

  it("SPN-11 NegoEx and other unknown mechanisms are skipped, also as the first", async () => {
    const unknown = { ...pingPong("X", [negoEx, "2.999.1"], { legs: 2 }) };
    const outcome = await converse({ client: [unknown, password()], server: [password()] });
    expect(outcome.tokens[1]).toBe(`request-mic ${ntlm}`);
    expect(established(outcome)).toEqual([true, true]);
  });

  it("SPN-04 nothing in common is refused", async () => {
    const { statuses, tokens } = await converse({
      client: [ticket()],
      server: [password()],
      serverFlags: ASC_REQ_EXTENDED_ERROR,
    });
    expect([statuses.at(-1), tokens.at(-1)]).toEqual(["server SEC_E_INVALID_TOKEN", "reject"]);
  });
});

describe("reject", () => {
  const denied = { role: "accept", leg: 4, answer: SEC_E_LOGON_DENIED } as const;

  it("SPN-05 with EXTENDED_ERROR the server says reject, and the client hears a logon denied", async () => {
    const outcome = await converse({
      client: [password()],
      server: [password({ fails: denied })],
      serverFlags: ASC_REQ_EXTENDED_ERROR,
    });
    expect(outcome.tokens.at(-1)).toBe("reject");
    expect(outcome.statuses.at(-1)).toBe("server SEC_E_LOGON_DENIED");
    await expect(outcome.client.step(encodeNegTokenResp({ negState: "reject" }))).rejects.toMatchObject({
      symbol: "SEC_E_LOGON_DENIED",
    });
  });

  it("SPN-05 the mechanism's own token of an error travels with it", async () => {
    const answer = { status: SEC_E_LOGON_DENIED, token: new TextEncoder().encode("why") };
    const { tokens } = await converse({
      client: [ticket()],
      server: [ticket({ fails: { role: "accept", leg: 2, answer } })],
      serverFlags: ASC_REQ_EXTENDED_ERROR,
    });
    expect(tokens.at(-1)).toBe("reject why");
  });

  it("SPN-05 nobody who did not ask gets one", async () => {
    const { tokens } = await converse({ client: [password()], server: [password({ fails: denied })] });
    expect(tokens).toHaveLength(3);
  });

  it("SPN-05 the four states have the numbers of RFC 4178", () => {
    const states = ["accept-completed", "accept-incomplete", "reject", "request-mic"] as const;
    expect(states.map((negState) => encodeNegTokenResp({ negState })[8])).toEqual([0, 1, 2, 3]);
  });
});

describe("somebody in between", () => {
  /** The first token without Kerberos, and with NTLM's. */
  const stripped = encodeNegTokenInit({
    mechTypeList: encodeMechTypeList([ntlm]),
    mechToken: new TextEncoder().encode("N:1"),
  });
  const both = () => ({ client: [ticket(), password()], server: [ticket(), password()] });

  it("SPN-06 Kerberos stripped from the list in flight: the server's challenge is no answer to the client's first mechanism", async () => {
    const { statuses } = await converse({
      ...both(),
      inFlight: (number) => (number === 1 ? stripped : undefined),
    });
    expect(statuses.at(-1)).toBe("client SEC_E_INVALID_TOKEN");
  });

  it("SPN-06 the list changed and the answer too: the server finds a signature that does not match", async () => {
    const { statuses } = await converse({
      ...both(),
      inFlight: (number) => {
        if (number === 1) return encodeNegTokenInit({ mechTypeList: encodeMechTypeList([ntlm]) });
        return number === 2
          ? encodeNegTokenResp({ negState: "accept-incomplete", supportedMech: ntlm })
          : undefined;
      },
    });
    expect(statuses.at(-1)).toBe("server SEC_E_MESSAGE_ALTERED");
  });

  it("SPN-06 the client's signature taken away as well: the client misses the server's", async () => {
    const { statuses } = await converse({
      ...both(),
      inFlight: (number, token) => {
        if (number === 1) return encodeNegTokenInit({ mechTypeList: encodeMechTypeList([ntlm]) });
        const read = decodeSpnegoToken(token);
        return read.kind === "response" ? encodeNegTokenResp({ ...read, mechListMIC: undefined }) : undefined;
      },
    });
    expect(statuses.slice(-2)).toEqual(["server SEC_E_OK", "client SEC_E_DOWNGRADE_DETECTED"]);
  });

  it("SPN-06 a mechanism without integrity that is not the client's first is a downgrade, on either side", async () => {
    const bare = password({ hasIntegrity: false });
    const atServer = await converse({ client: [ticket(), password()], server: [bare] });
    expect(atServer.statuses.at(-1)).toBe("server SEC_E_DOWNGRADE_DETECTED");
    const atClient = await converse({ client: [ticket(), bare], server: [password()] });
    expect(atClient.statuses.at(-1)).toBe("client SEC_E_DOWNGRADE_DETECTED");
    const noneSigned = await converse({
      client: [ticket(), password()],
      server: [bare],
      inFlight: (_, token) => {
        const read = decodeSpnegoToken(token);
        return read.kind === "response" ? encodeNegTokenResp({ ...read, mechListMIC: undefined }) : undefined;
      },
    });
    expect(noneSigned.statuses.at(-1)).toBe("server SEC_E_DOWNGRADE_DETECTED");
  });

  it("SPN-06 the server sends its signature and waits where the client's is missing; without it there is no end", async () => {
    const taken: string[] = [];
    const { statuses, tokens } = await converse({
      client: [ticket(), password()],
      server: [password()],
      inFlight: (number, token) => {
        const read = decodeSpnegoToken(token);
        if (number !== 5 || read.kind !== "response") return undefined;
        taken.push("MIC");
        return encodeNegTokenResp({ ...read, mechListMIC: undefined });
      },
    });
    expect([taken, tokens.at(-1)]).toEqual([["MIC"], "accept-incomplete MIC"]);
    expect(statuses.slice(-2)).toEqual(["server SEC_I_CONTINUE_NEEDED", "client SEC_E_OK"]);
  });

  it("SPN-06 a signature with one bit changed is found, by the server and by the client", async () => {
    const flip = (wanted: number) => (number: number, token: Uint8Array) => {
      const changed = token.slice();
      if (number === wanted) changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
      return changed;
    };
    const parties = { client: [password()], server: [password()] };
    expect((await converse({ ...parties, inFlight: flip(3) })).statuses.at(-1)).toBe(
      "server SEC_E_MESSAGE_ALTERED",
    );
    expect((await converse({ ...parties, inFlight: flip(4) })).statuses.at(-1)).toBe(
      "client SEC_E_MESSAGE_ALTERED",
    );
  });

  it("SPN-06 several mechanisms make the client ask for integrity, whatever its caller wants", async () => {
    const asked = async (client: ReturnType<typeof pingPong>[], told: string[], flags = 0) => {
      await converse({ client, server: [password()], clientOptions: { flags } });
      return told.filter((line) => line.startsWith("N initiate  ")).map((line) => line.slice(12));
    };
    const several: string[] = [];
    expect(await asked([ticket(), password({ told: several })], several)).toEqual(["10100"]);
    const alone: string[] = [];
    expect(await asked([password({ told: alone })], alone)).toEqual(["100"]);
    const without: string[] = [];
    expect(await asked([ticket(), password({ told: without })], without, 0x00800000)).toEqual(["800100"]);
  });
});
