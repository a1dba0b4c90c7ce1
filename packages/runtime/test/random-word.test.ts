import { describe, expect, it } from "vitest";
import { randomWord } from "../src/index.ts";

describe("words for secrets", () => {
  it("have the length that was asked for, and every letter the same chance", () => {
    let octet = 0;
    const word = randomWord(56, () => Uint8Array.of(octet++));
    expect(new Set(word).size).toBe(56);
    // 256 is no multiple of 56: the octets that are left over give no letter.
    octet = 224;
    expect(randomWord(1, () => Uint8Array.of(octet++ & 255))).toBe(word[0]);
  });
});
