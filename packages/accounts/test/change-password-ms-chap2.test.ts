import { inspect } from "node:util";
import { challengeHash, challengeResponse, desEncrypt, ntHash, rc4, Secret } from "@sallyport/crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Account,
  changePasswordMsChap2,
  type MsChap2PasswordChange,
  verifyMsChap2,
} from "../src/index.ts";
import { alice, aliceByNtHash, aliceByScrypt, bytes, fromHex, hex, withBitFlipped } from "./accounts.ts";

const challenges = {
  userName: "alice",
  authenticatorChallenge: fromHex("5b5d7c7d7b3f2f3e3c2c602132262628"),
  peerChallenge: fromHex("21402324255e262a28295f2b3a337c7e"),
};

/** `EncryptPwBlockWithPasswordHash` (RFC 2759 section 8.10), with a length that can be made wrong. */
function encryptedBlock(
  newPassword: string,
  oldPassword: string,
  length = 2 * newPassword.length,
): Uint8Array {
  const block = new Uint8Array(516).fill(0x5a);
  block.set(Buffer.from(newPassword, "utf16le"), 512 - 2 * newPassword.length);
  new DataView(block.buffer).setUint32(512, length, true);
  return rc4(ntHash(oldPassword), block);
}

/** What a peer sends (RFC 2759 sections 8.9 to 8.13). */
function changed(oldPassword: string, newPassword: string, length?: number): MsChap2PasswordChange {
  const oldHash = ntHash(oldPassword);
  const newHash = ntHash(newPassword);
  const { peerChallenge, authenticatorChallenge, userName } = challenges;
  return {
    ...challenges,
    encryptedPassword: encryptedBlock(newPassword, oldPassword, length),
    encryptedHash: Uint8Array.from([
      ...desEncrypt(newHash.subarray(0, 7), oldHash.subarray(0, 8)),
      ...desEncrypt(newHash.subarray(7, 14), oldHash.subarray(8, 16)),
    ]),
    ntResponse: challengeResponse(challengeHash(peerChallenge, authenticatorChallenge, userName), newHash),
  };
}

const wrong = { kind: "refused", reason: "wrong-password" };

describe("changePasswordMsChap2", () => {
  it.each([
    ["clear", alice()],
    ["nt-hash", aliceByNtHash],
  ] as const)("gives the new password, to be kept as the old one: %s", (form, account) => {
    const request = changed("wonderland", "Looking-Glass €");
    const outcome = changePasswordMsChap2(account, request);
    if (outcome.kind !== "changed") throw new Error(outcome.reason);
    expect(outcome.account).toBe(account);
    expect(outcome.newPassword.equals(bytes("Looking-Glass €"))).toBe(true);
    expect(outcome.stored.form).toBe(form);

    // The peer verifies the proof as after any logon with the new password.
    const logon = verifyMsChap2({ ...account, password: outcome.stored }, request);
    if (logon.kind !== "verified") throw new Error(logon.reason);
    expect(outcome.authenticatorResponse).toBe(logon.authenticatorResponse);
    expect(hex(outcome.keys.send.reveal())).toBe(hex(logon.keys.send.reveal()));
    expect(hex(outcome.keys.receive.reveal())).toBe(hex(logon.keys.receive.reveal()));
    expect(verifyMsChap2(account, request)).toEqual(wrong);
  });

  it("takes any password of 1 to 256 UTF-16 units", () => {
    const passwords = fc
      .string({ unit: "binary", minLength: 1, maxLength: 256 })
      .filter((text) => text.length <= 256 && !/\p{Surrogate}/u.test(text));
    fc.assert(
      fc.property(passwords, passwords, (oldPassword, newPassword) => {
        const account = alice({ password: oldPassword });
        const outcome = changePasswordMsChap2(account, changed(oldPassword, newPassword));
        expect(outcome.kind === "changed" && outcome.newPassword.equals(bytes(newPassword))).toBe(true);
      }),
    );
    const longest = "x".repeat(256);
    expect(changePasswordMsChap2(alice(), changed("wonderland", longest)).kind).toBe("changed");
  });

  it("refuses who does not know the old password", () => {
    for (const guess of ["Wonderland", "decoy", ""]) {
      expect(changePasswordMsChap2(alice(), changed(guess, "new"))).toEqual(wrong);
    }
  });

  it("refuses whatever was altered, bit by bit", () => {
    const request = changed("wonderland", "new");
    fc.assert(
      fc.property(
        fc.constantFrom("encryptedHash", "ntResponse", "peerChallenge", "authenticatorChallenge"),
        fc.nat(191),
        (field, bit) => {
          const altered = { ...request, [field]: withBitFlipped(request[field], bit) };
          expect(changePasswordMsChap2(alice(), altered)).toEqual(wrong);
        },
      ),
    );
    // The last three UTF-16 units before the length are the password.
    for (const at of [506, 511, 512, 513, 514, 515]) {
      const altered = { ...request, encryptedPassword: withBitFlipped(request.encryptedPassword, 8 * at) };
      expect(changePasswordMsChap2(alice(), altered)).toEqual(wrong);
    }
    expect(changePasswordMsChap2(alice(), { ...request, userName: "bob" })).toEqual(wrong);
  });

  it.each([1, 5, 514, 65_536, 0xffff_fff6])("refuses a length of %d octets", (length) => {
    expect(changePasswordMsChap2(alice(), changed("wonderland", "new", length))).toEqual(wrong);
  });

  it("refuses a length that is no whole number of UTF-16 units, though everything else fits", () => {
    // Read from 507 on, the last unit would end with the low octet of the length, 5.
    const block = new Uint8Array(516);
    block.set(bytes("a\0b\0c"), 507);
    block[512] = 5;
    const request = {
      ...changed("wonderland", "ab\u0563"),
      encryptedPassword: rc4(ntHash("wonderland"), block),
    };
    expect(changePasswordMsChap2(alice(), request)).toEqual(wrong);
  });

  it.each([
    ["an empty one", ""],
    ["half a surrogate pair", "new\ud83d"],
    ["the other half", "\ude00new"],
  ])("refuses a new password that cannot be used: %s", (_, newPassword) => {
    expect(changePasswordMsChap2(alice(), changed("wonderland", newPassword))).toEqual({
      kind: "refused",
      reason: "unusable-password",
    });
  });

  it("refuses everybody an account that does not exist, and one whose password has another form", () => {
    for (const oldPassword of ["wonderland", "decoy"]) {
      expect(changePasswordMsChap2(undefined, changed(oldPassword, "new"))).toEqual({
        kind: "refused",
        reason: "unknown-account",
      });
      expect(changePasswordMsChap2(aliceByScrypt, changed(oldPassword, "new"))).toEqual({
        kind: "refused",
        reason: "password-form",
        form: "scrypt",
        protocol: "MS-CHAPv2",
      });
    }
  });

  it("never gives an account with an empty password another one", () => {
    const open: Account = { ...alice(), password: { form: "nt-hash", ntHash: new Secret(ntHash("")) } };
    expect(changePasswordMsChap2(open, changed("", "new"))).toEqual(wrong);
  });

  it("is for expired passwords, not for accounts that are not to be used", () => {
    const request = changed("wonderland", "new");
    const passwordExpires = new Date(0);
    expect(changePasswordMsChap2(alice({ passwordExpires }), request, { now: 0 }).kind).toBe("changed");
    for (const [settings, reason] of [
      [{ enabled: false }, "disabled"],
      [{ expires: new Date(0) }, "expired"],
      [{ logonHours: "Fr" }, "logon-hours"],
    ] as const) {
      const account = alice({ ...settings, passwordExpires });
      expect(changePasswordMsChap2(account, request, { now: 0 })).toEqual({ kind: "refused", reason });
      expect(changePasswordMsChap2(account, changed("guess", "new"), { now: 0 })).toEqual(wrong);
    }
  });

  it.each<[string, Partial<MsChap2PasswordChange>]>([
    ["encryptedPassword", { encryptedPassword: new Uint8Array(0) }],
    ["encryptedPassword", { encryptedPassword: new Uint8Array(515) }],
    ["encryptedPassword", { encryptedPassword: new Uint8Array(517) }],
    ["encryptedHash", { encryptedHash: new Uint8Array(15) }],
    ["peerChallenge", { peerChallenge: new Uint8Array(8) }],
    ["authenticatorChallenge", { authenticatorChallenge: new Uint8Array(8) }],
    ["ntResponse", { ntResponse: new Uint8Array(23) }],
  ])("refuses a request with a malformed %s, to known and unknown users", (field, part) => {
    for (const account of [alice(), undefined]) {
      expect(changePasswordMsChap2(account, { ...changed("wonderland", "new"), ...part })).toEqual({
        kind: "refused",
        reason: "malformed",
        field,
      });
    }
  });

  it("shows no password when an outcome is printed", () => {
    const outcome = changePasswordMsChap2(alice(), changed("wonderland", "Looking-Glass"));
    const printed = inspect(outcome, { showHidden: true, depth: 9 }) + JSON.stringify(outcome);
    expect(printed).toContain("changed");
    expect(printed).not.toMatch(/wonderland|Looking-Glass|76, 111, 111|76,111,111/);
  });
});
