import { Secret } from "@sallyport/crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Account, type AccountSettings, settingsAccounts, verifyPap } from "../src/index.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function account(settings: Partial<AccountSettings> = {}): Account {
  const found = settingsAccounts([{ name: "alice", password: "wonderland", ...settings }]).find({
    domain: "",
    name: "alice",
  });
  if (found === undefined) throw new Error("the account is missing");
  return found;
}

describe("verifyPap", () => {
  it("verifies the right password and hands the account back", () => {
    const alice = account();
    expect(verifyPap(alice, bytes("wonderland"))).toEqual({ kind: "verified", account: alice });
    expect(verifyPap(account({ password: "pässwörd €" }), bytes("pässwörd €")).kind).toBe("verified");
  });

  it.each([
    "",
    "w",
    "wonderlan",
    "Wonderland",
    "wonderland\0",
    "wonderlandwonderland",
    "xonderland",
    "wonderlane",
    "decoy",
  ])("refuses %j", (password) => {
    expect(verifyPap(account(), bytes(password))).toEqual({ kind: "refused", reason: "wrong-password" });
  });

  it("verifies exactly the passwords that are equal", () => {
    const password = fc.uint8Array({ minLength: 1, maxLength: 128 });
    fc.assert(
      fc.property(password, fc.uint8Array({ maxLength: 128 }), (right, given) => {
        const alice = account({ password: right });
        expect(verifyPap(alice, Uint8Array.from(right)).kind).toBe("verified");
        expect(verifyPap(alice, given).kind).toBe(
          Buffer.compare(right, given) === 0 ? "verified" : "refused",
        );
      }),
    );
  });

  it("sees one wrong bit anywhere, one byte more, one byte less, and repetition", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 128 }),
        fc.nat(),
        fc.nat(7),
        (right, place, bit) => {
          const alice = account({ password: right });
          const wrong = Uint8Array.from(right);
          wrong[place % right.length] = (wrong[place % right.length] as number) ^ (1 << bit);
          for (const given of [
            wrong,
            [...right, 0],
            right.subarray(1),
            right.subarray(0, -1),
            [...right, ...right],
          ]) {
            expect(verifyPap(alice, Uint8Array.from(given))).toEqual({
              kind: "refused",
              reason: "wrong-password",
            });
          }
        },
      ),
    );
  });

  it("refuses everybody an account that does not exist, whatever the password", () => {
    for (const password of ["", "wonderland", "decoy"]) {
      expect(verifyPap(undefined, bytes(password))).toEqual({ kind: "refused", reason: "unknown-account" });
    }
  });

  it("never verifies an account with an empty password, which other sources might give", () => {
    const open: Account = { ...account(), password: new Secret("") };
    for (const password of ["", "\0", "decoy"]) {
      expect(verifyPap(open, bytes(password))).toEqual({ kind: "refused", reason: "wrong-password" });
    }
  });

  it("tells that an account is disabled or has expired only to who knows the password", () => {
    const right = bytes("wonderland");
    const now = 1_000;
    const disabled = account({ enabled: false });
    const expired = account({ expires: new Date(now) });
    expect(verifyPap(disabled, right, { now })).toEqual({ kind: "refused", reason: "disabled" });
    expect(verifyPap(expired, right, { now })).toEqual({ kind: "refused", reason: "expired" });
    expect(verifyPap(expired, right, { now: now - 1 }).kind).toBe("verified");
    for (const closed of [disabled, expired]) {
      expect(verifyPap(closed, bytes("guess"), { now })).toEqual({
        kind: "refused",
        reason: "wrong-password",
      });
    }
  });

  it("verifies the password alone when it is not told the time", () => {
    expect(verifyPap(account({ enabled: false }), bytes("wonderland")).kind).toBe("verified");
    expect(verifyPap(account({ expires: new Date(0) }), bytes("wonderland"), { now: undefined }).kind).toBe(
      "verified",
    );
  });

  it("leaves dial-in to the policies", () => {
    expect(verifyPap(account({ dialIn: "deny" }), bytes("wonderland"), { now: 0 }).kind).toBe("verified");
  });

  it("does the same work for unknown accounts, wrong passwords and right ones", () => {
    const work = (known: Account | undefined, password: string) => {
      let reads = 0;
      const given = new Proxy(bytes(password), {
        get(target, key) {
          if (typeof key === "string" && /^\d+$/.test(key)) reads += 1;
          return Reflect.get(target, key, target);
        },
      });
      verifyPap(known, given, { now: 0 });
      return reads;
    };
    const alice = account();
    expect([
      work(undefined, "wonderland"),
      work(alice, "wonderland"),
      work(alice, "Xonderland"),
      work(account({ password: "short" }), "wonderland"),
      work(account({ password: "much longer than what is given" }), "wonderland"),
      work(account({ enabled: false }), "Xonderland"),
      work({ ...alice, password: new Secret("") }, "wonderland"),
    ]).toEqual(Array(7).fill(10));
  });
});
