import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { chapAttributes, mschapv2Attributes, ntResponse } from "../src/password-attributes.ts";

const bytes = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

describe("ntResponse", () => {
  it("agrees with RFC 2759 section 9.2", () => {
    const response = ntResponse(
      bytes("5B 5D 7C 7D 7B 3F 2F 3E 3C 2C 60 21 32 26 26 28"),
      bytes("21 40 23 24 25 5E 26 2A 28 29 5F 2B 3A 33 7C 7E"),
      "User",
      "clientPass",
    );
    expect(Buffer.from(response)).toEqual(
      bytes("82 30 9E CD 8D 70 8B 5E A0 8F AA 39 81 CD 83 54 42 33 11 4A 3D 85 D6 DF"),
    );
  });
});

describe("attributes", () => {
  it("are CHAP-Password and CHAP-Challenge, over the same challenge", () => {
    const challenge = bytes("000102030405060708090a0b0c0d0e0f");
    const attributes = bytes(chapAttributes("hello", challenge));
    const answer = createHash("md5").update(Uint8Array.of(7)).update("hello").update(challenge).digest();
    expect(attributes).toEqual(Buffer.concat([bytes("031307"), answer, bytes("3c12"), challenge]));
  });

  it("are MS-CHAP-Challenge and MS-CHAP2-Response of Microsoft, and fit each other", () => {
    const attributes = bytes(mschapv2Attributes("bob", "hello"));
    expect(attributes.subarray(0, 8)).toEqual(bytes("1a 18 00000137 0b 12"));
    expect(attributes.subarray(24, 34)).toEqual(bytes("1a 3a 00000137 19 34 01 00"));
    expect(attributes).toHaveLength(24 + 58);
    const challenge = attributes.subarray(8, 24);
    const peerChallenge = attributes.subarray(34, 50);
    expect(attributes.subarray(50, 58)).toEqual(Buffer.alloc(8));
    expect(attributes.subarray(58)).toEqual(
      Buffer.from(ntResponse(challenge, peerChallenge, "bob", "hello")),
    );
  });
});
