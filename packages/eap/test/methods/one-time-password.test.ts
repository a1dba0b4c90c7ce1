import { createSeededRandom } from "@sallyport/runtime";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { raatUserName } from "../../src/contract/auth-attribute-types.ts";
import {
  nextOneTimePassword,
  type OneTimePasswordAlgorithm,
  oneTimePassword,
} from "../../src/methods/one-time-password/one-time-password.ts";
import {
  type OneTimePasswordState,
  type OneTimePasswordStore,
  oneTimePasswordMethod,
} from "../../src/methods/one-time-password/one-time-password-method.ts";
import {
  formatOneTimePassword,
  formatOneTimePasswordChallenge,
  parseOneTimePassword,
  parseOneTimePasswordChallenge,
} from "../../src/methods/one-time-password/one-time-password-text.ts";
import { attributeText, converse, hex, Side, text } from "./conversation.ts";

/** RFC 2289 appendix C: the digits of every example, and the words of those with MD5. */
const rfc2289: readonly (readonly [OneTimePasswordAlgorithm, string, string, readonly string[]])[] = [
  ["md4", "This is a test.", "TeSt", ["D1854218EBBB0B51", "63473EF01CD0B444", "C5E612776E6C237A"]],
  ["md4", "AbCdEfGhIjK", "alpha1", ["50076F47EB1ADE4E", "65D20D1949B5F7AB", "D150C82CCE6F62D1"]],
  ["md4", "OTP's are good", "correct", ["849C79D4F6F55388", "8C0992FB250847B1", "3F3BF4B4145FD74B"]],
  ["md5", "This is a test.", "TeSt", ["9E876134D90499DD", "7965E05436F5029F", "50FE1962C4965880"]],
  ["md5", "AbCdEfGhIjK", "alpha1", ["87066DD9644BF206", "7CD34C1040ADD14B", "5AA37A81F212146C"]],
  ["md5", "OTP's are good", "correct", ["F205753943DE4CF9", "DDCDAC956F234937", "B203E28FA525BE47"]],
  ["sha1", "This is a test.", "TeSt", ["BB9E6AE1979D8FF4", "63D936639734385B", "87FEC7768B73CCF9"]],
  ["sha1", "AbCdEfGhIjK", "alpha1", ["AD85F658EBE383C9", "D07CE229B5CF119B", "27BC71035AAF3DC6"]],
  ["sha1", "OTP's are good", "correct", ["D51F3E99BF8E6F0B", "82AEB52D943774E4", "4F296A74FE1567EC"]],
];

const wordsOf: readonly (readonly [string, string])[] = [
  ["9E876134D90499DD", "INCH SEA ANNE LONG AHEM TOUR"],
  ["7965E05436F5029F", "EASE OIL FUM CURE AWRY AVIS"],
  ["50FE1962C4965880", "BAIL TUFT BITS GANG CHEF THY"],
];

describe("one-time passwords (RFC 2289)", () => {
  it.each(rfc2289)("appendix C: %s, %s, %s", (algorithm, passphrase, seed, expected) => {
    const made = [0, 1, 99].map((sequence) => oneTimePassword({ algorithm, passphrase, seed, sequence }));
    expect(made.map((password) => formatOneTimePassword(password, "hex"))).toEqual(expected);
    // What a server does with them: the one before leads to the one after.
    expect(nextOneTimePassword(algorithm, made[0] ?? new Uint8Array(8))).toEqual(made[1]);
  });

  it.each(wordsOf)("appendix C: %s is %s", (digits, words) => {
    const password = Uint8Array.from(Buffer.from(digits, "hex"));
    expect(formatOneTimePassword(password, "words")).toBe(words);
    expect(parseOneTimePassword(words)).toEqual(password);
    expect(parseOneTimePassword(`  ${words.toLowerCase().replace(/ /g, "\t ")}\n`)).toEqual(password);
    expect(parseOneTimePassword(`word:${words}`)).toEqual(password);
    expect(parseOneTimePassword(`hex:${digits}`)).toEqual(password);
    expect(parseOneTimePassword(digits.toLowerCase().replace(/(....)/g, "$1 "))).toEqual(password);
  });

  it("digits that look like letters count as these", () => {
    expect(parseOneTimePassword("BA1L TUFT B1T5 GANG CHEF THY")).toBeUndefined();
    expect(parseOneTimePassword("BAI1 TUFT BIT5 GANG CHEF THY")).toEqual(
      parseOneTimePassword("BAIL TUFT BITS GANG CHEF THY"),
    );
  });

  it("every password survives both forms, and a word that is changed is noticed", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (password) => {
        for (const form of ["words", "hex"] as const) {
          expect(hex(parseOneTimePassword(formatOneTimePassword(password, form)) ?? text(""))).toBe(
            hex(password),
          );
        }
      }),
    );
    expect(parseOneTimePassword("BAIL TUFT BITS GANG CHEF TIC")).toBeUndefined();
  });

  it.each([
    "",
    "hex:",
    "word:50FE1962C4965880",
    "hex:BAIL TUFT BITS GANG CHEF THY",
    "50FE1962C496588",
    "50FE1962C49658800",
  ])("%j is none", (typed) => {
    expect(parseOneTimePassword(typed)).toBeUndefined();
  });

  it.each([
    ["otp-md5 487 dog2", { algorithm: "md5", sequence: 487, seed: "dog2" }],
    [" otp-sha1\t0 TeSt ext,hex", { algorithm: "sha1", sequence: 0, seed: "TeSt" }],
    [
      "otp-md4 9999 abcdefghijklmnop\nPassword:",
      { algorithm: "md4", sequence: 9999, seed: "abcdefghijklmnop" },
    ],
    ["otp-md5 10000 dog2", undefined],
    ["otp-md5 1 abcdefghijklmnopq", undefined],
    ["otp-md5 1 do-g", undefined],
    ["otp-rmd160 1 dog2", undefined],
    ["otp-md5 -1 dog2", undefined],
    ["Password:", undefined],
  ])("challenge %j", (line, expected) => {
    expect(parseOneTimePasswordChallenge(line)).toEqual(expected);
  });

  it("a challenge is written as RFC 2289 section 7.1 has it", () => {
    const challenge = { algorithm: "md5", sequence: 487, seed: "dog2" } as const;
    expect(formatOneTimePasswordChallenge(challenge)).toBe("otp-md5 487 dog2");
  });

  it.each([
    { seed: "" },
    { seed: "a b" },
    { seed: "abcdefghijklmnopq" },
    { sequence: -1 },
    { sequence: 10_000 },
  ])("%j makes no password", (part) => {
    const input = { algorithm: "md5", seed: "dog2", sequence: 1, passphrase: "a", ...part } as const;
    expect(() => oneTimePassword(input)).toThrow(RangeError);
  });
});

const passphrase = "A Valid Pass Phrase";
const first = { algorithm: "sha1", seed: "dog2", sequence: 4 } as const;

function storeOf(state: OneTimePasswordState | undefined) {
  const states = new Map(state === undefined ? [] : [["alice", state]]);
  const store: OneTimePasswordStore = {
    find: (identity) => states.get(identity),
    advance: (identity, before, after) =>
      states.get(identity) === before && Boolean(states.set(identity, after)),
  };
  return { store, sequence: () => states.get("alice")?.sequence };
}
const ready = () => storeOf({ ...first, password: oneTimePassword({ ...first, passphrase }) });

describe("One-Time Password (type 5)", () => {
  it("EAP-64 what the user types may be seen: it counts once", () => {
    const side = new Side(oneTimePasswordMethod(), {});
    const asked = text("otp-md5 487 dog2");
    const step = side.call(Uint8Array.from([1, 1, 0, 5 + asked.length, 5, ...asked]));
    const question = { purpose: "one-time-password", text: "otp-md5 487 dog2", echo: true };
    expect(JSON.parse(new TextDecoder().decode(step.question))).toEqual(question);
  });

  it("without a store everybody is refused", async () => {
    const result = await converse({ authenticator: oneTimePasswordMethod(), password: passphrase });
    expect(result.trace.slice(-2)).toEqual(["> SendAndDone 691", "< Done 691"]);
  });

  it("a sequence may begin at 9999", () => {
    const state = { algorithm: "md4", seed: "a", sequence: 9999, passphrase } as const;
    expect(oneTimePassword(state)).toEqual(
      nextOneTimePassword("md4", oneTimePassword({ ...state, sequence: 9998 })),
    );
  });

  it("EAP-29 a passphrase logs in until the sequence is used up; the authenticator waits for a user", async () => {
    const { store, sequence } = ready();
    const method = oneTimePasswordMethod({ store });
    for (const left of [3, 2, 1, 0]) {
      const result = await converse({ authenticator: method, password: passphrase });
      expect(result.trace).toEqual(["> SendWithTimeoutInteractive", "< Send", "> SendAndDone 0", "< Done 0"]);
      expect(attributeText(result.authenticator, raatUserName)).toBe("alice");
      expect(sequence()).toBe(left);
    }
    const result = await converse({ authenticator: method, password: passphrase });
    expect(result.trace.at(-1)).toBe("< Done 691");
  });

  it("EAP-64 without a passphrase the user types what the calculator shows", async () => {
    const { store } = ready();
    const words = formatOneTimePassword(oneTimePassword({ ...first, sequence: 3, passphrase }), "words");
    const result = await converse({ authenticator: oneTimePasswordMethod({ store }), types: [words] });
    expect(result.asked).toEqual(["otp-sha1 3 dog2"]);
    expect(result.trace.at(-1)).toBe("< Done 0");
  });

  it.each([
    ["another passphrase", "wrong"],
    ["no user of this name", passphrase],
  ])("EAP-43 %s is refused, and nothing is used up", async (why, password) => {
    const { store, sequence } = ready();
    const identity = why === "another passphrase" ? "alice" : "mallory";
    const result = await converse({ authenticator: oneTimePasswordMethod({ store }), identity, password });
    expect(result.trace.slice(-2)).toEqual(["> SendAndDone 691", "< Done 691"]);
    expect(sequence()).toBe(4);
  });

  it("a user who does not exist is asked as any other, and always the same", () => {
    const method = oneTimePasswordMethod({ store: ready().store });
    const ask = (identity: string, seed: number) => {
      const side = new Side(method, { authenticator: true, identity, random: createSeededRandom(seed) });
      return new TextDecoder().decode(side.call(null).packet?.subarray(5));
    };
    const question = ask("mallory", 1);
    expect(question).toMatch(/^otp-md5 \d+ [a-z]{2}\d{4}$/);
    expect(ask("mallory", 2)).toBe(question);
    expect(ask("trent", 3)).not.toBe(question);
  });

  it("a user who does not exist has the algorithm of those who do, and is refused whatever is typed", () => {
    const method = oneTimePasswordMethod({ store: ready().store, decoyAlgorithm: "sha1" });
    const side = new Side(method, { authenticator: true, identity: "mallory" });
    expect(new TextDecoder().decode(side.call(null).packet?.subarray(5))).toMatch(/^otp-sha1 /);
    const typed = text("0000000000000000");
    expect(side.call(Uint8Array.from([2, 1, 0, 5 + typed.length, 5, ...typed])).did).toBe("SendAndDone 691");
  });

  it.each(["", "BAIL TUFT BITS GANG CHEF", "no password", "\u0000"])("EAP-43 %j is refused", (answer) => {
    const side = new Side(oneTimePasswordMethod({ store: ready().store }), { authenticator: true });
    side.call(null);
    const typed = text(answer);
    expect(side.call(Uint8Array.from([2, 1, 0, 5 + typed.length, 5, ...typed])).did).toBe("SendAndDone 691");
  });

  it("EAP-16 EAP-22 the question is sent again; what is no answer to it is discarded", () => {
    const side = new Side(oneTimePasswordMethod({ store: ready().store }), { authenticator: true });
    const asked = side.call(null);
    expect(side.call(null)).toEqual(asked);
    for (const packet of [
      "020200070541",
      "020100070641",
      "010100070541",
      "0201ffff0541",
      "02010004",
      "03010004",
    ]) {
      expect(side.call(Uint8Array.from(Buffer.from(packet, "hex"))).did).toBe("722");
    }
  });

  it("a password that two sessions give at once admits one of them", () => {
    const method = oneTimePasswordMethod({ store: ready().store });
    const sides = [1, 2].map(() => new Side(method, { authenticator: true }));
    for (const side of sides) side.call(null);
    const typed = text(formatOneTimePassword(oneTimePassword({ ...first, sequence: 3, passphrase }), "hex"));
    const response = Uint8Array.from([2, 1, 0, 5 + typed.length, 5, ...typed]);
    expect(sides.map((side) => side.call(response).did)).toEqual(["SendAndDone 0", "SendAndDone 691"]);
  });

  it("a store may take its time", async () => {
    const { store } = ready();
    const slow: OneTimePasswordStore = {
      find: async (identity) => store.find(identity),
      advance: async (identity, before, after) => store.advance(identity, before, after),
    };
    const result = await converse({
      authenticator: oneTimePasswordMethod({ store: slow }),
      password: passphrase,
    });
    expect(result.trace.at(-1)).toBe("< Done 0");
    expect(result.authenticator?.synchronous).toBe(false);
  });
});
