import type { TlsProtocol } from "@sallyport/tls-engine";
import { describe, expect, it } from "vitest";
import {
  defineEapMethod,
  type EapMethodRegistration,
  type EapOutcome,
  ERROR_AUTH_PROTOCOL_REJECTED,
  ERROR_NO_AUTH_PROTOCOL_AVAILABLE,
  eapTls,
  eapTlsServer,
  findAuthAttribute,
  genericTokenCard,
  md5Challenge,
  msChapV2,
  type PeapOptions,
  peap,
  RAS_EAP_FLAG_HOSTED_IN_PEAP,
  RAS_EAP_ROLE_EXCLUDE_IN_PEAP,
  raatEMSK,
  raatInnerEAPTypeId,
  raatSessionId,
  type TtlsOptions,
  type TtlsProtocol,
  type TtlsServerOptions,
  ttls,
} from "../../src/index.ts";
import { PasswordBook } from "../methods/password-book.ts";
import { identityOf, pem } from "../methods/tls/fixtures.ts";
import {
  client,
  hexKeys,
  login,
  msChapBook,
  peapCredentials,
  provider,
  type TunnelRun,
  ttlsCredentials,
} from "./tunnel-bench.ts";

const accounts = new PasswordBook({ alice: "wonderland" });
const versions = ["TLSv1.2", "TLSv1.3"] as const;

interface Shared {
  readonly maxVersion?: TlsProtocol;
  readonly password?: string;
}

function byPeap(
  methods: readonly EapMethodRegistration[],
  { maxVersion, password }: Shared = {},
  more: { readonly authenticator?: Partial<PeapOptions>; readonly peer?: Partial<PeapOptions> } = {},
): Promise<TunnelRun> {
  const server = { credentials: peapCredentials({ maxVersion }), provider };
  return login({
    authenticator: peap({ server, methods, ...more.authenticator }),
    peer: peap({ client, methods, ...more.peer }),
    ...(password !== undefined && { password }),
  });
}

function byTtls(
  protocol: TtlsProtocol,
  { maxVersion, password }: Shared = {},
  more: {
    readonly server?: Partial<TtlsServerOptions>;
    readonly authenticator?: Partial<TtlsOptions>;
    readonly peer?: Partial<TtlsOptions>;
  } = {},
): Promise<TunnelRun> {
  const both = { methods: [md5Challenge(), genericTokenCard(), msChapV2({ accounts, retries: 0 })] };
  const server = {
    credentials: ttlsCredentials({ maxVersion }),
    provider,
    msChap: msChapBook,
    msChap2: accounts,
    protocols: ["pap", "chap", "mschap", "mschapv2", "eap"] as const,
    ...more.server,
  };
  return login({
    authenticator: ttls({ server, ...both, ...more.authenticator }),
    peer: ttls({ client: { ...client, protocol }, ...both, ...more.peer }),
    ...(password !== undefined && { password }),
  });
}

function expectAdmitted({ authenticator, peer }: TunnelRun): void {
  expect({ authenticator: authenticator?.result, peer: peer?.result }).toEqual({ authenticator: 0, peer: 0 });
  expect(authenticator?.identity).toBe("alice");
  expect(hexKeys(authenticator)).toHaveLength(2);
  expect(hexKeys(peer)).toEqual(hexKeys(authenticator).reverse());
  for (const type of [raatEMSK, raatSessionId]) {
    expect(octets(peer, type)).toBe(octets(authenticator, type));
    expect(octets(peer, type)).not.toBe("");
  }
  // The type, and what names the session (RFC 5247 appendix A, RFC 9427 section 2.1).
  expect(octets(peer, raatSessionId)).toMatch(
    peer?.method === 25 ? /^19[0-9a-f]{128}$/ : /^15[0-9a-f]{128}$/,
  );
}

function octets(outcome: EapOutcome | undefined, type: number): string {
  const value = findAuthAttribute(outcome?.attributes ?? [], type)?.value;
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : "";
}

describe.each(versions)("%s", (maxVersion) => {
  describe("PEAPv0", () => {
    const methods = {
      MSCHAPV2: msChapV2({ accounts, retries: 0 }),
      GTC: genericTokenCard(),
      MD5: md5Challenge(),
    };

    it.each(Object.entries(methods))("%s: right and wrong password", async (_, method) => {
      expectAdmitted(await byPeap([method], { maxVersion }));
      const refused = await byPeap([method], { maxVersion, password: "queen of hearts" });
      expect(refused.authenticator?.result).toBe(691);
      expect(refused.peer?.result).toBe(691);
      expect(refused.authenticator?.identity).toBe("alice");
    });

    it("the name outside is the anonymous one, and the one inside is told on success", async () => {
      const run = await byPeap([methods.MSCHAPV2], { maxVersion });
      expect(run.packets[1]).toBe(`< ${identityPacket("anonymous", run.packets[0])}`);
      expect(run.packets.join()).not.toContain(Buffer.from("alice").toString("hex"));
      expect(run.peer?.identity).toBe("anonymous");
      expect(findAuthAttribute(run.authenticator?.attributes ?? [], raatInnerEAPTypeId)?.value).toBe(26);
    });

    it("Nak of the inner method: the next one that both have", async () => {
      const run = await byPeap(
        [methods.GTC, methods.MSCHAPV2],
        { maxVersion },
        {
          peer: { methods: [methods.MSCHAPV2] },
        },
      );
      expectAdmitted(run);
      expect(findAuthAttribute(run.authenticator?.attributes ?? [], raatInnerEAPTypeId)?.value).toBe(26);
    });

    it("no inner method in common", async () => {
      const run = await byPeap([methods.GTC], { maxVersion }, { peer: { methods: [methods.MD5] } });
      expect(run.authenticator?.result).toBe(ERROR_NO_AUTH_PROTOCOL_AVAILABLE);
      expect(run.peer?.result).not.toBe(0);
    });

    it.each([
      ["never", "never"],
      ["never", "optional"],
      ["optional", "never"],
      ["optional", "optional"],
      ["required", "optional"],
      ["optional", "required"],
      ["required", "required"],
    ] as const)("cryptobinding: server %s, peer %s", async (ours, theirs) => {
      const bound = await byPeap(
        [methods.MSCHAPV2],
        { maxVersion },
        {
          authenticator: { cryptoBinding: ours },
          peer: { cryptoBinding: theirs },
        },
      );
      expectAdmitted(bound);
    });

    it.each([
      ["required", "never"],
      ["never", "required"],
    ] as const)("cryptobinding: server %s, peer %s: refused", async (ours, theirs) => {
      const run = await byPeap(
        [methods.MSCHAPV2],
        { maxVersion },
        {
          authenticator: { cryptoBinding: ours },
          peer: { cryptoBinding: theirs },
        },
      );
      expect(run.authenticator?.result).not.toBe(0);
      expect(run.peer?.result).not.toBe(0);
    });
  });

  it.each([100, 300, 1_000])("EAP-38 in packets of %i octets of TLS, either way", async (fragmentBytes) => {
    const small = { fragmentBytes };
    const more = { authenticator: small, peer: small };
    for (const method of [msChapV2({ accounts, retries: 0 }), md5Challenge(), genericTokenCard()]) {
      expectAdmitted(await byPeap([method], { maxVersion }, more));
    }
    for (const protocol of ["pap", "mschapv2", "eap"] as const) {
      expectAdmitted(await byTtls(protocol, { maxVersion }, more));
    }
  });

  it("EAP-38 in the smallest packets that EAP allows, with EAP-TLS inside", async () => {
    const least = { maxPacketSize: 1_020 };
    const inner = eapTls({
      server: {
        credentials: eapTlsServer({
          engine: client.engine,
          identity: identityOf("server"),
          trustedAuthorities: [pem("authority")],
        }),
        authorise: () => ({ kind: "admitted", account: "alice" }),
      },
      client: {
        engine: client.engine,
        identity: identityOf("client-rsa"),
        trustedAuthorities: [pem("authority")],
        serverNames: ["radius.example"],
      },
    });
    const run = await login({
      authenticator: peap({
        server: { credentials: peapCredentials({ maxVersion }) },
        methods: [inner],
        cryptoBinding: "required",
      }),
      peer: peap({ client, methods: [inner] }),
      authenticatorOptions: least,
      peerOptions: least,
    });
    expectAdmitted(run);
    for (const packet of run.packets) expect((packet.length - 2) / 2).toBeLessThanOrEqual(1_020);
  });

  describe("TTLSv0", () => {
    it.each(["pap", "chap", "mschap", "mschapv2", "eap"] as const)(
      "%s: right and wrong password",
      async (protocol) => {
        expectAdmitted(await byTtls(protocol, { maxVersion }));
        const refused = await byTtls(protocol, { maxVersion, password: "queen of hearts" });
        expect(refused.authenticator?.result).toBe(691);
        expect(refused.peer?.result).toBe(691);
        expect(refused.authenticator?.identity).toBe("alice");
      },
    );

    it("a protocol that the server does not allow", async () => {
      const run = await byTtls("pap", { maxVersion }, { server: { protocols: ["mschapv2"] } });
      expect(run.authenticator?.result).toBe(ERROR_AUTH_PROTOCOL_REJECTED);
      expect(run.peer?.result).toBe(691);
    });
  });
});

describe("inner methods run in the same host as outer ones", () => {
  const seen: number[] = [];
  const echo = defineEapMethod({
    type: 255,
    name: "Echo",
    keys: true,
    async authenticator(session) {
      seen.push(session.flags);
      const secret = session.random(8);
      const reply = await session.request(secret);
      const right = reply.data.every((octet, index) => octet === secret[index]);
      const keys = { send: new Uint8Array(32).fill(1), receive: new Uint8Array(32).fill(2) };
      return right ? session.succeed({ keys }) : session.fail();
    },
    async peer(session) {
      const request = await session.receive();
      if (request.kind !== "request") return session.fail();
      const end = await session.respond(request.data);
      const keys = { send: new Uint8Array(32).fill(1), receive: new Uint8Array(32).fill(2) };
      return end.kind === "success" ? session.succeed({ keys }) : session.fail();
    },
  });

  it("a method of one's own, with keys, inside PEAP and TTLS; the flag HOSTED_IN_PEAP is set", async () => {
    expectAdmitted(await byPeap([echo], {}, { authenticator: { cryptoBinding: "required" } }));
    const more = { methods: [echo] };
    expectAdmitted(await byTtls("eap", {}, { authenticator: more, peer: more }));
    expect(seen.map((flags) => flags & RAS_EAP_FLAG_HOSTED_IN_PEAP)).toEqual([0x100, 0x100]);
  });

  it("EAP-87 a method that is not to be used inside PEAP is not offered there; tunnels are none", async () => {
    const excluded = { ...echo, rolesSupported: RAS_EAP_ROLE_EXCLUDE_IN_PEAP };
    const nested = peap({ server: { credentials: peapCredentials() }, client, methods: [echo] });
    const run = await byPeap([excluded, nested, genericTokenCard()]);
    expectAdmitted(run);
    expect(findAuthAttribute(run.authenticator?.attributes ?? [], raatInnerEAPTypeId)?.value).toBe(6);
    expect((await byPeap([nested])).authenticator?.result).toBe(ERROR_NO_AUTH_PROTOCOL_AVAILABLE);
  });

  it("the method asks the user of the peer, through the outer method's dialog", async () => {
    const asked: string[] = [];
    const user = {
      ask: (question: { readonly text: string }) => {
        asked.push(question.text);
        return Promise.resolve("wonderland");
      },
      show: () => undefined,
    };
    const run = await login({
      authenticator: peap({
        server: { credentials: peapCredentials(), provider },
        methods: [genericTokenCard({ prompt: "Token?" })],
      }),
      peer: peap({ client, methods: [genericTokenCard()] }),
      password: null,
      peerOptions: { user },
    });
    expectAdmitted(run);
    expect(asked).toEqual(["Token?"]);
    const pap = await login({
      authenticator: ttls({ server: { credentials: ttlsCredentials(), provider } }),
      peer: ttls({ client: { ...client, protocol: "pap" } }),
      password: null,
      peerOptions: { user },
    });
    expectAdmitted(pap);
    expect(asked).toEqual(["Token?", "Password of alice:"]);
  });

  it("NPS-78 rules that rewrite names do not touch the one inside", async () => {
    const run = await login({
      authenticator: peap({
        server: { credentials: peapCredentials(), provider },
        methods: [genericTokenCard()],
      }),
      peer: peap({ client, methods: [genericTokenCard()] }),
      authenticatorOptions: { accountName: (name) => `CORP\\${name}` },
    });
    expectAdmitted(run);
  });

  const supplied = { suppliedPassword: () => new TextEncoder().encode("from elsewhere") };
  const tunnels = {
    TTLS: {
      authenticator: () => ttls({ server: { credentials: ttlsCredentials(), provider } }),
      peer: () => ttls({ client: { ...client, protocol: "pap" } }),
    },
    PEAP: {
      authenticator: () =>
        peap({ server: { credentials: peapCredentials(), provider }, methods: [genericTokenCard()] }),
      peer: () => peap({ client, methods: [genericTokenCard()] }),
    },
  };

  it.each(Object.entries(tunnels))(
    "NPS-66 a password that a module brings counts inside %s",
    async (_, { authenticator, peer }) => {
      const run = await login({
        authenticator: authenticator(),
        peer: peer(),
        identity: "alice",
        password: "from elsewhere",
        authenticatorOptions: supplied,
      });
      expectAdmitted(run);
    },
  );

  it.each(Object.entries(tunnels))(
    "NPS-66 a password that was brought for one user does not open the account of another inside %s",
    async (_, { authenticator, peer }) => {
      const run = await login({
        authenticator: authenticator(),
        peer: peer(),
        identity: "carol", // the module knows carol's password, and so does she; inside she says to be alice
        password: "from elsewhere",
        authenticatorOptions: supplied,
      });
      expect(run.authenticator).toMatchObject({ result: 691 });
    },
  );
});

function identityPacket(name: string, request: string | undefined): string {
  const identifier = Number.parseInt(request?.slice(4, 6) ?? "", 16);
  const octets = Buffer.from(name);
  return Buffer.from([2, identifier, 0, 5 + octets.length, 1, ...octets]).toString("hex");
}
