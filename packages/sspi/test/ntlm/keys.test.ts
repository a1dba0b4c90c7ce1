import { createCipheriv, createHash, getHashes } from "node:crypto";
import { desEncrypt, hmacMd5, md4, md5, ntHash, Rc4, rc4 } from "@sallyport/crypto";
import { describe, expect, it } from "vitest";
import { channelBindingsHash } from "../../src/index.ts";
import { MessageDirection } from "../../src/packages/ntlm/protection/message-direction.ts";
import { directionKeys } from "../../src/packages/ntlm/protection/session-keys.ts";
import {
  lmv2Response,
  responseKey,
  responseProof,
  upperCase,
} from "../../src/packages/ntlm/response-keys.ts";
import { encodeAvPairs, findAvPair, MsvAvChannelBindings } from "../../src/packages/ntlm/wire/av-pairs.ts";
import { decodeNtlmv2Response, encodeNtlmv2Response } from "../../src/packages/ntlm/wire/ntlmv2-response.ts";
import { encodeUtf16 } from "../../src/packages/ntlm/wire/text.ts";
import spnego from "../vectors/spnego-captures.json" with { type: "json" };
import { captureOf, captures, common, ntlmv1Extended, ntlmv2, opened } from "./captures.ts";
import { fromHex, hex } from "./ntlm-harness.ts";

const serverChallenge = fromHex(common.serverChallenge);
const clientChallenge = fromHex(common.clientChallenge);
const exportedKey = fromHex(common.randomSessionKey);
const plaintext = encodeUtf16("Plaintext");

describe("NTLM-20 MS-NLMP 4.2.4", () => {
  const key = responseKey(ntHash(common.password), common.user, common.userDomain);

  it("NTLM-20 key, blob, proof", () => {
    expect(hex(key)).toBe(ntlmv2.NTOWFv2);
    const pairs = decodeNtlmv2Response(fromHex(`${"00".repeat(16)}${ntlmv2.temp}`)).pairs;
    expect(hex(encodeAvPairs(pairs))).toBe(ntlmv2.targetInfo);
    const response = encodeNtlmv2Response(fromHex(common.time), clientChallenge, pairs);
    expect(hex(response.subarray(16))).toBe(ntlmv2.temp);
    const { proof, sessionBaseKey } = responseProof(key, serverChallenge, response.subarray(16));
    expect(hex(proof)).toBe(ntlmv2.NTProofStr);
    expect(hex(sessionBaseKey)).toBe(ntlmv2.SessionBaseKey);
  });

  it("NTLM-21 the LMv2 response", () => {
    expect(hex(lmv2Response(key, serverChallenge, clientChallenge))).toBe(ntlmv2.LmChallengeResponse);
  });

  it("NTLM-25 the exported key under the session base key", () => {
    expect(hex(rc4(fromHex(ntlmv2.SessionBaseKey), exportedKey))).toBe(ntlmv2.EncryptedRandomSessionKey);
  });

  it("NTLM-40 four keys, and the sealing key of 56 and of 40 bits", () => {
    const flags = Number.parseInt(ntlmv2.flags, 16);
    const client = directionKeys(exportedKey, flags, "initiate");
    const server = directionKeys(exportedKey, flags, "accept");
    expect([client.sign, client.seal, server.sign, server.seal].map(hex)).toEqual([
      ntlmv2.ClientSignKey,
      ntlmv2.ClientSealKey,
      ntlmv2.ServerSignKey_notInSpec,
      ntlmv2.ServerSealKey_notInSpec,
    ]);
    const weaker = Number.parseInt(ntlmv1Extended.flags, 16);
    const exchanged = fromHex(ntlmv1Extended.KeyExchangeKey);
    expect(hex(directionKeys(exchanged, weaker, "initiate").seal)).toBe(ntlmv1Extended.ClientSealKey_56bit);
    expect(hex(directionKeys(exchanged, weaker, "initiate").sign)).toBe(ntlmv1Extended.ClientSignKey);
    const magic = new TextEncoder().encode("session key to client-to-server sealing key magic constant\0");
    expect(directionKeys(exchanged, 0, "initiate").seal).toEqual(md5(exchanged.subarray(0, 5), magic));
  });

  it("NTLM-41 NTLM-42 sealed text and signature, with and without key exchange", () => {
    const cases = [
      { group: ntlmv2, key: exportedKey },
      { group: ntlmv1Extended, key: fromHex(ntlmv1Extended.KeyExchangeKey) },
    ];
    for (const { group, key: sessionKey } of cases) {
      const direction = new MessageDirection(sessionKey, Number.parseInt(group.flags, 16), "initiate");
      const data = plaintext.slice();
      const signature = new Uint8Array(16);
      direction.protect([data], [data], signature);
      expect([hex(data), hex(signature)]).toEqual([group.wrapSealedData, group.wrapSignature]);
    }
  });
});

it("NTLM-20 the user is upper-cased without a locale, letter by letter; the domain is not", () => {
  expect(upperCase("straße ıſ ÿ")).toBe("STRAßE ıſ Ÿ");
  const hash = ntHash("x");
  expect(responseKey(hash, "alice", "Dom")).toEqual(responseKey(hash, "ALICE", "Dom"));
  expect(responseKey(hash, "alice", "Dom")).not.toEqual(responseKey(hash, "alice", "DOM"));
});

describe("NTLM-25 captures of gss-ntlmssp and Samba", () => {
  it.each(captures)("NTLM-20 NTLM-25 $label: proof and keys", (capture) => {
    const { authenticate, proof, sessionBaseKey } = opened(capture);
    expect(hex(proof)).toBe(hex(authenticate.ntResponse.subarray(0, 16)));
    expect(hex(sessionBaseKey)).toBe(capture.sessionBaseKey);
    expect(hex(rc4(sessionBaseKey, authenticate.encryptedSessionKey))).toBe(capture.exportedSessionKey);
  });

  it.each(captures.filter(({ mic }) => mic !== undefined))("NTLM-24 $label: MIC", (capture) => {
    const { authenticate } = opened(capture);
    const message = fromHex(capture.authenticate);
    const at = authenticate.micOffset ?? Number.NaN;
    expect(hex(message.subarray(at, at + 16))).toBe(capture.mic);
    const key = fromHex(capture.exportedSessionKey);
    const zeroed = message.map((byte, index) => (index >= at && index < at + 16 ? 0 : byte));
    expect(hex(hmacMd5(key, fromHex(capture.negotiate), fromHex(capture.challenge), zeroed))).toBe(
      capture.mic,
    );
  });

  it("NTLM-30 the channel bindings of a peer", () => {
    const capture = captureOf("sign+seal+channel-bindings");
    const { pairs } = decodeNtlmv2Response(opened(capture).authenticate.ntResponse);
    const none = new Uint8Array(0);
    const hash = channelBindingsHash({
      initiatorType: 0,
      initiator: none,
      acceptorType: 0,
      acceptor: none,
      applicationData: fromHex(capture.channelBindingApplicationData ?? ""),
    });
    expect(hex(findAvPair(pairs, MsvAvChannelBindings) ?? none)).toBe(hex(hash));
    expect(hex(hash)).toBe(capture.channelBindingAv);
  });

  it("NTLM-30 types, addresses and lengths are part of the hash", () => {
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    const bindings = {
      initiatorType: 2,
      initiator: bytes("ab"),
      acceptorType: 0x01020304,
      acceptor: bytes("c"),
      applicationData: bytes("data"),
    };
    const plain = fromHex(
      `0200000002000000${hex(bytes("ab"))}0403020101000000${hex(bytes("c"))}04000000${hex(bytes("data"))}`,
    );
    expect(channelBindingsHash(bindings)).toEqual(md5(plain));
  });

  it.each(captures.filter(({ messages }) => (messages?.length ?? 0) > 0))(
    "NTLM-41 NTLM-42 NTLM-44 $label: every message, sealed and signed, both ways",
    (capture) => {
      const key = fromHex(capture.exportedSessionKey);
      const flags = Number.parseInt(capture.flags, 16);
      for (const from of ["initiator", "acceptor"] as const) {
        const sender = from === "initiator" ? "initiate" : "accept";
        const sending = new MessageDirection(key, flags, sender);
        const receiving = new MessageDirection(key, flags, sender);
        for (const { kind, plain, token } of capture.messages?.filter(({ from_ }) => from_ === from) ?? []) {
          const data = fromHex(plain);
          const sealed = kind === "wrap" ? [data] : []; // gss_wrap seals whatever was agreed on
          const signature = new Uint8Array(16);
          sending.protect([data], sealed, signature);
          const whole = kind === "wrap" ? hex(signature) + hex(data) : hex(signature);
          expect(whole).toBe(token);
          const verdict = receiving.check([data], sealed, signature);
          expect([verdict, hex(data)]).toEqual(["right", plain]);
        }
      }
    },
  );
});

describe("NTLM-43 mechListMIC and the messages after it", () => {
  it("NTLM-43 both signatures of curl and Samba have number 0", () => {
    const group = spnego.groups["krb5-optimistic-then-ntlm"];
    const list = fromHex(group.mechTypeList);
    const key = fromHex(group.exportedSessionKey);
    for (const [sender, expected] of [
      ["initiate", group.initiatorMechListMIC],
      ["accept", group.acceptorMechListMIC],
    ] as const) {
      const signature = new Uint8Array(16);
      new MessageDirection(key, 0xe2088215, sender).protect([list], [], signature);
      expect(hex(signature)).toBe(expected);
    }
  });

  it("NTLM-43 the stream begins anew, the numbers go on", () => {
    const group = spnego.groups["ntlm-only-with-mic-and-messages"];
    const list = fromHex(group.mechTypeList);
    const key = fromHex(group.exportedSessionKey);
    for (const from of ["initiator", "acceptor"]) {
      const direction = new MessageDirection(key, 0xe2088235, from === "initiator" ? "initiate" : "accept");
      direction.protect([list], [], new Uint8Array(16));
      direction.restartStream();
      for (const { plain, token } of group.messages.filter(({ from_ }) => from_ === from)) {
        const data = fromHex(plain);
        const signature = new Uint8Array(16);
        direction.protect([data], [data], signature);
        expect(hex(signature) + hex(data)).toBe(token);
      }
    }
  });
});

describe("NTLM-45 what Node's OpenSSL lacks", () => {
  it("NTLM-45 runs on a stock Node: MD4, RC4 and DES are ours", () => {
    expect(getHashes()).not.toContain("md4");
    expect(() => createHash("md4")).toThrow();
    expect(() => createCipheriv("rc4", new Uint8Array(16), null)).toThrow();
    expect(hex(md4())).toBe("31d6cfe0d16ae931b73c59d7e0c089c0");
    expect(hex(rc4(fromHex("0102030405"), new Uint8Array(8)))).toBe("b2396305f03dc027");
    expect(hex(desEncrypt(fromHex("12695bc9b7b7f8"), fromHex("0123456789abcdef")))).toBe("85e813540f0ab405");
  });

  it("NTLM-45 one key stream, however it is cut, saved and restored", () => {
    const whole = rc4(exportedKey, new Uint8Array(100));
    let stream = new Rc4(exportedKey);
    const cut = new Uint8Array(100);
    for (let at = 0; at < 100; at += 7) {
      stream.apply(cut.subarray(at, at + 7));
      stream = Rc4.restore(stream.save());
    }
    expect(hex(cut)).toBe(hex(whole));
    expect(() => Rc4.restore(new Uint8Array(257))).toThrow(RangeError);
    expect(() => Rc4.restore(new Uint8Array(258))).toThrow("no permutation");
    stream.wipe();
    expect(stream.save().every((byte) => byte === 0)).toBe(true);
  });
});
