import { describe, expect, it } from "vitest";
import {
  ERROR_MUTUAL_AUTH_FAILED,
  encodeAvps,
  encodeEapPacket,
  encodePeapTlvs,
  genericTokenCard,
  md5Challenge,
  msChapV2,
  type PeapOptions,
  peap,
  type TtlsClientOptions,
  ttls,
} from "../../src/index.ts";
import { standardAvp } from "../../src/methods/ttls/ttls-avps.ts";
import { fromHex, text } from "../methods/conversation.ts";
import { PasswordBook } from "../methods/password-book.ts";
import { identityOf } from "../methods/tls/fixtures.ts";
import { ScriptedServer } from "./scripted-side.ts";
import { client, login, peapCredentials, provider, ttlsCredentials } from "./tunnel-bench.ts";

const nothing = new Uint8Array(0);
const maxVersion = "TLSv1.2";
const request = (data: Uint8Array) => encodeEapPacket({ code: 1, identifier: 9, type: 33, data });
const success = request(encodePeapTlvs({ result: "success" }));
const wrongBinding = {
  version: 0,
  receivedVersion: 0,
  subType: "request",
  nonce: new Uint8Array(32),
  compoundMac: new Uint8Array(20),
} as const;

async function forPeap(options: Partial<PeapOptions> = {}) {
  const method = peap({ client, methods: [genericTokenCard(), msChapV2()], ...options });
  const { server } = await ScriptedServer.connect(method, peapCredentials({ maxVersion }));
  return server;
}

/** What a peer's Result TLV says, 1 or 2. */
const told = (data: Uint8Array | undefined): number | undefined => (data?.[4] === 33 ? data[10] : undefined);

describe("a server of PEAP that says something else", () => {
  it("success before any inner method: refused, and EAP-Success after it is not believed", async () => {
    const server = await forPeap();
    expect(told((await server.say(success)).data)).toBe(2);
    await server.end(3);
    expect(server.outcome).toBeUndefined();
    await server.end(4);
    expect(server.outcome?.result).toBe(ERROR_MUTUAL_AUTH_FAILED);
  });

  it("success while the inner method is not done: refused", async () => {
    const server = await forPeap();
    await server.say(Uint8Array.of(1));
    // A challenge of MS-CHAPv2, whose server has to prove something yet.
    const challenge = Uint8Array.of(26, 1, 1, 0, 22, 16, ...new Uint8Array(16), 120);
    expect((await server.say(challenge)).data?.[0]).toBe(26);
    expect(told((await server.say(success)).data)).toBe(2);
    await server.end(3);
    expect(server.outcome).toBeUndefined();
  });

  it("EAP-Success in the middle is not believed; the session goes on", async () => {
    const server = await forPeap();
    await server.say(Uint8Array.of(1));
    await server.end(3);
    expect(server.outcome).toBeUndefined();
    expect((await server.say(Uint8Array.of(6, ...text("Password:")))).data?.[0]).toBe(6);
    expect(told((await server.say(success)).data)).toBe(1);
    await server.end(3);
    expect(server.outcome?.result).toBe(0);
  });

  async function afterToken(options: Partial<PeapOptions>) {
    const server = await forPeap(options);
    await server.say(Uint8Array.of(1));
    await server.say(Uint8Array.of(6, ...text("Password:")));
    return server;
  }

  it.each([
    ["no Cryptobinding, which is required", 824, "required", encodePeapTlvs({ result: "success" })],
    [
      "a Cryptobinding with a wrong MAC",
      823,
      "optional",
      encodePeapTlvs({ result: "success", cryptoBinding: wrongBinding }),
    ],
    [
      "a Cryptobinding that is a response",
      823,
      "optional",
      encodePeapTlvs({ result: "success", cryptoBinding: { ...wrongBinding, subType: "response" } }),
    ],
    ["a TLV that must be understood and is not", 691, "optional", fromHex("800300020001800700020000")],
    ["two Results", 691, "optional", fromHex("800300020001800300020001")],
    ["a Result of 0", 691, "optional", fromHex("800300020000")],
    ["no TLVs", 691, "optional", nothing],
  ] as const)("%s: refused with %i", async (_, code, cryptoBinding, tlvs) => {
    const server = await afterToken({ cryptoBinding });
    expect(told((await server.say(request(tlvs))).data)).toBe(2);
    await server.end(3);
    expect(server.outcome).toBeUndefined();
    await server.end(4);
    expect(server.outcome?.result).toBe(code);
  });

  it("more after the results is refused", async () => {
    const server = await afterToken({});
    expect(told((await server.say(success)).data)).toBe(1);
    await server.say(Uint8Array.of(6, ...text("Once more:")));
    await server.end(3);
    expect(server.outcome).toBeUndefined();
  });

  it.each([
    ["one octet of no type", Uint8Array.of(200)],
    ["an expanded type cut short", Uint8Array.of(254, 0, 0)],
    ["a tunnel inside the tunnel", Uint8Array.of(25, 0x20)],
    ["MS-CHAPv2 that is none", Uint8Array.of(26, 1, 1, 0, 200)],
  ])("inner garbage, %s: the peer lives, and believes no success", async (_, said) => {
    const server = await forPeap();
    await server.say(Uint8Array.of(1));
    await server.say(said);
    await server.end(3);
    expect(server.outcome).toBeUndefined();
    await server.end(4);
    expect(server.outcome?.result).not.toBe(0);
  });

  it("a server whose certificate is not trusted learns nothing", async () => {
    const methods = [genericTokenCard()];
    const run = await login({
      authenticator: peap({
        server: { credentials: peapCredentials({ identity: identityOf("client-other") }), provider },
        methods,
      }),
      peer: peap({ client, methods }),
    });
    expect(run.authenticator?.result).not.toBe(0);
    expect(run.peer?.result).not.toBe(0);
    expect(run.peer?.result).not.toBe(691);
  });

  it("a client that would trust anybody must say so", () => {
    expect(() => peap({ client: { engine: client.engine } })).toThrow(TypeError);
    expect(() => ttls({ client: { engine: client.engine } })).toThrow(TypeError);
  });
});

describe("a server of TTLS that says something else", () => {
  function forTtls(options: Partial<TtlsClientOptions> = {}) {
    const method = ttls({ client: { ...client, ...options }, methods: [md5Challenge()] });
    return ScriptedServer.connect(method, ttlsCredentials({ maxVersion }));
  }

  it("MS-CHAPv2 without the proof that it knows the password, too: no success", async () => {
    const { server, first } = await forTtls();
    expect(first.data?.length).toBeGreaterThan(50);
    await server.end(3);
    expect(server.outcome).toBeUndefined();
    const proof = Uint8Array.of(0, ...text(`S=${"0".repeat(40)}`));
    const avp = { code: 26, vendorId: 311, mandatory: true, data: proof };
    await server.say(encodeAvps([avp]));
    await server.end(3);
    expect(server.outcome).toBeUndefined();
    await server.end(4);
    expect(server.outcome?.result).toBe(ERROR_MUTUAL_AUTH_FAILED);
  });

  it("MS-CHAP-Error: its code, after the acknowledgement", async () => {
    const { server } = await forTtls();
    const error = Uint8Array.of(0, ...text(`E=648 R=0 C=${"0".repeat(32)} V=3 M=no`));
    await server.say(encodeAvps([{ code: 2, vendorId: 311, mandatory: true, data: error }]));
    await server.end(4);
    expect(server.outcome?.result).toBe(648);
  });

  it("EAP inside: success before the inner method had its say is none", async () => {
    const { server } = await forTtls({ protocol: "eap" });
    await server.end(3);
    expect(server.outcome).toBeUndefined();
  });

  it.each([
    ["octets that are no AVPs", text("hello!!!")],
    ["an AVP whose length lies", fromHex("0000004f40ffffff01020304")],
    ["an EAP-Message that is none", encodeAvps([standardAvp(79, text("hello"))])],
    ["no EAP-Message", encodeAvps([standardAvp(18, text("hello"))])],
    [
      "an AVP that must be understood and is not",
      encodeAvps([{ code: 9_999, vendorId: 0, mandatory: true, data: nothing }]),
    ],
  ])("%s: the peer lives, and believes no success", async (_, said) => {
    const { server } = await forTtls({ protocol: "eap" });
    await server.say(said);
    await server.end(3);
    expect(server.outcome).toBeUndefined();
    await server.end(4);
    expect(server.outcome?.result).not.toBe(0);
  });
});

describe("bits that flip on the way", () => {
  it.each(["peap", "ttls"] as const)(
    "%s: whatever octet of the session changes, nobody is admitted by it, and both hosts live",
    async (name) => {
      const accounts = new PasswordBook({ alice: "wonderland" });
      const methods = [msChapV2({ accounts, retries: 0 })];
      const sides =
        name === "peap"
          ? {
              authenticator: peap({
                server: { credentials: peapCredentials() },
                methods,
                cryptoBinding: "required",
              }),
              peer: peap({ client: { ...client, resume: false }, methods, cryptoBinding: "required" }),
            }
          : {
              authenticator: ttls({ server: { credentials: ttlsCredentials(), msChap2: accounts } }),
              peer: ttls({ client: { ...client, resume: false } }),
            };
      const whole = await login(sides);
      const packets = whole.packets.length;
      for (let index = 2; index < packets - 1; index += 1) {
        const length = ((whole.packets[index]?.length ?? 0) - 2) / 2;
        for (const at of [4, 5, 6, 10, Math.floor(length / 2), length - 1]) {
          if (at >= length) continue;
          const run = await login({
            ...sides,
            line: (packet, _to, number) => {
              if (number !== index) return packet;
              const changed = packet.slice();
              changed[Math.min(at, changed.length - 1)] =
                (changed[Math.min(at, changed.length - 1)] ?? 0) ^ 0x41;
              return changed;
            },
          });
          // Both or none: flags that nobody reads may have changed.
          const both = [run.authenticator?.result === 0, run.peer?.result === 0];
          expect({ index, at, both: both[0] === both[1] }).toEqual({ index, at, both: true });
        }
      }
    },
    60_000,
  );
});
