import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  type Account,
  changePasswordMsChap2,
  clearPassword,
  decoyFor,
  ntHashPassword,
  settingsAccounts,
  verifyChap,
  verifyMsChap,
  verifyMsChap2,
  verifyPap,
} from "../src/index.ts";
import { alice, aliceByNtHash, aliceByScrypt, bytes } from "./accounts.ts";

/** Every call of a primitive, with the blocks of 64 octets that its arguments take together. */
const calls = vi.hoisted((): string[] => []);

// The primitives stay as they are; only that they were called is written down.
vi.mock("@sallyport/crypto", async (importOriginal) => {
  const actual: Record<string, unknown> = await importOriginal();
  const watched = Object.entries(actual).map(([name, value]) => {
    if (typeof value !== "function" || /^[A-Z]/.test(name)) return [name, value];
    const call = (...args: { length: number }[]) => {
      const length = args.reduce((sum, { length }) => sum + length, 0);
      calls.push(`${name} ${Math.ceil((length + 9) / 64)}`);
      return value(...args);
    };
    return [name, call];
  });
  return Object.fromEntries(watched);
});

function work(verify: () => unknown): string[] {
  calls.length = 0;
  verify();
  return [...calls];
}

const byOtherHash: Account = { ...alice(), password: ntHashPassword(new Uint8Array(16)) };
const notText = alice({ password: Uint8Array.of(0xff) });
const disabled = alice({ enabled: false });
const everybody = { alice: alice(), aliceByNtHash, aliceByScrypt, byOtherHash, notText, disabled };

describe("the work of a refusal is that of an unknown user", () => {
  beforeEach(() => {
    calls.length = 0;
  });

  it.each(Object.entries(everybody))("CHAP, %s", (_, account) => {
    const answer = { identifier: 1, challenge: new Uint8Array(16), response: new Uint8Array(16) };
    const unknown = work(() => verifyChap(undefined, answer));
    expect(unknown).toEqual(["md5 1", "constantTimeEqual 1"]);
    expect(work(() => expect(verifyChap(account, answer, { now: 0 }).kind).toBe("refused"))).toEqual(unknown);
  });

  it.each(Object.entries(everybody))("MS-CHAP, %s", (_, account) => {
    const answer = { challenge: new Uint8Array(8), ntResponse: new Uint8Array(24), useNtResponse: true };
    const unknown = work(() => verifyMsChap(undefined, answer));
    expect(unknown).toEqual(["challengeResponse 1", "constantTimeEqual 1"]);
    expect(work(() => expect(verifyMsChap(account, answer, { now: 0 }).kind).toBe("refused"))).toEqual(
      unknown,
    );
  });

  it.each(Object.entries(everybody))("MS-CHAPv2, %s", (_, account) => {
    const answer = {
      userName: "alice",
      authenticatorChallenge: new Uint8Array(16),
      peerChallenge: new Uint8Array(16),
      ntResponse: new Uint8Array(24),
    };
    const unknown = work(() => verifyMsChap2(undefined, answer));
    expect(unknown).toEqual(["challengeHash 1", "challengeResponse 1", "constantTimeEqual 1"]);
    expect(work(() => expect(verifyMsChap2(account, answer, { now: 0 }).kind).toBe("refused"))).toEqual(
      unknown,
    );
  });

  it.each(Object.entries(everybody))("change of password, %s", (_, account) => {
    const request = {
      userName: "alice",
      authenticatorChallenge: new Uint8Array(16),
      peerChallenge: new Uint8Array(16),
      ntResponse: new Uint8Array(24),
      encryptedPassword: new Uint8Array(516),
      encryptedHash: new Uint8Array(16),
    };
    const unknown = work(() => changePasswordMsChap2(undefined, request));
    expect(unknown.filter((call) => call.startsWith("desEncrypt"))).toHaveLength(2);
    expect(unknown).toContain("rc4 9");
    expect(
      work(() => expect(changePasswordMsChap2(account, request, { now: 0 }).kind).toBe("refused")),
    ).toEqual(unknown);
  });

  it("PAP, in a source that has NT hashes, whichever form the account has", () => {
    const { decoy } = settingsAccounts([
      { name: "alice", password: "wonderland" },
      { name: "bob", password: byOtherHash.password },
    ]);
    const given = bytes("a guess");
    const unknown = work(() => verifyPap(undefined, given, { decoy }));
    expect(unknown).toEqual(["ntHash 1", "constantTimeEqual 1"]);
    for (const account of [alice(), aliceByNtHash, byOtherHash, disabled]) {
      expect(work(() => verifyPap(account, given, { decoy, now: 0 }))).toEqual(unknown);
    }
  });

  it("PAP, in a source that keeps all passwords in clear, needs no hash", () => {
    const decoy = decoyFor([clearPassword("wonderland")]);
    for (const account of [undefined, alice(), disabled]) {
      expect(work(() => verifyPap(account, bytes("a guess"), { decoy }))).toEqual([]);
    }
  });
});
