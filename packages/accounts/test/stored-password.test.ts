import { inspect } from "node:util";
import { Secret } from "@sallyport/crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  clearPassword,
  decoyFor,
  formatStoredPassword,
  ntHash,
  ntHashPassword,
  type PasswordForm,
  type PasswordProtocol,
  parseStoredPassword,
  servesProtocol,
} from "../src/index.ts";
import { bytes, hex } from "./accounts.ts";
import vectors from "./vectors/scrypt.json" with { type: "json" };

const salt = "c2FsdHNhbHQ";
const hash = "aGFzaGhhc2hoYXNoaGFzaA";
const phc = (cost: string) => `$scrypt$${cost}$${salt}$${hash}`;

describe("clearPassword", () => {
  it("keeps the password and its NT hash", () => {
    const stored = clearPassword("pässwörd €");
    expect(stored.form).toBe("clear");
    expect(stored.password.equals(bytes("pässwörd €"))).toBe(true);
    expect(hex(stored.ntHash?.reveal() ?? bytes(""))).toBe(hex(ntHash("pässwörd €")));
  });

  it("keeps bytes that are no UTF-8, without an NT hash", () => {
    const stored = clearPassword(Uint8Array.of(0xff, 0xfe));
    expect(stored.password.length).toBe(2);
    expect(stored).not.toHaveProperty("ntHash");
  });

  it.each(["", new Uint8Array(), new Secret("")])("refuses an empty password", (password) => {
    expect(() => clearPassword(password)).toThrow(new RangeError("a password is empty"));
  });
});

describe("ntHashPassword", () => {
  it.each([0, 15, 17, 32])("refuses %d bytes", (length) => {
    expect(() => ntHashPassword(new Uint8Array(length))).toThrow(RangeError);
  });

  it("refuses the hash of the empty password", () => {
    expect(() => ntHashPassword(new Secret(ntHash("")))).toThrow(RangeError);
    expect(() => parseStoredPassword("nt:31D6CFE0D16AE931B73C59D7E0C089C0")).toThrow("the empty password");
  });
});

describe("parseStoredPassword", () => {
  it("reads an NT hash in upper and lower case", () => {
    for (const text of ["nt:44ebba8d5312b8d611474411f56989ae", "nt:44EBBA8D5312B8D611474411F56989AE"]) {
      const stored = parseStoredPassword(text);
      expect(stored.form === "nt-hash" && stored.ntHash.equals(ntHash("clientPass"))).toBe(true);
      expect(formatStoredPassword(stored)).toBe("nt:44ebba8d5312b8d611474411f56989ae");
    }
  });

  it.each(vectors.groups.scrypt)("reads the scrypt hash of $from", ({ phc: text }) => {
    const stored = parseStoredPassword(text);
    expect(stored.form).toBe("scrypt");
    expect(formatStoredPassword(stored)).toBe(text);
  });

  it("reads what formatStoredPassword wrote, whatever the salt and the hash", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 8, maxLength: 64 }),
        fc.uint8Array({ minLength: 16, maxLength: 64 }),
        fc.record({
          ln: fc.integer({ min: 1, max: 14 }),
          r: fc.integer({ min: 1, max: 32 }),
          p: fc.integer({ min: 1, max: 16 }),
        }),
        (ownSalt, ownHash, cost) => {
          const text = formatStoredPassword({
            form: "scrypt",
            cost,
            salt: ownSalt,
            hash: new Secret(ownHash),
          });
          const read = parseStoredPassword(text);
          expect(read).toMatchObject({ form: "scrypt", cost });
          expect(read.form === "scrypt" && hex(read.salt) + hex(read.hash.reveal())).toBe(
            hex(ownSalt) + hex(ownHash),
          );
        },
      ),
    );
  });

  it.each([
    ["nt:", "32 hexadecimal digits"],
    ["nt:44ebba8d5312b8d611474411f56989a", "32 hexadecimal digits"],
    ["nt:44ebba8d5312b8d611474411f56989aee", "32 hexadecimal digits"],
    ["nt:44ebba8d5312b8d611474411f56989ag", "32 hexadecimal digits"],
    ["NT:44ebba8d5312b8d611474411f56989ae", "begins with nt: or $scrypt$"],
    ["44ebba8d5312b8d611474411f56989ae", "begins with nt: or $scrypt$"],
    ["$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW", "begins with nt: or $scrypt$"],
    ["", "begins with nt: or $scrypt$"],
    ["$scrypt$", "is written $scrypt$ln=15,r=8,p=3$salt$hash"],
    [phc("ln=15,r=8"), "is written"],
    [phc("r=8,ln=15,p=1"), "is written"],
    [phc("ln=-1,r=8,p=1"), "is written"],
    [phc("ln=1e1,r=8,p=1"), "is written"],
    [`${phc("ln=15,r=8,p=1")}\n`, "is written"],
    [`${phc("ln=15,r=8,p=1")}==`, "is written"],
    [phc("ln=0,r=8,p=1"), "ln must be a whole number from 1 to 20, not 0"],
    [phc("ln=21,r=1,p=1"), "ln must be a whole number from 1 to 20, not 21"],
    [phc("ln=999999999,r=8,p=1"), "ln must be a whole number from 1 to 20"],
    [phc("ln=15,r=0,p=1"), "r must be a whole number from 1 to 32"],
    [phc("ln=15,r=33,p=1"), "r must be a whole number from 1 to 32"],
    [phc("ln=15,r=8,p=0"), "p must be a whole number from 1 to 16"],
    [phc("ln=15,r=8,p=17"), "p must be a whole number from 1 to 16"],
    [phc("ln=20,r=9,p=1"), "takes 1152 MiB for each guess; at most 1024 are allowed"],
    [phc("ln=20,r=8,p=2"), "takes too long for each guess"],
    [
      phc("ln=15,r=8,p=1").replace(salt, "c2FsdA"),
      "the salt of a scrypt hash must have 8 to 64 bytes, not 4",
    ],
    [phc("ln=15,r=8,p=1").replace(salt, "c".repeat(88)), "the salt of a scrypt hash must have 8 to 64 bytes"],
    [phc("ln=15,r=8,p=1").replace(hash, salt), "the hash of a scrypt hash must have 16 to 64 bytes, not 8"],
    [phc("ln=15,r=8,p=1").replace(salt, "c2FsdHNhb"), "the salt of a scrypt hash is not base 64"],
    [phc("ln=15,r=8,p=1").replace(salt, "c2FsdHNhbHR"), "the salt of a scrypt hash is not base 64"],
  ])("refuses %j", (text, message) => {
    expect(() => parseStoredPassword(text)).toThrow(RangeError);
    expect(() => parseStoredPassword(text)).toThrow(message);
  });

  it("takes the costliest scrypt that is allowed", () => {
    expect(parseStoredPassword(phc("ln=20,r=8,p=1")).form).toBe("scrypt");
    expect(parseStoredPassword(phc("ln=18,r=32,p=1")).form).toBe("scrypt");
  });

  it("throws nothing but RangeError, and never quotes what it was given", () => {
    const pieces = fc.constantFrom("nt:", "$scrypt$", "ln=", "15", ",r=8", ",p=1", "$", salt, hash, "x", "=");
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((list) => list.join("")),
        ),
        (text) => {
          try {
            const stored = parseStoredPassword(text);
            expect(formatStoredPassword(stored).toLowerCase()).toBe(text.toLowerCase());
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError);
            expect(inspect(error)).not.toContain(hash);
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe("servesProtocol", () => {
  it("says what can be verified with what", () => {
    const table = (form: PasswordForm) =>
      (["PAP", "CHAP", "MS-CHAP", "MS-CHAPv2"] satisfies PasswordProtocol[]).map((protocol) =>
        servesProtocol(form, protocol),
      );
    expect(table("clear")).toEqual([true, true, true, true]);
    expect(table("nt-hash")).toEqual([true, false, true, true]);
    expect(table("scrypt")).toEqual([true, false, false, false]);
  });
});

describe("decoyFor", () => {
  const cheap = parseStoredPassword(phc("ln=4,r=8,p=1"));
  const dear = parseStoredPassword(phc("ln=15,r=8,p=1"));
  const byHash = parseStoredPassword("nt:44ebba8d5312b8d611474411f56989ae");

  it("is of the cost that is the most frequent, wherever these stand", () => {
    const others = [clearPassword("x"), byHash];
    expect(decoyFor([dear, cheap, dear, ...others])).toMatchObject({ cost: { ln: 15 } });
    expect(decoyFor([...others, dear, cheap, cheap])).toMatchObject({ cost: { ln: 4 } });
    expect(decoyFor([cheap, cheap, dear])).toMatchObject({ cost: { ln: 4 } });
  });

  it("is nobody's password", () => {
    const hashDecoy = decoyFor([byHash]);
    const hash = hashDecoy.form === "nt-hash" ? hashDecoy.ntHash.reveal() : bytes("");
    expect(hash).toHaveLength(16);
    expect(byHash.form === "nt-hash" && byHash.ntHash.equals(hash)).toBe(false);
    const decoy = decoyFor([dear]);
    expect(decoy.form === "scrypt" && decoy.hash.equals(new Uint8Array(16))).toBe(true);
    expect(decoy.form === "scrypt" && decoy.salt).toEqual(new Uint8Array(8));
  });
});
