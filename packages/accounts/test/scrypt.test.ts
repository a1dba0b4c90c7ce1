import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseStoredPassword, type ScryptPassword, settingsAccounts, verifyPap } from "../src/index.ts";
import { hashPassword, scryptVerifier, TooManyPasswordsError } from "../src/node/index.ts";
import { aliceByScrypt, bytes } from "./accounts.ts";
import vectors from "./vectors/scrypt.json" with { type: "json" };

const cheap = { ln: 4, r: 1, p: 1 };

function scryptPassword(text: string): ScryptPassword {
  const stored = parseStoredPassword(text);
  if (stored.form !== "scrypt") throw new Error("not a scrypt hash");
  return stored;
}

const wonderland = scryptPassword(await hashPassword("wonderland", cheap));

describe("scryptVerifier", () => {
  it.each(vectors.groups.scrypt)("verifies the hash of $from", async ({ password, phc }) => {
    const verify = scryptVerifier();
    const stored = scryptPassword(phc);
    expect(await verify(bytes(password), stored)).toBe(true);
    expect(await verify(bytes(`${password}x`), stored)).toBe(false);
  });

  it("computes the costliest hashes that parseStoredPassword allows in some direction", async () => {
    for (const cost of [
      { ln: 1, r: 1, p: 1 },
      { ln: 1, r: 32, p: 16 },
      { ln: 15, r: 1, p: 1 },
      { ln: 10, r: 32, p: 2 },
    ]) {
      const stored = scryptPassword(await hashPassword("wonderland", cost));
      expect(stored.cost).toEqual(cost);
      expect(await scryptVerifier()(bytes("wonderland"), stored)).toBe(true);
    }
  });

  it("is what verifyPap needs", async () => {
    const options = { scrypt: scryptVerifier(), decoy: settingsAccounts([]).decoy };
    const verify = (password: string) => verifyPap(aliceByScrypt, bytes(password), options);
    expect(await verify("wonderland")).toMatchObject({ kind: "verified" });
    expect(await verify("Wonderland")).toEqual({ kind: "refused", reason: "wrong-password" });
  });

  it("verifies what was given at the time of the call, also when it had to wait", async () => {
    const verify = scryptVerifier({ atOnce: 1 });
    const first = bytes("wonderland");
    const second = bytes("wonderland");
    const outcomes = [verify(first, wonderland), verify(second, wonderland)];
    first.fill(0);
    second.fill(0);
    expect(await Promise.all(outcomes)).toEqual([true, true]);
  });

  it("lets only some wait, again and again", async () => {
    const verify = scryptVerifier({ atOnce: 2, waiting: 1 });
    const guess = () => verify(bytes("guess"), wonderland);
    for (let round = 0; round < 3; round += 1) {
      const outcomes = await Promise.allSettled([guess(), guess(), guess(), guess(), guess()]);
      expect(outcomes.map(({ status }) => status)).toEqual([
        "fulfilled",
        "fulfilled",
        "fulfilled",
        "rejected",
        "rejected",
      ]);
      const refused = outcomes[4];
      expect(refused?.status === "rejected" && refused.reason).toBeInstanceOf(TooManyPasswordsError);
      expect(refused?.status === "rejected" && refused.reason.message).not.toContain("guess");
    }
    expect(await verify(bytes("wonderland"), wonderland)).toBe(true);
  });

  it("goes on after one that could not be computed", async () => {
    const verify = scryptVerifier({ atOnce: 1, waiting: 1 });
    const impossible: ScryptPassword = { ...wonderland, cost: { ln: 0, r: 1, p: 1 } };
    const outcomes = await Promise.allSettled([
      verify(bytes("x"), impossible),
      verify(bytes("wonderland"), wonderland),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
    expect(await verify(bytes("wonderland"), wonderland)).toBe(true);
  });

  it.each([{ atOnce: 0 }, { atOnce: 1.5 }, { waiting: -1 }, { waiting: Number.NaN }])(
    "refuses %j",
    (options) => {
      expect(() => scryptVerifier(options)).toThrow(RangeError);
    },
  );
});

describe("hashPassword", () => {
  it("makes a hash that verifies this password and no other, each time another one", async () => {
    const verify = scryptVerifier();
    const passwords = fc.string({ unit: "grapheme", minLength: 1 });
    await fc.assert(
      fc.asyncProperty(passwords, passwords, async (password, other) => {
        const text = await hashPassword(password, cheap);
        const stored = scryptPassword(text);
        expect(await verify(bytes(password), stored)).toBe(true);
        expect(await verify(bytes(other), stored)).toBe(password === other);
        expect(await hashPassword(bytes(password), cheap)).not.toBe(text);
      }),
      { numRuns: 30 },
    );
  });

  it("has a cost that takes 32 MiB unless told otherwise", async () => {
    expect(await hashPassword("wonderland")).toMatch(
      /^\$scrypt\$ln=15,r=8,p=3\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/,
    );
    expect(await hashPassword("wonderland", { p: 1 })).toMatch(/^\$scrypt\$ln=15,r=8,p=1\$/);
  });

  it.each([
    ["", {}, "a password is empty"],
    [new Uint8Array(), {}, "a password is empty"],
    ["x", { ln: 21 }, "ln must be a whole number from 1 to 20"],
    ["x", { ln: 1.5 }, "ln must be a whole number"],
    ["x", { ln: 20, p: 3 }, "takes too long for each guess"],
  ])("refuses %j at the cost %j", async (password, cost, message) => {
    await expect(hashPassword(password, cost)).rejects.toThrow(RangeError);
    await expect(hashPassword(password, cost)).rejects.toThrow(message);
  });
});
