import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { raatUserName } from "../../src/contract/auth-attribute-types.ts";
import { RAS_EAP_FLAG_NON_INTERACTIVE } from "../../src/contract/constants.ts";
import { msChapV2 } from "../../src/methods/ms-chap-v2/ms-chap-v2.ts";
import { attributeText, converse } from "./conversation.ts";
import { PasswordBook } from "./password-book.ts";
import { authenticator, challenge, keysOf, peer } from "./rfc2759.ts";

describe("MS-CHAPv2, both sides", () => {
  const granted = [
    "> SendWithTimeout",
    "< Send",
    "> SendWithTimeout",
    "< Send",
    "> SendAndDone 0",
    "< Done 0",
  ];

  it.each([
    ["alice", "wonderland"],
    ["CORP\\alice", "wonderland"],
    ["alice@corp.example", "wonderland"],
    ["Алиса", "Зазеркалье"],
    ["", ""],
    ["a".repeat(300), "€".repeat(256)],
  ])("EAP-46 EAP-84 %j logs in; both sides have the same keys", async (identity, password) => {
    const book = new PasswordBook({ [identity]: password });
    const result = await converse({ authenticator: msChapV2({ accounts: book }), identity, password });
    expect(result.trace).toEqual(granted);
    expect(book.seen).toEqual([`${identity} as ${identity}`]);
    expect(attributeText(result.authenticator, raatUserName)).toBe(identity);
    const ours = keysOf(result.authenticator);
    const theirs = keysOf(result.peer);
    expect(ours?.send).toMatch(/^[0-9a-f]{32}$/);
    expect(ours).toEqual({ send: theirs?.receive, receive: theirs?.send });
    expect(ours?.send).not.toBe(ours?.receive);
  });

  it("a wrong password, and the right one at the third attempt", async () => {
    const method = msChapV2({ accounts: new PasswordBook({ alice: "wonderland" }) });
    const result = await converse({ authenticator: method, password: "a", types: ["b", "wonderland"] });
    expect(result.trace.at(-1)).toBe("< Done 0");
    expect(result.asked).toEqual(
      Array.from({ length: 2 }, () => "Unknown user name or wrong password (691).\nPassword of alice:"),
    );
    const failed = await converse({ authenticator: method, password: "a", types: ["b", "c", "wonderland"] });
    expect(failed.trace.slice(-2)).toEqual(["> SendAndDone 691", "< Done 691"]);
    expect(failed.asked).toHaveLength(2);
  });

  it("nobody at the peer: the first wrong password is the last", async () => {
    const method = msChapV2({ accounts: new PasswordBook({ alice: "wonderland" }) });
    const result = await converse({
      authenticator: method,
      password: "a",
      flags: RAS_EAP_FLAG_NON_INTERACTIVE,
    });
    expect(result.trace).toEqual([
      "> SendWithTimeout",
      "< Send",
      "> SendWithTimeoutInteractive",
      "< Send",
      "> SendAndDone 691",
      "< Done 691",
    ]);
  });

  it.each(["Looking-Glass", "Зазеркалье€", "x".repeat(256)])(
    "RFC 2759 section 7: a password that has expired is changed to %j, with keys of the new one",
    async (newPassword) => {
      const book = new PasswordBook({ alice: "wonderland" });
      book.restrictions.set("alice", 648);
      const method = msChapV2({ accounts: book });
      const result = await converse({
        authenticator: method,
        password: "wonderland",
        types: [newPassword, newPassword],
      });
      expect(result.trace.at(-1)).toBe("< Done 0");
      expect(result.asked).toEqual([
        "The password has expired (648).\nNew password of alice:",
        "The new password once more:",
      ]);
      expect(book.passwords.get("alice")).toBe(newPassword);
      expect(keysOf(result.authenticator)?.send).toBe(keysOf(result.peer)?.receive);
      expect((await converse({ authenticator: method, password: newPassword })).trace).toEqual(granted);
    },
  );

  it("two new passwords that differ change nothing", async () => {
    const book = new PasswordBook({ alice: "wonderland" });
    book.restrictions.set("alice", 648);
    const result = await converse({
      authenticator: msChapV2({ accounts: book }),
      password: "wonderland",
      types: ["Looking-Glass", "looking-glass"],
    });
    expect(result.shown).toEqual(["The two passwords differ."]);
    expect(result.trace.slice(-2)).toEqual(["> SendAndDone 648", "< Done 648"]);
    expect(book.passwords.get("alice")).toBe("wonderland");
  });

  it("EAP-44 a new password that the rules refuse ends with 709", async () => {
    const book = new PasswordBook({ alice: "wonderland" });
    book.restrictions.set("alice", 648);
    const result = await converse({
      authenticator: msChapV2({ accounts: book }),
      password: "wonderland",
      types: ["short", "short"],
    });
    expect(result.trace.slice(-2)).toEqual(["> SendAndDone 709", "< Done 709"]);
  });

  it.each(["", "x".repeat(257)])(
    "a new password of no length that could be sent is not sent",
    async (newPassword) => {
      const book = new PasswordBook({ alice: "wonderland" });
      book.restrictions.set("alice", 648);
      const result = await converse({
        authenticator: msChapV2({ accounts: book }),
        password: "wonderland",
        types: [newPassword, newPassword],
      });
      expect(result.trace.at(-1)).toBe("< Done 648");
    },
  );

  it("the user may type the first password, too", async () => {
    const method = msChapV2({ accounts: new PasswordBook({ alice: "wonderland" }) });
    const result = await converse({ authenticator: method, types: ["wonderland"] });
    expect(result.asked).toEqual(["Password of alice:"]);
    expect(result.trace.at(-1)).toBe("< Done 0");
  });

  it("any packets, to either side, are discarded or taken without an exception", () => {
    const octet = fc.oneof(fc.constantFrom(1, 2, 3, 4, 7, 0x10, 0x31), fc.nat(255));
    const tails = fc.array(fc.array(octet, { maxLength: 80 }), { maxLength: 10 });
    fc.assert(
      fc.property(tails, fc.boolean(), fc.boolean(), (all, asAuthenticator, lengthRight) => {
        const side = asAuthenticator ? authenticator() : peer();
        side.call(asAuthenticator ? null : challenge);
        for (const [at, tail] of all.entries()) {
          if (lengthRight && tail.length > 3) {
            tail[2] = 0;
            tail[3] = tail.length;
          }
          const length = 5 + tail.length;
          side.call(Uint8Array.from([asAuthenticator ? 2 : 1, at % 3 === 0 ? 8 : 7, 0, length, 26, ...tail]));
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each([{ retries: -1 }, { retries: 11 }, { retries: 0.5 }, { name: "x".repeat(256) }])(
    "%j is no option",
    (options) => {
      expect(() => msChapV2(options)).toThrow(RangeError);
    },
  );
});
