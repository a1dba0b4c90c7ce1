import { createHmac } from "node:crypto";
import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HmacMd5, hmacMd5 } from "../src/index.ts";
import { ascii, fromHex, hex, splitAt } from "./bytes.ts";
import vectors from "./vectors/hmac-md5.json" with { type: "json" };

const nodeHmac = (key: Uint8Array, bytes: Uint8Array) => createHmac("md5", key).update(bytes).digest("hex");

describe("HMAC-MD5", () => {
  it.each(vectors.groups["hmac-md5"])("RFC 2202 section 2: $mac", ({ key, data, mac }) => {
    expect(hex(hmacMd5(fromHex(key), fromHex(data)))).toBe(mac);
    const prepared = new HmacMd5(fromHex(key));
    for (let round = 0; round < 3; round += 1) expect(hex(prepared.update(fromHex(data)).digest())).toBe(mac);
  });

  it("agrees with OpenSSL for keys and input of any length, given in any pieces", () => {
    const bytes = fc.uint8Array({ maxLength: 400 });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes, fc.array(fc.nat(400)), (key, input, cuts) => {
        const parts = splitAt(input, cuts);
        const hmac = new HmacMd5(key);
        for (const part of parts) hmac.update(part);
        expect(hex(hmac.digest())).toBe(nodeHmac(key, input));
        expect(hex(hmacMd5(key, ...parts))).toBe(nodeHmac(key, input));
      }),
    );
  });

  it("agrees with OpenSSL for every key length around the block size", () => {
    for (let length = 0; length <= 130; length += 1) {
      const key = Uint8Array.from({ length }, (_, index) => index + length);
      expect(hex(hmacMd5(key, ascii("input")))).toBe(nodeHmac(key, ascii("input")));
    }
  });

  it("is ready for the next input under the same key after digestInto, digest and reset", () => {
    const key = ascii("testing123");
    const hmac = new HmacMd5(key);
    const target = new Uint8Array(18);
    const packet = ascii("0123456789");
    hmac.update(packet, 2, 5).digestInto(target, 1);
    expect(hex(target)).toBe(`00${nodeHmac(key, ascii("234"))}00`);
    expect(hex(hmac.digest())).toBe(nodeHmac(key, new Uint8Array()));
    expect(hex(hmac.update(ascii("lost")).reset().update(packet).digest())).toBe(nodeHmac(key, packet));
  });

  it("does not change when the caller wipes the key, and leaves the caller's key alone", () => {
    const key = ascii("testing123");
    const hmac = new HmacMd5(key);
    expect(key).toEqual(ascii("testing123"));
    key.fill(0);
    expect(hex(hmac.update(ascii("x")).digest())).toBe(nodeHmac(ascii("testing123"), ascii("x")));
  });

  it("keeps two keys apart", () => {
    const one = new HmacMd5(ascii("one")).update(ascii("in"));
    const other = new HmacMd5(ascii("other")).update(ascii("put"));
    expect(hex(one.update(ascii("put")).digest())).toBe(nodeHmac(ascii("one"), ascii("input")));
    expect(hex(other.digest())).toBe(nodeHmac(ascii("other"), ascii("put")));
  });

  it("refuses ranges and targets that do not fit, and is then as it was", () => {
    const hmac = new HmacMd5(ascii("key")).update(ascii("abc"));
    expect(() => hmac.update(ascii("x"), 0, 2)).toThrow(RangeError);
    expect(() => hmac.digestInto(new Uint8Array(15), 0)).toThrow(RangeError);
    expect(hex(hmac.digest())).toBe(nodeHmac(ascii("key"), ascii("abc")));
  });

  it("shows nothing that was derived from the key", () => {
    expect(inspect(new HmacMd5(ascii("key")), { showHidden: true, depth: 9 })).toBe("HmacMd5 {}");
    expect(JSON.stringify(new HmacMd5(ascii("key")))).toBe("{}");
  });
});
