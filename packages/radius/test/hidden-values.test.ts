import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  hideSaltEncrypted,
  hideTunnelPassword,
  hideUserPassword,
  joinVendorSpecific,
  RadiusPacketError,
  revealSaltEncrypted,
  revealTunnelPassword,
  revealUserPassword,
  splitVendorSpecific,
} from "../src/index.ts";
import { hex, octets, secret, utf8 } from "./support.ts";

const key = secret.reveal();
const requestAuthenticator = Uint8Array.from({ length: 16 }, (_, index) => 255 - index);
const md5 = (...parts: readonly Uint8Array[]): Uint8Array => {
  const hash = createHash("md5");
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((octet, index) => octet ^ (b[index] ?? 0));
const octetsOf = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength: length });

describe("User-Password", () => {
  it("RFC 2865 section 5.2 chains the blocks", () => {
    const hidden = hideUserPassword(utf8("a password of more than one block"), key, requestAuthenticator);
    expect(hidden.length).toBe(48);
    const first = xor(utf8("a password of mo"), md5(key, requestAuthenticator));
    const second = xor(utf8("re than one bloc"), md5(key, first));
    const third = xor(Uint8Array.of(...utf8("k"), ...new Uint8Array(15)), md5(key, second));
    expect(hex(hidden)).toBe(hex(first) + hex(second) + hex(third));
  });

  it("reveal(hide(x)) = x for every password that does not end in a zero octet", () => {
    fc.assert(
      fc.property(octetsOf(128), (password) => {
        fc.pre(password.at(-1) !== 0);
        const hidden = hideUserPassword(password, key, requestAuthenticator);
        expect(hidden.length % 16).toBe(0);
        expect(hidden.length).toBeGreaterThanOrEqual(16);
        expect(hex(revealUserPassword(hidden, key, requestAuthenticator))).toBe(hex(password));
      }),
    );
  });

  it("RFC 2865 section 5.2 refuses more than 128 octets, and what is no whole blocks", () => {
    expect(() => hideUserPassword(new Uint8Array(129), key, requestAuthenticator)).toThrow(RadiusPacketError);
    for (const length of [0, 1, 15, 17, 129, 144]) {
      const reveal = () => revealUserPassword(new Uint8Array(length), key, requestAuthenticator);
      expect(reveal).toThrow(expect.objectContaining({ reason: "user-password-length", offset: length }));
    }
  });

  it("another secret gives other octets, no error", () => {
    const hidden = hideUserPassword(utf8("wonderland"), key, requestAuthenticator);
    expect(hex(revealUserPassword(hidden, utf8("other"), requestAuthenticator))).not.toBe(
      hex(utf8("wonderland")),
    );
  });
});

describe("Tunnel-Password and MPPE keys", () => {
  const salt = octets("12 34");

  it("RFC 2868 section 3.5 tag, salt with its top bit set, then length and password, encrypted", () => {
    const value = hideTunnelPassword(utf8("secret"), { tag: 3, secret: key, requestAuthenticator, salt });
    expect(hex(value.subarray(0, 3))).toBe("039234");
    const clear = Uint8Array.of(6, ...utf8("secret"), ...new Uint8Array(9));
    expect(hex(value.subarray(3))).toBe(hex(xor(clear, md5(key, requestAuthenticator, octets("9234")))));
  });

  it("RFC 2548 section 2.4.2 an MPPE key uses the same cipher without a tag, over several blocks", () => {
    const mppeKey = Uint8Array.from({ length: 32 }, (_, index) => index);
    const value = hideSaltEncrypted(mppeKey, { secret: key, requestAuthenticator, salt });
    expect(value.length).toBe(2 + 48);
    const clear = Uint8Array.of(32, ...mppeKey, ...new Uint8Array(15));
    const first = xor(clear.subarray(0, 16), md5(key, requestAuthenticator, octets("9234")));
    const second = xor(clear.subarray(16, 32), md5(key, first));
    const third = xor(clear.subarray(32), md5(key, second));
    expect(hex(value)).toBe(`9234${hex(first)}${hex(second)}${hex(third)}`);
  });

  it("reveal(hide(x)) = x", () => {
    fc.assert(
      fc.property(octetsOf(239), fc.nat(31), fc.nat(0xffff), (password, tag, number) => {
        const options = { secret: key, requestAuthenticator, salt: Uint8Array.of(number >> 8, number) };
        const value = hideTunnelPassword(password, { ...options, tag });
        const revealed = revealTunnelPassword(value, key, requestAuthenticator);
        expect([revealed.tag, hex(revealed.password)]).toEqual([tag, hex(password)]);
        const bare = hideSaltEncrypted(password, options);
        expect(hex(revealSaltEncrypted(bare, key, requestAuthenticator))).toBe(hex(password));
      }),
    );
  });

  it("any bytes: a password or a RadiusPacketError", () => {
    let refused = 0;
    fc.assert(
      fc.property(octetsOf(253), (value) => {
        try {
          const { password } = revealTunnelPassword(value, key, requestAuthenticator);
          expect(password.length).toBeLessThan(value.length);
        } catch (error) {
          expect(error).toMatchObject({ name: "RadiusPacketError", reason: "tunnel-password-length" });
          refused++;
        }
      }),
    );
    expect(refused).toBeGreaterThan(0);
  });

  it("refuses what does not fit into an attribute, and a tag or salt that is none", () => {
    const options = { tag: 0, secret: key, requestAuthenticator, salt };
    expect(hideTunnelPassword(new Uint8Array(239), options).length).toBeLessThanOrEqual(253);
    expect(() => hideTunnelPassword(new Uint8Array(240), options)).toThrow(RadiusPacketError);
    expect(() => hideTunnelPassword(utf8("x"), { ...options, tag: 32 })).toThrow(RangeError);
    expect(() => hideTunnelPassword(utf8("x"), { ...options, salt: new Uint8Array(3) })).toThrow(RangeError);
  });
});

describe("Vendor-Specific", () => {
  it("RFC 2865 section 5.26 splits what it joined", () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), fc.nat(255), octetsOf(247), (vendor, type, value) => {
        const split = splitVendorSpecific(joinVendorSpecific(vendor, type, value));
        expect(split?.vendor).toBe(vendor);
        expect(split?.attributes.map((own) => [own.type, hex(own.value)])).toEqual([[type, hex(value)]]);
      }),
    );
  });

  it("finds several attributes in one", () => {
    const split = splitVendorSpecific(octets("00000137 07060000 0001 0806 00000006"));
    expect(split?.attributes.map(({ type, value }) => [type, hex(value)])).toEqual([
      [7, "00000001"],
      [8, "00000006"],
    ]);
  });

  it.each([
    ["no attribute", "00000009"],
    ["a length of 0", "00000009 0100"],
    ["a length of 1", "00000009 0101"],
    ["a length beyond the end", "00000009 010461"],
    ["half a header", "00000009 010361 02"],
  ])("is left to the vendor with %s", (_, value) => {
    expect(splitVendorSpecific(octets(value))).toBeUndefined();
  });

  it("any bytes: a view on them or undefined", () => {
    fc.assert(
      fc.property(octetsOf(253), (value) => {
        const split = splitVendorSpecific(value);
        const inside = split?.attributes.reduce((sum, own) => sum + 2 + own.value.length, 4) ?? value.length;
        expect(inside).toBe(value.length);
      }),
    );
  });

  it("refuses a value that does not fit", () => {
    expect(() => joinVendorSpecific(9, 1, new Uint8Array(248))).toThrow(RadiusPacketError);
    expect(() => joinVendorSpecific(-1, 1, new Uint8Array(1))).toThrow(RangeError);
    expect(() => joinVendorSpecific(9, 256, new Uint8Array(1))).toThrow(RangeError);
  });
});
