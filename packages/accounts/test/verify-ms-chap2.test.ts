import { inspect } from "node:util";
import { challengeHash, challengeResponse, ntHash, Secret } from "@sallyport/crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Account, type MsChap2Answer, verifyMsChap2 } from "../src/index.ts";
import { alice, aliceByNtHash, aliceByScrypt, bytes, fromHex, hex, withBitFlipped } from "./accounts.ts";
import vectors from "./vectors/ms-chap.json" with { type: "json" };

const { rfc2759 } = vectors.groups;

const example: MsChap2Answer = {
  userName: rfc2759.userName,
  authenticatorChallenge: fromHex(rfc2759.authenticatorChallenge),
  peerChallenge: fromHex(rfc2759.peerChallenge),
  ntResponse: fromHex(rfc2759.ntResponse),
};

/** What a peer with this password answers to the challenges of the example. */
function answered(password: string, userName: string | Uint8Array = "alice"): MsChap2Answer {
  const challenge = challengeHash(example.peerChallenge, example.authenticatorChallenge, userName);
  return { ...example, userName, ntResponse: challengeResponse(challenge, ntHash(password)) };
}

const wrong = { kind: "refused", reason: "wrong-password" };

describe("verifyMsChap2", () => {
  it.each([
    ["in clear", { password: rfc2759.password }],
    ["as NT hash", { passwordHash: `nt:${rfc2759.ntHash}` }],
  ])("RFC 2759 section 9.2, RFC 3079 section 3.5.3: proof and key with the password %s", (_, settings) => {
    const account = alice(settings);
    const outcome = verifyMsChap2(account, example);
    if (outcome.kind !== "verified") throw new Error(outcome.reason);
    expect(outcome.account).toBe(account);
    expect(outcome.authenticatorResponse).toBe(rfc2759.authenticatorResponse);
    expect(hex(outcome.keys.send.reveal())).toBe(rfc2759.sendKey);
    expect(outcome.keys.receive.length).toBe(16);
    expect(outcome.keys.receive.equals(outcome.keys.send)).toBe(false);
  });

  it("takes the user name as text or bytes, with or without a domain", () => {
    const account = alice({ password: rfc2759.password });
    for (const userName of ["User", "BIGCO\\User", bytes("User"), bytes("BIGCO\\User")]) {
      expect(verifyMsChap2(account, { ...example, userName }).kind).toBe("verified");
    }
    for (const userName of ["user", "User@bigco", "", bytes("User\0")]) {
      expect(verifyMsChap2(account, { ...example, userName })).toEqual(wrong);
    }
  });

  it("verifies exactly what was computed with the password, both challenges and the user name", () => {
    const passwords = fc.string({ unit: "grapheme", minLength: 1 });
    fc.assert(
      fc.property(passwords, passwords, fc.nat(191), (right, given, bit) => {
        const account = alice({ password: right });
        const answer = answered(right);
        expect(verifyMsChap2(account, answer).kind).toBe("verified");
        expect(verifyMsChap2(account, answered(given)).kind).toBe(right === given ? "verified" : "refused");
        for (const field of ["authenticatorChallenge", "peerChallenge", "ntResponse"] as const) {
          const altered = { ...answer, [field]: withBitFlipped(answer[field], bit) };
          expect(verifyMsChap2(account, altered)).toEqual(wrong);
        }
      }),
    );
  });

  it("refuses everybody an account that does not exist", () => {
    for (const password of ["wonderland", "decoy", ""]) {
      expect(verifyMsChap2(undefined, answered(password))).toEqual({
        kind: "refused",
        reason: "unknown-account",
      });
    }
  });

  it("says that a scrypt hash does not serve, nor a password that is no text", () => {
    for (const account of [aliceByScrypt, alice({ password: Uint8Array.of(0xff) })]) {
      for (const password of ["wonderland", "decoy", "\ufffd"]) {
        expect(verifyMsChap2(account, answered(password))).toEqual({
          kind: "refused",
          reason: "password-form",
          form: account.password.form,
          protocol: "MS-CHAPv2",
        });
      }
    }
  });

  it("never verifies the hash of the empty password, which other sources might give", () => {
    const open: Account = { ...alice(), password: { form: "nt-hash", ntHash: new Secret(ntHash("")) } };
    expect(verifyMsChap2(open, answered(""))).toEqual(wrong);
  });

  it("tells a restriction only to who knows the password, and gives no proof with it", () => {
    const accounts: [Account, string][] = [
      [alice({ enabled: false }), "disabled"],
      [alice({ expires: new Date(0) }), "expired"],
      [alice({ logonHours: "Fr" }), "logon-hours"],
      [{ ...aliceByNtHash, passwordExpires: new Date(0) }, "password-expired"],
    ];
    for (const [account, reason] of accounts) {
      expect(verifyMsChap2(account, answered("wonderland"), { now: 0 })).toEqual({ kind: "refused", reason });
      expect(verifyMsChap2(account, answered("guess"), { now: 0 })).toEqual(wrong);
      expect(verifyMsChap2(account, answered("wonderland")).kind).toBe("verified");
    }
  });

  it("shows no key when an outcome is printed", () => {
    const outcome = verifyMsChap2(alice({ password: rfc2759.password }), example);
    const printed = inspect(outcome, { showHidden: true, depth: 9 }) + JSON.stringify(outcome);
    expect(printed).not.toContain("139, 124");
    expect(printed).not.toContain("139,124");
    expect(printed).not.toContain(rfc2759.password);
  });

  it.each<[string, Partial<MsChap2Answer>]>([
    ["authenticatorChallenge", { authenticatorChallenge: new Uint8Array(0) }],
    ["authenticatorChallenge", { authenticatorChallenge: new Uint8Array(8) }],
    ["peerChallenge", { peerChallenge: new Uint8Array(15) }],
    ["peerChallenge", { peerChallenge: new Uint8Array(17) }],
    ["ntResponse", { ntResponse: new Uint8Array(0) }],
    ["ntResponse", { ntResponse: new Uint8Array(25) }],
  ])("refuses an answer with a malformed %s, to known and unknown users", (field, part) => {
    for (const account of [alice(), undefined]) {
      expect(verifyMsChap2(account, { ...example, ...part })).toEqual({
        kind: "refused",
        reason: "malformed",
        field,
      });
    }
  });

  it("gives an outcome for bytes of any length", () => {
    const any = fc.uint8Array({ maxLength: 40 });
    fc.assert(
      fc.property(any, any, any, any, (userName, authenticatorChallenge, peerChallenge, ntResponse) => {
        const answer = { userName, authenticatorChallenge, peerChallenge, ntResponse };
        expect(verifyMsChap2(alice(), answer).kind).toBe("refused");
      }),
    );
  });
});
