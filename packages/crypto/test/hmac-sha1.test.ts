import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hmacSha1 } from "../src/index.ts";
import { ascii, fromHex, hex, splitAt } from "./bytes.ts";

describe("HMAC-SHA1", () => {
  it.each([
    ["0b".repeat(20), hex(ascii("Hi There")), "b617318655057264e28bc0b6fb378c8ef146be00"],
    [
      hex(ascii("Jefe")),
      hex(ascii("what do ya want for nothing?")),
      "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
    ],
    ["aa".repeat(20), "dd".repeat(50), "125d7342b9ac11cd91a39af48aa17b4f63f175d3"],
    [
      "aa".repeat(80),
      hex(ascii("Test Using Larger Than Block-Size Key - Hash Key First")),
      "aa4ae5e15272d00e95705637ce8a3b55ed402112",
    ],
  ])("RFC 2202 section 3: key %s", (key, data, code) => {
    expect(hex(hmacSha1(fromHex(key), fromHex(data)))).toBe(code);
  });

  it("agrees with OpenSSL for keys and input of any length, given in any pieces", () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(bytes, bytes, fc.array(fc.nat(300)), (key, input, cuts) => {
        const expected = createHmac("sha1", key).update(input).digest("hex");
        expect(hex(hmacSha1(key, ...splitAt(input, cuts)))).toBe(expected);
      }),
    );
  });
});
