import { createHash } from "node:crypto";
import { Secret } from "@sallyport/crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Account, type ChapAnswer, verifyChap } from "../src/index.ts";
import { alice, aliceByNtHash, aliceByScrypt, bytes, fromHex, withBitFlipped } from "./accounts.ts";
import vectors from "./vectors/ms-chap.json" with { type: "json" };

const example = vectors.groups.chap;
const challenge = fromHex(example.challenge);

/** What a peer answers, computed by OpenSSL. */
function answered(password: string | Uint8Array, identifier = 7): ChapAnswer {
  const response = createHash("md5").update(Uint8Array.of(identifier)).update(password).update(challenge);
  return { identifier, challenge, response: Uint8Array.from(response.digest()) };
}

describe("verifyChap", () => {
  it("RFC 2865 section 7.2: flopsy logs on", () => {
    const flopsy = alice({ name: "alice", password: example.password });
    const response = fromHex(example.response);
    const outcome = verifyChap(flopsy, { identifier: example.identifier, challenge, response });
    expect(outcome.kind === "verified" && outcome.account).toBe(flopsy);
  });

  it("verifies exactly what was computed with the password, the identifier and the challenge", () => {
    const passwords = fc.uint8Array({ minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(passwords, passwords, fc.nat(255), fc.nat(127), (right, given, identifier, bit) => {
        const account = alice({ password: right });
        const answer = answered(right, identifier);
        const wrong = { kind: "refused", reason: "wrong-password" };
        expect(verifyChap(account, answer).kind).toBe("verified");
        expect(verifyChap(account, answered(given, identifier)).kind).toBe(
          Buffer.compare(right, given) === 0 ? "verified" : "refused",
        );
        expect(verifyChap(account, { ...answer, identifier: identifier ^ 1 })).toEqual(wrong);
        expect(verifyChap(account, { ...answer, challenge: withBitFlipped(challenge, bit) })).toEqual(wrong);
        expect(verifyChap(account, { ...answer, response: withBitFlipped(answer.response, bit) })).toEqual(
          wrong,
        );
      }),
    );
  });

  it("refuses everybody an account that does not exist", () => {
    for (const password of ["wonderland", "decoy", ""]) {
      expect(verifyChap(undefined, answered(password))).toEqual({
        kind: "refused",
        reason: "unknown-account",
      });
    }
  });

  it.each([
    ["nt-hash", aliceByNtHash],
    ["scrypt", aliceByScrypt],
  ])("says that a password kept as %s does not serve, whatever was answered", (form, account) => {
    for (const password of ["wonderland", "decoy"]) {
      expect(verifyChap(account, answered(password))).toEqual({
        kind: "refused",
        reason: "password-form",
        form,
        protocol: "CHAP",
      });
    }
  });

  it("never verifies an empty password, which other sources might give", () => {
    const open: Account = { ...alice(), password: { form: "clear", password: new Secret("") } };
    expect(verifyChap(open, answered(""))).toEqual({ kind: "refused", reason: "wrong-password" });
  });

  it("tells a restriction only to who knows the password, and only when it is told the time", () => {
    const disabled = alice({ enabled: false });
    const right = answered("wonderland");
    expect(verifyChap(disabled, right, { now: 0 })).toEqual({ kind: "refused", reason: "disabled" });
    expect(verifyChap(disabled, right).kind).toBe("verified");
    expect(verifyChap(disabled, answered("guess"), { now: 0 })).toEqual({
      kind: "refused",
      reason: "wrong-password",
    });
  });

  it.each<[string, Partial<ChapAnswer>]>([
    ["response", { response: new Uint8Array(0) }],
    ["response", { response: new Uint8Array(15) }],
    ["response", { response: new Uint8Array(17) }],
    ["challenge", { challenge: new Uint8Array(0) }],
    ["identifier", { identifier: -1 }],
    ["identifier", { identifier: 256 }],
    ["identifier", { identifier: 1.5 }],
    ["identifier", { identifier: Number.NaN }],
  ])("refuses an answer with a malformed %s, to known and unknown users", (field, part) => {
    const malformed = { ...answered("wonderland"), ...part };
    for (const account of [alice(), undefined]) {
      expect(verifyChap(account, malformed)).toEqual({ kind: "refused", reason: "malformed", field });
    }
  });

  it("takes a challenge of any length but none", () => {
    for (const length of [1, 8, 200]) {
      const own = bytes("c".repeat(length));
      const hash = createHash("md5").update(Uint8Array.of(0)).update("wonderland").update(own).digest();
      const answer = { identifier: 0, challenge: own, response: Uint8Array.from(hash) };
      expect(verifyChap(alice(), answer).kind).toBe("verified");
    }
  });
});
