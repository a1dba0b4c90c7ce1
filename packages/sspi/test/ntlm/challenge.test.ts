import { describe, expect, it } from "vitest";
import { SEC_E_INVALID_TOKEN, SEC_I_CONTINUE_NEEDED } from "../../src/index.ts";
import { decodeAvPairs, findAvPair } from "../../src/packages/ntlm/wire/av-pairs.ts";
import { decodeChallengeMessage } from "../../src/packages/ntlm/wire/challenge-message.ts";
import { newMessage, readUint32, writeUint32 } from "../../src/packages/ntlm/wire/payload.ts";
import { decodeUtf16 } from "../../src/packages/ntlm/wire/text.ts";
import { captureOf } from "./captures.ts";
import { accountsOf, alice, bench, fromHex, hex } from "./ntlm-harness.ts";
import { responseWithoutMic } from "./old-client.ts";

/** What a server answers to a first message with these flags. */
async function challengeFor(flags: number, options: Parameters<typeof bench>[0] = {}, length = 40) {
  const { server } = await bench(options).open();
  const negotiate = newMessage(1, length);
  writeUint32(negotiate, 12, flags);
  const { token, status } = await server.step(negotiate);
  expect(status).toBe(SEC_I_CONTINUE_NEEDED);
  return decodeChallengeMessage(token);
}

describe("NTLM-10 the server's challenge", () => {
  it("NTLM-10 SSPI-105 8 bytes of the provider's random numbers, others for each context", async () => {
    const test = bench();
    const challenges = new Set<string>();
    for (let index = 0; index < 5; index += 1) {
      const { server } = await test.open();
      const { token } = await server.step(fromHex(captureOf("sign+seal").negotiate));
      challenges.add(hex(decodeChallengeMessage(token).serverChallenge));
    }
    expect(challenges.size).toBe(5);
    const again = await bench().open();
    const { token } = await again.server.step(fromHex(captureOf("sign+seal").negotiate));
    expect([...challenges][0]).toBe(hex(decodeChallengeMessage(token).serverChallenge));
  });
});

describe("NTLM-11 target information", () => {
  const names = {
    computer: "WEB1",
    domain: "CORP",
    dnsComputer: "web1.corp.example",
    dnsDomain: "corp.example",
  };

  it("NTLM-11 names, time and end; the tree where there is one", async () => {
    const server = { ...names, dnsTree: "example", kind: "domain" } as const;
    const { targetInfo, flags, targetName } = await challengeFor(0xe2088235, { server });
    const pairs = decodeAvPairs(targetInfo ?? new Uint8Array(0));
    expect(pairs.map(({ id, value }) => [id, id === 7 ? value.length : decodeUtf16(value)])).toEqual([
      [2, "CORP"],
      [1, "WEB1"],
      [4, "corp.example"],
      [3, "web1.corp.example"],
      [5, "example"],
      [7, 8],
    ]);
    expect(flags & 0x00830000).toBe(0x00810000);
    expect(targetName).toBe("CORP");
  });

  it("NTLM-11 a server of its own: TARGET_TYPE_SERVER, its own name, defaults without asking the machine", async () => {
    const { targetInfo, flags, targetName } = await challengeFor(0xe2088235);
    const pairs = decodeAvPairs(targetInfo ?? new Uint8Array(0));
    expect(pairs.map(({ id }) => id)).toEqual([2, 1, 4, 3, 7]);
    expect(flags & 0x00830000).toBe(0x00820000);
    expect(targetName).toBe("SALLYPORT");
    const time = findAvPair(pairs, 7) ?? new Uint8Array(8);
    expect((readUint32(time, 0) + readUint32(time, 4) * 2 ** 32) / 10_000 - 11_644_473_600_000).toBe(
      Date.UTC(2026, 0, 1),
    );
  });
});

describe("NTLM-12 the flags that are answered", () => {
  it.each([
    ["everything", 0xffffffff, 0xe28a8235 | 0x00100000],
    ["curl's offer, OEM only", 0x00088206, 0x008a8206],
    ["UNICODE and OEM", 0x00088207, 0x008a8205],
    ["no target asked for", 0x00088201, 0x008a8201],
  ])("NTLM-12 %s", async (_title, offered, answered) => {
    const { flags } = await challengeFor(offered);
    expect(flags.toString(16)).toBe((answered >>> 0).toString(16));
  });

  it("NTLM-02 NTLM-04 NTLM-12 curl's 32 bytes are answered with a target name of one byte a letter", async () => {
    const { server } = await bench().open();
    const { token } = await server.step(
      fromHex("4e544c4d53535000010000000682080000000000000000000000000000000000"),
    );
    expect(new TextDecoder("latin1").decode(token.subarray(56, 65))).toBe("SALLYPORT");
    expect(
      decodeUtf16(findAvPair(decodeAvPairs(decodeChallengeMessage(token).targetInfo ?? token), 1) ?? token),
    ).toBe("SALLYPORT");
  });

  it.each([
    ["no extended session security", 0x00008205],
    ["neither UNICODE nor OEM", 0x00088204],
  ])("NTLM-12 %s is refused, unless allowed, and then nothing is protected", async (_title, offered) => {
    const { server } = await bench().open();
    const negotiate = newMessage(1, 16);
    writeUint32(negotiate, 12, offered);
    await expect(server.step(negotiate)).rejects.toMatchObject({ code: SEC_E_INVALID_TOKEN });
    const { flags } = await challengeFor(offered | 0x60000030, { allowLegacy: true }, 16);
    expect(flags & (offered & 0x00080000 ? 0 : 0x40000030)).toBe(0);
  });
});

describe("NTLM-12 old clients to the end", () => {
  it("NTLM-12 without extended session security: NTLMv2 all the same, and nothing is protected", async () => {
    const { server } = await bench({ allowLegacy: true }).open();
    const negotiate = newMessage(1, 16);
    writeUint32(negotiate, 12, 0x60008235);
    const { token } = await server.step(negotiate);
    const { established } = await server.step(responseWithoutMic(token, { flags: 0x60808235 }));
    expect([established, server.features]).toEqual([true, []]);
    expect(() => server.sign(new Uint8Array(1))).toThrow("SEC_E_QOP_NOT_SUPPORTED");
    expect(server.identity()?.name).toBe("TESTDOM\\alice");
  });

  it("NTLM-04 NTLM-12 OEM only: names of one byte a letter, proved in UTF-16", async () => {
    const accounts = accountsOf({ ...alice, name: "jürg" });
    const { server } = await bench({ accounts }).open();
    const { token } = await server.step(
      fromHex("4e544c4d53535000010000000682080000000000000000000000000000000000"),
    );
    const names = {
      user: "jürg",
      text: (word: string) => Uint8Array.from(word, (letter) => letter.charCodeAt(0)),
    };
    const { established } = await server.step(responseWithoutMic(token, { ...names, flags: 0x00888206 }));
    expect([established, server.identity()?.name]).toEqual([true, "TESTDOM\\jürg"]);
  });
});
