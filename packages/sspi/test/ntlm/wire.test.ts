import { describe, expect, it } from "vitest";
import {
  decodeAuthenticateMessage,
  encodeAuthenticateMessage,
} from "../../src/packages/ntlm/wire/authenticate-message.ts";
import { decodeAvPairs, encodeAvPairs, MsvAvNbDomainName } from "../../src/packages/ntlm/wire/av-pairs.ts";
import {
  decodeChallengeMessage,
  encodeChallengeMessage,
} from "../../src/packages/ntlm/wire/challenge-message.ts";
import {
  decodeNegotiateMessage,
  encodeNegotiateMessage,
} from "../../src/packages/ntlm/wire/negotiate-message.ts";
import { NtlmFormatError } from "../../src/packages/ntlm/wire/ntlm-format-error.ts";
import { decodeNtlmv2Response } from "../../src/packages/ntlm/wire/ntlmv2-response.ts";
import { isNtlmMessage, newMessage, writeField, writeUint32 } from "../../src/packages/ntlm/wire/payload.ts";
import { decodeUtf16, encodeUtf16 } from "../../src/packages/ntlm/wire/text.ts";
import { captureOf, captures, common, ntlmv1, ntlmv1Extended, ntlmv2, opened } from "./captures.ts";
import { fromHex, hex } from "./ntlm-harness.ts";

/** What a decoder says of bytes: "ok", or the reason and the offset of its refusal. */
function verdict(decode: (bytes: Uint8Array) => unknown, bytes: Uint8Array): string {
  try {
    decode(bytes);
    return "ok";
  } catch (error) {
    if (error instanceof NtlmFormatError) return `${error.reason} ${error.offset}`;
    throw error;
  }
}

describe("NTLM-01 the three messages", () => {
  it.each(captures)("$label", (capture) => {
    const { authenticate, challenge } = opened(capture);
    expect(decodeNegotiateMessage(fromHex(capture.negotiate)).flags & 0x00080000).not.toBe(0);
    expect(authenticate.flags.toString(16)).toBe(capture.flags);
    expect([authenticate.user, authenticate.domain, authenticate.workstation]).toEqual([
      capture.user,
      capture.domain,
      capture.workstation,
    ]);
    expect(authenticate.lmResponse.every((byte) => byte === 0)).toBe(capture.lmIsZero);
    expect(
      decodeNtlmv2Response(authenticate.ntResponse)
        .pairs.map(({ id }) => id)
        .sort((a, b) => a - b),
    ).toEqual(capture.avIds);
    expect(decodeAvPairs(challenge.targetInfo ?? new Uint8Array(0)).length).toBeGreaterThan(3);
  });

  it("NTLM-01 MS-NLMP 4.2: names and flags of all messages", () => {
    for (const group of [ntlmv1, ntlmv2]) {
      const challenge = decodeChallengeMessage(fromHex(group.CHALLENGE_MESSAGE));
      expect(hex(challenge.serverChallenge)).toBe(common.serverChallenge);
      expect(challenge.targetName).toBe(common.serverName);
      const authenticate = decodeAuthenticateMessage(fromHex(group.AUTHENTICATE_MESSAGE));
      expect([authenticate.domain, authenticate.user, authenticate.workstation]).toEqual([
        common.userDomain,
        common.user,
        common.workstation,
      ]);
      expect(hex(authenticate.encryptedSessionKey)).toBe(group.EncryptedRandomSessionKey);
    }
    expect(hex(decodeAuthenticateMessage(fromHex(ntlmv2.AUTHENTICATE_MESSAGE)).lmResponse)).toBe(
      ntlmv2.LmChallengeResponse,
    );
    expect(
      hex(decodeChallengeMessage(fromHex(ntlmv2.CHALLENGE_MESSAGE)).targetInfo ?? new Uint8Array(0)),
    ).toBe(ntlmv2.targetInfo);
    expect(decodeChallengeMessage(fromHex(ntlmv1.CHALLENGE_MESSAGE)).targetInfo).toBeUndefined();
    expect(ntlmv1Extended.flags).toBe("820a8233");
  });

  it("NTLM-01 every truncation is refused with its offset, or loses nothing that counts", () => {
    const { negotiate, challenge, authenticate } = captureOf("sign+seal+channel-bindings");
    const decoders = [decodeNegotiateMessage, decodeChallengeMessage, decodeAuthenticateMessage] as const;
    for (const [index, text] of [negotiate, challenge, authenticate].entries()) {
      const whole = fromHex(text);
      const decode = decoders[index] as (bytes: Uint8Array) => unknown;
      for (let length = 0; length < whole.length; length += 1) {
        const said = verdict(decode, whole.subarray(0, length));
        if (said === "ok") expect(decode(whole.subarray(0, length))).toEqual(decode(whole));
        else expect(said).toMatch(/^(truncated|out-of-bounds) \d+$/);
      }
      expect(verdict(decode, whole)).toBe("ok");
    }
  });

  it("NTLM-01 offsets and lengths are checked; fields may overlap and lie in any order", () => {
    const message = newMessage(3, 64 + 10);
    writeUint32(message, 60, 0x00080201);
    const user = encodeUtf16("alice");
    writeField(message, 28, 64, user);
    writeField(message, 36, 64, user); // the same bytes
    const read = decodeAuthenticateMessage(message);
    expect([read.user, read.domain]).toEqual(["alice", "alice"]);
    const at = (offset: number, value: number): Uint8Array => {
      const copy = message.slice();
      writeUint32(copy, offset, value);
      return copy;
    };
    expect(verdict(decodeAuthenticateMessage, at(40, 65))).toBe("out-of-bounds 36");
    expect(verdict(decodeAuthenticateMessage, at(40, 63))).toBe("out-of-bounds 36"); // over the fixed part
    expect(verdict(decodeAuthenticateMessage, at(40, 0xffffffff))).toBe("out-of-bounds 36");
    expect(verdict(decodeAuthenticateMessage, at(36, 0xffff))).toBe("out-of-bounds 36");
    expect(verdict(decodeAuthenticateMessage, at(36, 9))).toBe("bad-length 36");
    expect(verdict(decodeAuthenticateMessage, at(0, 0))).toBe("bad-signature 0");
    expect(verdict(decodeAuthenticateMessage, at(8, 2))).toBe("bad-type 8");
    expect(verdict(decodeNegotiateMessage, message)).toBe("bad-type 8");
  });

  it("NTLM-01 what is written is read again, and begins with the signature", () => {
    const version = Uint8Array.of(10, 0, 0, 0, 0, 0, 0, 15);
    const negotiate = encodeNegotiateMessage(0xe2088297, version);
    expect(isNtlmMessage(negotiate)).toBe(true);
    expect(isNtlmMessage(negotiate.subarray(1))).toBe(false);
    expect(decodeNegotiateMessage(negotiate)).toEqual({ flags: 0xe2088297, domain: "", workstation: "" });
    const targetInfo = encodeAvPairs([{ id: MsvAvNbDomainName, value: encodeUtf16("CORP") }]);
    const challenge = {
      flags: 0xe28a8215,
      serverChallenge: new Uint8Array(8).fill(7),
      targetName: "CORP",
      targetInfo,
    };
    expect(decodeChallengeMessage(encodeChallengeMessage({ ...challenge, version }))).toEqual(challenge);
    const content = {
      flags: 0xe2888215,
      lmResponse: new Uint8Array(24),
      ntResponse: new Uint8Array(60).fill(3),
      domain: "CORP",
      user: "älice",
      workstation: "",
      encryptedSessionKey: new Uint8Array(16).fill(9),
    };
    expect(decodeAuthenticateMessage(encodeAuthenticateMessage({ ...content, version }))).toEqual({
      ...content,
      micOffset: 72,
    });
  });
});

describe("NTLM-02 short NEGOTIATE messages", () => {
  const curl = "4e544c4d5353500001000000068208000000000000000000000000000000000000000000";

  it("NTLM-02 32 bytes without version, as curl and impacket send it", () => {
    expect(decodeNegotiateMessage(fromHex(curl.slice(0, 64)))).toEqual({
      flags: 0x00088206,
      domain: "",
      workstation: "",
    });
  });

  it("NTLM-02 16 bytes without any field; nothing between 16 and 32", () => {
    expect(decodeNegotiateMessage(fromHex(curl.slice(0, 32))).flags).toBe(0x00088206);
    for (let length = 17; length < 32; length += 1) {
      expect(verdict(decodeNegotiateMessage, fromHex(curl.slice(0, 2 * length)))).toBe(`truncated ${length}`);
    }
    expect(verdict(decodeNegotiateMessage, fromHex(curl.slice(0, 30)))).toBe("truncated 15");
  });

  it("NTLM-02 names count only where the flags say that they are supplied", () => {
    const message = newMessage(1, 40);
    writeUint32(message, 12, 0x00083206);
    writeField(message, 16, 32, new TextEncoder().encode("DOM"));
    writeField(message, 24, 35, new TextEncoder().encode("HOST"));
    expect(decodeNegotiateMessage(message)).toEqual({
      flags: 0x00083206,
      domain: "DOM",
      workstation: "HOST",
    });
    writeUint32(message, 28, 37);
    expect(verdict(decodeNegotiateMessage, message)).toBe("out-of-bounds 24");
    writeUint32(message, 12, 0x00080206);
    expect(decodeNegotiateMessage(message)).toEqual({ flags: 0x00080206, domain: "", workstation: "" });
  });
});

it.each([
  [64, undefined],
  [72, undefined],
  [80, 64],
  [88, 72],
  [79, undefined],
  [87, 64],
  [120, 72],
])("NTLM-03 a payload that begins at %d has its MIC at %s", (start, offset) => {
  const message = newMessage(3, start + 12);
  writeUint32(message, 60, 0x00080201);
  writeUint32(message, 16, 64); // an empty field lies nowhere
  writeField(message, 36, start, encodeUtf16("bob"));
  writeField(message, 20, start + 6, encodeUtf16("tom"));
  expect(decodeAuthenticateMessage(message).micOffset).toBe(offset);
});

it("NTLM-04 strings are UTF-16LE with UNICODE, else Latin-1; half a character is none", () => {
  const message = newMessage(3, 64 + 4);
  writeField(message, 36, 64, Uint8Array.of(0x6a, 0xfc, 0x72, 0x67));
  expect(decodeAuthenticateMessage(message).user).toBe("jürg");
  writeUint32(message, 60, 1);
  expect(decodeAuthenticateMessage(message).user).toBe("\ufc6a\u6772");
  expect(decodeUtf16(encodeUtf16("a\ud800😀"))).toBe("a\ud800😀");
  const challenge = encodeChallengeMessage({
    flags: 0x00820002,
    serverChallenge: new Uint8Array(8),
    targetName: "JÜRG€",
    targetInfo: new Uint8Array(4),
    version: new Uint8Array(8),
  });
  expect(hex(challenge.subarray(56, 61))).toBe("4adc52473f");
  expect(decodeChallengeMessage(challenge).targetName).toBe("JÜRG?");
});

describe("NTLM-11 AV pairs", () => {
  const list = encodeAvPairs([
    { id: 7, value: new Uint8Array(8) },
    { id: 99, value: Uint8Array.of(1) },
  ]);

  it("NTLM-11 a list ends with its end; what is behind does not belong to it", () => {
    expect(decodeAvPairs(Uint8Array.of(...list, 1, 2, 3)).map(({ id }) => id)).toEqual([7, 99]);
    expect(decodeAvPairs(new Uint8Array(4))).toEqual([]);
  });

  it.each([
    ["no end", list.subarray(0, -4), "no-end 117"],
    ["a length beyond the list", list.subarray(0, 10), "truncated 102"],
    ["a timestamp of another length", Uint8Array.of(7, 0, 1, 0, 1, 0, 0, 0, 0), "bad-length 102"],
    ["channel bindings of another length", Uint8Array.of(10, 0, 1, 0, 1, 0, 0, 0, 0), "bad-length 102"],
    ["a name of three bytes", Uint8Array.of(9, 0, 3, 0, 1, 2, 3, 0, 0, 0, 0), "bad-length 102"],
    ["an end with a value", Uint8Array.of(0, 0, 1, 0, 1), "bad-length 102"],
    ["nothing", new Uint8Array(0), "no-end 100"],
    [
      "64 KiB of empty pairs",
      new Uint8Array(65_532).map((_, at) => (at % 4 === 0 ? 20 : 0)),
      "too-many-pairs 356",
    ],
  ])("NTLM-11 %s", (_title, bytes, said) => {
    expect(verdict((given) => decodeAvPairs(given, 100), bytes)).toBe(said);
  });

  it("NTLM-20 a response that is too short, or of another version, is refused", () => {
    const whole = new Uint8Array(48);
    whole[16] = 1;
    whole[17] = 1;
    expect(verdict(decodeNtlmv2Response, whole)).toBe("ok");
    expect(verdict(decodeNtlmv2Response, whole.subarray(0, 47))).toBe("truncated 47");
    expect(verdict(decodeNtlmv2Response, whole.with(16, 2))).toBe("bad-type 16");
    expect(verdict(decodeNtlmv2Response, whole.with(17, 2))).toBe("bad-type 16");
  });
});
