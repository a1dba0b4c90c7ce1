import { ntHash as ntHashOf } from "@sallyport/accounts";
import { hashPassword, scryptVerifier } from "@sallyport/accounts/node";
import { challengeHash, challengeResponse, desEncrypt as desBlock, md5, rc4 } from "@sallyport/crypto";
import {
  type AttributeInput,
  decodeRadiusPacket,
  encodeRadiusPacket,
  joinVendorSpecific,
  type RawAttribute,
  revealSaltEncrypted,
  splitVendorSpecific,
} from "@sallyport/radius";
import { describe, expect, it } from "vitest";
import {
  type AuthenticationMethod,
  networkPolicy,
  npsExtension,
  type RadiusExtensionControlBlock,
  radiusAttribute,
  ratClearTextPassword,
} from "../src/index.ts";
import { createHarness, type Harness } from "./harness.ts";

const hex = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const text = (value: string) => new TextEncoder().encode(value);
const microsoft = (type: number, ...parts: (Uint8Array | number[])[]): RawAttribute => ({
  type: 26,
  value: joinVendorSpecific(311, type, Uint8Array.from(parts.flatMap((part) => Array.from(part)))),
});

/** RFC 2759 section 9.2. */
const rfc2759 = {
  userName: "User",
  password: "clientPass",
  authenticatorChallenge: hex("5b5d7c7d7b3f2f3e3c2c602132262628"),
  peerChallenge: hex("21402324255e262a28295f2b3a337c7e"),
  ntResponse: hex("82309ecd8d708b5ea08faa3981cd83544233114a3d85d6df"),
  authenticatorResponse: "S=407A5589115FD0D6209F510FE9C04566932CDA56",
};
/** RFC 3079 section 3.5.3, for the same exchange. */
const masterSendKey = "8b7cdc149b993a1ba118cb153f56dccb";

/** Sends raw attributes, and shows the answer with Microsoft's attributes by type. */
async function send(server: Harness, attributes: readonly RawAttribute[]) {
  const request = server.received(1, {});
  const { packet } = request;
  const { authenticator } = packet;
  const own = encodeRadiusPacket({ code: 1, identifier: 7, authenticator, attributes: [...attributes] });
  const answer = await server.nps.handle({ ...request, packet: decodeRadiusPacket(own) });
  const vendor = new Map(
    (answer?.attributes ?? [])
      .flatMap((one) => splitVendorSpecific(one.value)?.attributes ?? [])
      .map(({ type, value }) => [type, value]),
  );
  const error = vendor.get(2);
  return {
    ...server.observe(answer),
    vendor,
    error: error && [error[0], new TextDecoder().decode(error.subarray(1))],
    clear: (type: number) =>
      Buffer.from(
        revealSaltEncrypted(
          vendor.get(type) ?? new Uint8Array(0),
          request.client.secret.reveal(),
          authenticator,
        ),
      ).toString("hex"),
  };
}

const user = (name: string): RawAttribute => ({ type: 1, value: text(name) });
const msChap2 = (overrides: Partial<typeof rfc2759> = {}, identifier = 5) => {
  const one = { ...rfc2759, ...overrides };
  return [
    user(one.userName),
    microsoft(11, one.authenticatorChallenge),
    microsoft(25, [identifier, 0], one.peerChallenge, new Uint8Array(8), one.ntResponse),
  ];
};
const account = { name: "User", password: "clientPass" };

describe("CHAP (RFC 1994, RFC 2865 section 5.3)", () => {
  const challenge = hex("0102030405060708090a0b0c0d0e0f10");
  const answer = (password: string, over: Uint8Array, identifier = 9) =>
    Uint8Array.of(identifier, ...md5(Uint8Array.of(identifier), text(password), over));

  it("with CHAP-Challenge, and with the Request Authenticator in its place", async () => {
    const server = createHarness({ accounts: [account] });
    const own = await send(server, [
      user("User"),
      { type: 3, value: answer("clientPass", challenge) },
      { type: 60, value: challenge },
    ]);
    expect(own.answer).toBe("accept");
    const { authenticator } = server.received(1, {}).packet;
    expect(
      (await send(server, [user("User"), { type: 3, value: answer("clientPass", authenticator) }])).answer,
    ).toBe("accept");
    const wrong = await send(server, [
      user("User"),
      { type: 3, value: answer("guess", challenge) },
      { type: 60, value: challenge },
    ]);
    expect(wrong).toMatchObject({ answer: "reject", reason: 16 });
  });

  it("a password that is not kept in clear cannot serve it: reason 19, and the trace says so", async () => {
    const server = createHarness({
      accounts: [{ name: "User", passwordHash: `nt:${Buffer.from(ntHashOf("clientPass")).toString("hex")}` }],
    });
    const observed = await send(server, [
      user("User"),
      { type: 3, value: answer("clientPass", challenge) },
      { type: 60, value: challenge },
    ]);
    expect(observed).toMatchObject({ answer: "reject", reason: 19 });
    expect(JSON.stringify(observed.trace)).toContain("kept as nt-hash, which cannot serve CHAP");
  });
});

describe("MS-CHAPv2 (RFC 2759, RFC 2548)", () => {
  it.each([
    ["clear", account],
    ["NT hash", { name: "User", passwordHash: `nt:${Buffer.from(ntHashOf("clientPass")).toString("hex")}` }],
  ])(
    "the exchange of RFC 2759 section 9.2, password kept as %s: accepted with proof and keys",
    async (_, kept) => {
      const observed = await send(createHarness({ accounts: [kept] }), msChap2());
      expect(observed.answer).toBe("accept");
      expect(observed.vendor.get(26)).toEqual(Uint8Array.of(5, ...text(rfc2759.authenticatorResponse)));
      expect(observed.clear(16)).toBe(masterSendKey);
      expect(observed.clear(17)).toMatch(/^[0-9a-f]{32}$/);
      expect(observed.vendor.get(7)).toEqual(hex("00000001"));
      expect(observed.vendor.get(8)).toEqual(hex("00000006"));
    },
  );

  it("the encryption that the network policy demands stands in the place of any encryption, once", async () => {
    const policy = networkPolicy({ name: "VPN", access: "grant", settings: { encryption: ["strongest"] } });
    const observed = await send(createHarness({ accounts: [account], networkPolicies: [policy] }), msChap2());
    expect(observed.attributes.filter((text) => text.includes("Encryption"))).toEqual([
      "MS-MPPE-Encryption-Policy=Encryption-Required",
      "MS-MPPE-Encryption-Types=4",
    ]);
    expect(observed.clear(16)).toBe(masterSendKey);
  });

  it("NPS-79 MS-CHAPv2 is what a policy for MS-CHAPv2 admits", async () => {
    const only = (...authenticationMethods: readonly AuthenticationMethod[]) =>
      createHarness({
        accounts: [account],
        networkPolicies: [
          networkPolicy({ name: "p", access: "grant", constraints: { authenticationMethods } }),
        ],
      });
    expect((await send(only("MS-CHAPv2"), msChap2())).answer).toBe("accept");
    expect((await send(only("PAP", "CHAP", "MS-CHAP"), msChap2())).reason).toBe(66);
  });

  it("a wrong answer: MS-CHAP-Error 691 with a new challenge, and no keys", async () => {
    const observed = await send(
      createHarness({ accounts: [account] }),
      msChap2({ ntResponse: new Uint8Array(24) }),
    );
    expect(observed).toMatchObject({ answer: "reject", reason: 16 });
    expect(observed.error).toEqual([5, expect.stringMatching(/^E=691 R=0 C=[0-9A-F]{32} V=3 M=/)]);
    expect([...observed.vendor.keys()]).toEqual([2]);
  });

  it.each([
    [{ enabled: false }, 34, 647],
    [{ expires: new Date(0) }, 35, 647],
    [{ passwordExpires: new Date(0) }, 33, 648],
    [{ logonHours: "Su 00:00-00:30" }, 37, 646],
    [{ dialIn: "deny" as const }, 65, 649],
  ])("%j: reason %i, and the peer is told %i, once its password was right", async (state, reason, code) => {
    const server = createHarness({ accounts: [{ ...account, ...state }] });
    const right = await send(server, msChap2());
    expect(right).toMatchObject({ answer: "reject", reason });
    expect(right.error?.[1]).toMatch(new RegExp(`^E=${code} `));
    const wrong = await send(server, msChap2({ ntResponse: new Uint8Array(24) }));
    expect(wrong.error?.[1]).toMatch(/^E=691 /);
  });

  it("an unknown user is told what a wrong password is told", async () => {
    const observed = await send(createHarness({ accounts: [] }), msChap2());
    expect(observed).toMatchObject({ answer: "reject", reason: 8 });
    expect(observed.error?.[1]).toMatch(/^E=691 /);
  });

  it("NPS-66 ratClearTextPassword brings the password of another user database", async () => {
    const module = {
      RadiusExtensionProcess2: (ecb: { getRequest(): { add(attribute: object): number } }) =>
        ecb.getRequest().add(radiusAttribute(ratClearTextPassword, "clientPass")),
    };
    const server = createHarness({
      accounts: [],
      authentication: [npsExtension(module, { name: "directory" })],
    });
    const observed = await send(server, msChap2());
    expect(observed.answer).toBe("accept");
    expect(observed.vendor.get(26)).toEqual(Uint8Array.of(5, ...text(rfc2759.authenticatorResponse)));
  });

  it("NPS-59 what an extension takes out of the request is not verified: without MS-CHAP2-Response there are no credentials", async () => {
    const module = {
      RadiusExtensionProcess2(ecb: RadiusExtensionControlBlock) {
        const request = ecb.getRequest();
        const last = Array.from(request).findLastIndex(({ attrType }) => attrType === 26);
        return request.removeAt(last);
      },
    };
    const server = createHarness({
      accounts: [account],
      authentication: [npsExtension(module, { name: "remover" })],
    });
    expect(await send(server, msChap2())).toMatchObject({ answer: "reject", reason: 66 });
  });

  it("an extension's reject carries MS-CHAP-Error too, when the exchange had begun", async () => {
    const module = {
      RadiusExtensionProcess2: (ecb: { setResponseType(type: 3): number }) => ecb.setResponseType(3),
    };
    const server = createHarness({
      accounts: [account],
      authorization: [npsExtension(module, { name: "strict" })],
    });
    const observed = await send(server, msChap2());
    expect(observed).toMatchObject({ answer: "reject", reason: 21 });
    expect(observed.error?.[1]).toMatch(/^E=691 /);
    expect(observed.vendor.has(16)).toBe(false);
  });
});

describe("changing an expired password (RFC 2759 section 7)", () => {
  /** What a peer sends: the new password under the old one's hash, and an answer made with the new one. */
  function change(newPassword: string) {
    const [oldHash, newHash] = [ntHashOf("clientPass"), ntHashOf(newPassword)];
    const clear = new Uint8Array(516);
    const utf16 = Buffer.from(newPassword, "utf16le");
    clear.set(utf16, 512 - utf16.length);
    new DataView(clear.buffer).setUint32(512, utf16.length, true);
    const encrypted = rc4(oldHash, clear);
    const challenge = challengeHash(rfc2759.peerChallenge, rfc2759.authenticatorChallenge, "User");
    const encryptedHash = [0, 8].flatMap((at) =>
      Array.from(
        desBlock(newHash.subarray(at === 0 ? 0 : 7, at === 0 ? 7 : 14), oldHash.subarray(at, at + 8)),
      ),
    );
    const pieces = [0, 1, 2].map((index) =>
      microsoft(6, [6, 5, 0, index], encrypted.subarray(index * 243, Math.min(516, (index + 1) * 243))),
    );
    const response = challengeResponse(challenge, newHash);
    const cpw = microsoft(
      27,
      [7, 5],
      encryptedHash,
      rfc2759.peerChallenge,
      new Uint8Array(8),
      response,
      [0, 0],
    );
    return [user("User"), microsoft(11, rfc2759.authenticatorChallenge), cpw, ...pieces];
  }

  it("is accepted when somebody stores the new password", async () => {
    const stored: string[] = [];
    const server = createHarness({
      accounts: [{ ...account, passwordExpires: new Date(0) }],
      changePassword: (who, password) => void stored.push(`${who.name} ${password.form}`),
    });
    const observed = await send(server, change("a new one"));
    expect(observed).toMatchObject({ answer: "accept" });
    expect(stored).toEqual(["User clear"]);
    expect(observed.vendor.get(26)?.[0]).toBe(5);
  });

  it.each([
    ["nobody stores passwords here", undefined],
    ["storing it fails", () => Promise.reject(new Error("read-only"))],
  ])("is refused with 709 when %s", async (_, changePassword) => {
    const server = createHarness({ accounts: [account], ...(changePassword && { changePassword }) });
    const observed = await send(server, change("a new one"));
    expect(observed).toMatchObject({ answer: "reject", reason: 17 });
    expect(observed.error?.[1]).toMatch(/^E=709 /);
  });
});

describe("MS-CHAP, version 1 (RFC 2433)", () => {
  const challenge = hex("102db5df085d3041");
  const answer = (password: string, flags = 1) => [
    user("User"),
    microsoft(11, challenge),
    microsoft(1, [3, flags], new Uint8Array(24), challengeResponse(challenge, ntHashOf(password))),
  ];

  it("is refused unless allowed", async () => {
    const observed = await send(createHarness({ accounts: [account] }), answer("clientPass"));
    expect(observed).toMatchObject({ answer: "reject", reason: 66 });
  });

  it("where it is allowed: right, wrong, and LAN Manager alone (reason 20)", async () => {
    const server = createHarness({ accounts: [account], allowMsChap: true });
    const right = await send(server, answer("clientPass"));
    expect(right.answer).toBe("accept");
    expect(right.vendor.get(12)).toHaveLength(32);
    const wrong = await send(server, answer("guess"));
    expect(wrong).toMatchObject({ answer: "reject", reason: 16, error: [3, "E=691 R=0 V=2"] });
    expect(await send(server, answer("clientPass", 0))).toMatchObject({ answer: "reject", reason: 20 });
  });
});

describe("PAP against hashes", () => {
  it("scrypt serves PAP, and nothing else", async () => {
    const passwordHash = await hashPassword("clientPass", { ln: 4 });
    const server = createHarness({
      accounts: [{ name: "User", passwordHash }],
      scryptVerifier: scryptVerifier(),
    });
    const pap = (password: string): Promise<{ answer: string }> =>
      server.bare({ "User-Name": "User", "User-Password": password });
    expect((await pap("clientPass")).answer).toBe("accept");
    expect((await pap("guess")).answer).toBe("reject");
    const observed = await send(server, msChap2());
    expect(observed).toMatchObject({ answer: "reject", reason: 19 });
    expect(JSON.stringify(observed.trace)).toContain("kept as scrypt, which cannot serve MS-CHAPv2");
  });

  it("an NT hash serves PAP", async () => {
    const server = createHarness({
      accounts: [{ name: "User", passwordHash: `nt:${Buffer.from(ntHashOf("clientPass")).toString("hex")}` }],
    });
    expect((await server.bare({ "User-Name": "User", "User-Password": "clientPass" })).answer).toBe("accept");
    expect((await server.bare({ "User-Name": "User", "User-Password": "clientpass" })).answer).toBe("reject");
  });
});

describe("credentials that cannot be", () => {
  const chap = new Uint8Array(17);
  it.each<[string, readonly RawAttribute[]]>([
    ...[0, 15, 17, 144].map((length): [string, RawAttribute[]] => [
      `User-Password of ${length} octets`,
      [{ type: 2, value: new Uint8Array(length) }],
    ]),
    ...[0, 16, 18].map((length): [string, RawAttribute[]] => [
      `CHAP-Password of ${length} octets`,
      [{ type: 3, value: new Uint8Array(length) }],
    ]),
    [
      "an empty CHAP-Challenge",
      [
        { type: 3, value: chap },
        { type: 60, value: new Uint8Array(0) },
      ],
    ],
    ...[49, 51].map((length): [string, RawAttribute[]] => [
      `MS-CHAP2-Response of ${length} octets`,
      [microsoft(11, new Uint8Array(16)), microsoft(25, new Uint8Array(length))],
    ]),
    ...[49, 51].map((length): [string, RawAttribute[]] => [
      `MS-CHAP-Response of ${length} octets`,
      [microsoft(11, new Uint8Array(8)), microsoft(1, new Uint8Array(length))],
    ]),
    ...[0, 7, 17, 240].map((length): [string, RawAttribute[]] => [
      `MS-CHAP-Challenge of ${length} octets`,
      [microsoft(11, new Uint8Array(length)), microsoft(25, new Uint8Array(50))],
    ]),
    ["no MS-CHAP-Challenge", [microsoft(25, new Uint8Array(50))]],
    ["MS-CHAP2-CPW of 67 octets", [microsoft(11, new Uint8Array(16)), microsoft(27, new Uint8Array(67))]],
    [
      "User-Password beside CHAP-Password",
      [
        { type: 2, value: new Uint8Array(16) },
        { type: 3, value: chap },
      ],
    ],
    [
      "User-Password beside MS-CHAP2-Response",
      [
        { type: 2, value: new Uint8Array(16) },
        microsoft(11, new Uint8Array(16)),
        microsoft(25, new Uint8Array(50)),
      ],
    ],
    [
      "two User-Passwords",
      [
        { type: 2, value: new Uint8Array(16) },
        { type: 2, value: new Uint8Array(16) },
      ],
    ],
    [
      "two User-Names",
      [
        { type: 1, value: text("bob") },
        { type: 2, value: new Uint8Array(16) },
      ],
    ],
  ])("NPS-10 %s: rejected with reason 3 before a module sees it", async (_, attributes) => {
    let calls = 0;
    const module = npsExtension({ RadiusExtensionProcess2: () => (calls++, 0) }, { name: "module" });
    const observed = await send(createHarness({ authentication: [module], allowMsChap: true }), [
      user("alice"),
      ...attributes,
    ]);
    expect(observed).toMatchObject({ answer: "reject", reason: 3 });
    expect(calls).toBe(0);
  });

  it("no credentials at all: reason 66", async () => {
    expect(await createHarness().bare({ "User-Name": "alice" } satisfies AttributeInput)).toMatchObject({
      answer: "reject",
      reason: 66,
    });
  });
});
