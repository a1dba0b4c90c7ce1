import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accountIdentity, settingsAccounts } from "../src/index.ts";

describe("accountIdentity", () => {
  it.each([
    ["alice", "", "alice"],
    ["CORP\\alice", "CORP", "alice"],
    ["corp\\Alice", "corp", "Alice"],
    ["\\alice", "", "alice"],
    ["CORP\\", "CORP", ""],
    ["CORP\\al\\ice", "CORP", "al\\ice"],
    ["alice@corp.example", "", "alice@corp.example"],
    ["", "", ""],
  ])("reads %j", (userName, domain, name) => {
    expect(accountIdentity(userName)).toEqual({ domain, name });
  });
});

describe("names", () => {
  const found = (own: string, asked: string) =>
    settingsAccounts([{ name: own, password: "x" }]).find({ domain: "", name: asked }) !== undefined;

  it.each([
    ["alice", "ALICE"],
    ["Alice", "aLICE"],
    ["zz top", "ZZ TOP"],
    ["jürgen", "JÜRGEN"],
    ["Ελένη", "ΕΛΈΝΗ"],
    ["ђорђе", "ЂОРЂЕ"],
    ["straße", "STRAßE"],
    ["user-1_2.3", "USER-1_2.3"],
    ["名前", "名前"],
    ["👑 queen", "👑 QUEEN"],
  ])("%s and %s are the same: they differ in case only", (one, other) => {
    expect(found(one, other)).toBe(true);
    expect(found(other, one)).toBe(true);
  });

  it.each([
    ["straße", "strasse"],
    ["STRASSE", "straße"],
    ["admin", "admın"],
    ["sam", "ſam"],
    ["kim", "\u212aim"],
    ["office", "oﬃce"],
    ["jürgen", "jurgen"],
    ["alice", "alice "],
    ["alice", "alice\0"],
  ])("%j and %j are two: neither passes for the other", (one, other) => {
    expect(found(one, other)).toBe(false);
    expect(found(other, one)).toBe(false);
  });

  it("match themselves, and in any mixture of case when they are ASCII", () => {
    const ascii = fc.stringMatching(/^[ -[\]-~]{1,20}$/);
    fc.assert(
      fc.property(ascii, fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }), (name, upper) => {
        const mixed = [...name].map((letter, at) =>
          upper[at] ? letter.toUpperCase() : letter.toLowerCase(),
        );
        expect(found(name, mixed.join(""))).toBe(true);
        expect(found(name, `${name}x`)).toBe(false);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (name) => {
        fc.pre(!name.includes("\\"));
        expect(found(name, name)).toBe(true);
      }),
    );
  });
});
