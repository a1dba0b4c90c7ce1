import { Secret } from "@sallyport/crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Account,
  type ClearPassword,
  ntHash,
  ntHashPassword,
  type ScryptVerifier,
  settingsAccounts,
  verifyPap,
} from "../src/index.ts";
import { alice as account, aliceByNtHash, aliceByScrypt, bytes } from "./accounts.ts";

/** What another source might give although `clearPassword` refuses it. */
const emptyPassword: ClearPassword = { form: "clear", password: new Secret("") };

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
    const open: Account = { ...account(), password: emptyPassword };
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
      work({ ...alice, password: emptyPassword }, "wonderland"),
    ]).toEqual(Array(7).fill(10));
  });
});

describe("verifyPap with an NT hash", () => {
  it("verifies the password it was made of, and no other", () => {
    expect(verifyPap(aliceByNtHash, bytes("wonderland"))).toEqual({
      kind: "verified",
      account: aliceByNtHash,
    });
    for (const password of ["", "Wonderland", "wonderland\0", "decoy", "3e057cd123205aa168af5f121716b335"]) {
      expect(verifyPap(aliceByNtHash, bytes(password))).toEqual({
        kind: "refused",
        reason: "wrong-password",
      });
    }
  });

  it("reads what came as UTF-8, in which a byte order mark counts too", () => {
    const byHash = (password: string): Account => ({
      ...aliceByNtHash,
      password: ntHashPassword(ntHash(password)),
    });
    const text = fc.string({ unit: "grapheme", minLength: 1 });
    fc.assert(
      fc.property(text, text, (right, given) => {
        expect(verifyPap(byHash(right), bytes(right)).kind).toBe("verified");
        expect(verifyPap(byHash(right), bytes(given)).kind).toBe(right === given ? "verified" : "refused");
      }),
    );
    expect(verifyPap(byHash("\ufeffx"), bytes("\ufeffx")).kind).toBe("verified");
    expect(verifyPap(byHash("x"), bytes("\ufeffx")).kind).toBe("refused");
  });

  it("refuses what is no UTF-8, also where the password has the replacement character", () => {
    const replaced: Account = { ...aliceByNtHash, password: ntHashPassword(ntHash("\ufffd")) };
    expect(verifyPap(replaced, bytes("\ufffd")).kind).toBe("verified");
    for (const given of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80]]) {
      expect(verifyPap(replaced, Uint8Array.from(given))).toEqual({
        kind: "refused",
        reason: "wrong-password",
      });
    }
  });

  it("never verifies the hash of the empty password, which other sources might give", () => {
    const open: Account = {
      ...aliceByNtHash,
      password: { form: "nt-hash", ntHash: new Secret(ntHash("")) },
    };
    for (const given of [bytes(""), Uint8Array.of(0xff), bytes("\0")]) {
      expect(verifyPap(open, given)).toEqual({ kind: "refused", reason: "wrong-password" });
    }
  });
});

describe("verifyPap with a scrypt hash", () => {
  const { decoy } = settingsAccounts([{ name: "alice", password: aliceByScrypt.password }]);

  /** Answers as told, and keeps what it was asked. */
  function verifier(answer: boolean) {
    const asked: string[] = [];
    const scrypt: ScryptVerifier = async (password, stored) => {
      const which = stored === aliceByScrypt.password ? "alice" : stored === decoy ? "decoy" : "other";
      asked.push(`${which} ${new TextDecoder().decode(password)}`);
      return answer;
    };
    return { scrypt, asked };
  }

  it("promises what the verifier says", async () => {
    const yes = verifier(true);
    const outcome = verifyPap(aliceByScrypt, bytes("wonderland"), yes);
    expect(outcome).toBeInstanceOf(Promise);
    expect(await outcome).toEqual({ kind: "verified", account: aliceByScrypt });
    expect(yes.asked).toEqual(["alice wonderland"]);
    expect(await verifyPap(aliceByScrypt, bytes("guess"), verifier(false))).toEqual({
      kind: "refused",
      reason: "wrong-password",
    });
  });

  it("tells a restriction only once the password was right", async () => {
    const closed: Account = { ...aliceByScrypt, enabled: false };
    expect(await verifyPap(closed, bytes("x"), { ...verifier(true), now: 0 })).toEqual({
      kind: "refused",
      reason: "disabled",
    });
    expect(await verifyPap(closed, bytes("x"), { ...verifier(false), now: 0 })).toEqual({
      kind: "refused",
      reason: "wrong-password",
    });
  });

  it("computes one hash for every refusal in a source that has scrypt hashes, and the outcome does not count", async () => {
    for (const [known, reason] of [
      [undefined, "unknown-account"],
      [account(), "wrong-password"],
      [aliceByNtHash, "wrong-password"],
    ] as const) {
      const yes = verifier(true);
      expect(await verifyPap(known, bytes("guess"), { ...yes, decoy })).toEqual({ kind: "refused", reason });
      expect(yes.asked).toEqual(["decoy guess"]);
    }
  });

  it("computes none for a right password in another form, nor where the source has no scrypt hashes", () => {
    const { scrypt, asked } = verifier(true);
    expect(verifyPap(account(), bytes("wonderland"), { scrypt, decoy })).toMatchObject({ kind: "verified" });
    expect(verifyPap(aliceByNtHash, bytes("wonderland"), { scrypt, decoy })).toMatchObject({
      kind: "verified",
    });
    expect(verifyPap(undefined, bytes("wonderland"), { scrypt })).toMatchObject({ kind: "refused" });
    expect(verifyPap(account(), bytes("guess"), { scrypt, decoy: aliceByNtHash.password })).toMatchObject({
      kind: "refused",
    });
    expect(asked).toEqual([]);
  });

  it("says that the form does not serve where there is no verifier", () => {
    expect(verifyPap(aliceByScrypt, bytes("wonderland"))).toEqual({
      kind: "refused",
      reason: "password-form",
      form: "scrypt",
      protocol: "PAP",
    });
  });

  it("never verifies an empty password", async () => {
    expect(await verifyPap(aliceByScrypt, bytes(""), verifier(true))).toEqual({
      kind: "refused",
      reason: "wrong-password",
    });
  });

  it("rejects when the verifier cannot compute", async () => {
    const scrypt: ScryptVerifier = () => Promise.reject(new Error("out of memory"));
    await expect(verifyPap(aliceByScrypt, bytes("x"), { scrypt })).rejects.toThrow("out of memory");
  });
});
