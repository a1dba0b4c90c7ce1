import { challengeResponse, ntHash, Secret } from "@sallyport/crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Account, type MsChapAnswer, verifyMsChap } from "../src/index.ts";
import { alice, aliceByNtHash, aliceByScrypt, fromHex, hex, withBitFlipped } from "./accounts.ts";
import vectors from "./vectors/ms-chap.json" with { type: "json" };

const { rfc2433, rfc2759 } = vectors.groups;
const challenge = fromHex(rfc2433.challenge);

const answered = (password: string): MsChapAnswer => ({
  challenge,
  ntResponse: challengeResponse(challenge, ntHash(password)),
  useNtResponse: true,
});

const example: MsChapAnswer = { challenge, ntResponse: fromHex(rfc2433.ntResponse), useNtResponse: true };
const wrong = { kind: "refused", reason: "wrong-password" };

describe("verifyMsChap", () => {
  it.each([
    ["in clear", { password: rfc2433.password }],
    ["as NT hash", { passwordHash: `nt:${rfc2433.ntHash}` }],
  ])("RFC 2433 appendix B.2: verified with the password %s", (_, settings) => {
    const account = alice(settings);
    const outcome = verifyMsChap(account, example);
    expect(outcome.kind === "verified" && outcome.account).toBe(account);
  });

  it("gives the hash of the NT hash as key", () => {
    const outcome = verifyMsChap(alice({ password: rfc2759.password }), answered(rfc2759.password));
    expect(outcome.kind === "verified" && hex(outcome.ntKey.reveal())).toBe(rfc2759.ntHashHash);
    expect(JSON.stringify(outcome)).not.toContain("65,192");
  });

  it("verifies exactly what was computed with the password and the challenge", () => {
    const passwords = fc.string({ unit: "grapheme", minLength: 1 });
    fc.assert(
      fc.property(passwords, passwords, fc.nat(191), (right, given, bit) => {
        const account = alice({ password: right });
        const answer = answered(right);
        expect(verifyMsChap(account, answer).kind).toBe("verified");
        expect(verifyMsChap(account, answered(given)).kind).toBe(right === given ? "verified" : "refused");
        expect(
          verifyMsChap(account, { ...answer, ntResponse: withBitFlipped(answer.ntResponse, bit) }),
        ).toEqual(wrong);
        expect(verifyMsChap(account, { ...answer, challenge: withBitFlipped(challenge, bit) })).toEqual(
          wrong,
        );
      }),
    );
  });

  it("refuses LAN Manager to everybody, right NT response or not", () => {
    for (const account of [alice({ password: rfc2433.password }), aliceByScrypt, undefined]) {
      expect(verifyMsChap(account, { ...example, useNtResponse: false })).toEqual({
        kind: "refused",
        reason: "lan-manager",
      });
    }
  });

  it("refuses everybody an account that does not exist", () => {
    for (const password of ["wonderland", "decoy", ""]) {
      expect(verifyMsChap(undefined, answered(password))).toEqual({
        kind: "refused",
        reason: "unknown-account",
      });
    }
  });

  it("says that a scrypt hash does not serve, nor a password that is no text", () => {
    for (const account of [aliceByScrypt, alice({ password: Uint8Array.of(0xff) })]) {
      for (const password of ["wonderland", "decoy", "\ufffd"]) {
        expect(verifyMsChap(account, answered(password))).toEqual({
          kind: "refused",
          reason: "password-form",
          form: account.password.form,
          protocol: "MS-CHAP",
        });
      }
    }
  });

  it("never verifies the hash of the empty password, which other sources might give", () => {
    const open: Account = { ...alice(), password: { form: "nt-hash", ntHash: new Secret(ntHash("")) } };
    expect(verifyMsChap(open, answered(""))).toEqual(wrong);
  });

  it("tells a restriction only to who knows the password", () => {
    const expired: Account = { ...aliceByNtHash, passwordExpires: new Date(0) };
    expect(verifyMsChap(expired, answered("wonderland"), { now: 0 })).toEqual({
      kind: "refused",
      reason: "password-expired",
    });
    expect(verifyMsChap(expired, answered("guess"), { now: 0 })).toEqual(wrong);
    expect(verifyMsChap(expired, answered("wonderland")).kind).toBe("verified");
  });

  it.each<[string, Partial<MsChapAnswer>]>([
    ["challenge", { challenge: new Uint8Array(0) }],
    ["challenge", { challenge: new Uint8Array(16) }],
    ["ntResponse", { ntResponse: new Uint8Array(0) }],
    ["ntResponse", { ntResponse: new Uint8Array(23) }],
    ["ntResponse", { ntResponse: new Uint8Array(49) }],
  ])("refuses an answer with a malformed %s, to known and unknown users", (field, part) => {
    for (const account of [alice(), undefined]) {
      expect(verifyMsChap(account, { ...example, ...part })).toEqual({
        kind: "refused",
        reason: "malformed",
        field,
      });
    }
  });
});
