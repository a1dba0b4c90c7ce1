import { createHash, createHmac } from "node:crypto";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import {
  PreparedSecret,
  signMessageAuthenticator,
  signRequestAuthenticator,
  signResponseAuthenticator,
  verifyMessageAuthenticator,
  verifyRequestAuthenticator,
  verifyResponseAuthenticator,
} from "../src/index.ts";
import { hex, request, secret } from "./support.ts";

const key = secret.reveal();
const prepared = new PreparedSecret(secret);
const nonce = Uint8Array.from({ length: 16 }, (_, index) => index * 3);

describe.each([
  ["octets", key],
  ["a prepared secret", prepared],
])("with %s", (_, shared) => {
  it("RFC 2866 section 3 the Request Authenticator of an Accounting-Request is the MD5 over 16 zero octets", () => {
    const packet = request({ code: 4, attributes: { "Acct-Status-Type": "Start", "Acct-Session-Id": "1" } });
    signRequestAuthenticator(packet, shared);
    const zeroed = Uint8Array.from(packet).fill(0, 4, 20);
    expect(hex(packet.subarray(4, 20))).toBe(createHash("md5").update(zeroed).update(key).digest("hex"));
    expect(verifyRequestAuthenticator(packet, shared)).toBe(true);
  });

  it("RFC 2865 section 3 the Response Authenticator covers code, identifier, length, request and attributes", () => {
    const packet = request({ code: 2, attributes: { "Reply-Message": "Hello" } });
    signResponseAuthenticator(packet, nonce, shared);
    const summed = Uint8Array.from(packet);
    summed.set(nonce, 4);
    expect(hex(packet.subarray(4, 20))).toBe(createHash("md5").update(summed).update(key).digest("hex"));
    for (let at = 0; at < packet.length; at++) {
      const changed = Uint8Array.from(packet);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(verifyResponseAuthenticator(changed, nonce, shared)).toBe(false);
    }
    expect(verifyResponseAuthenticator(packet, nonce, shared)).toBe(true);
  });

  it.each(["first", "last"] as const)(
    "RFC 3579 section 3.2 the Message-Authenticator, %s in the packet, is the HMAC-MD5 with its own octets as zero",
    (messageAuthenticator) => {
      const packet = request({ attributes: { "User-Name": "alice", "NAS-Port": 1 }, messageAuthenticator });
      const offset = messageAuthenticator === "first" ? 20 : packet.length - 18;
      signMessageAuthenticator(packet, offset, nonce, shared);
      const summed = Uint8Array.from(packet).fill(0, offset + 2, offset + 18);
      summed.set(nonce, 4);
      expect(hex(packet.subarray(offset + 2, offset + 18))).toBe(
        createHmac("md5", key).update(summed).digest("hex"),
      );
      const before = hex(packet);
      expect(verifyMessageAuthenticator(packet, offset, nonce, shared)).toBe(true);
      expect(hex(packet)).toBe(before);
    },
  );
});

it("RFC 3579 section 3.2 a Message-Authenticator of another length is never right", () => {
  const packet = request({ attributes: { "Attr-80": "0x00112233", "User-Name": "a name that fills" } });
  expect(verifyMessageAuthenticator(packet, 20, nonce, key)).toBe(false);
  expect(() => signMessageAuthenticator(packet, 20, nonce, key)).toThrow(RangeError);
});

it("another secret verifies nothing", () => {
  const packet = request({ code: 4, messageAuthenticator: "first" });
  const other = new PreparedSecret("xyzzy5462");
  expect(verifyRequestAuthenticator(packet, other)).toBe(false);
  expect(verifyMessageAuthenticator(packet, 20, new Uint8Array(16), other)).toBe(false);
  expect(verifyMessageAuthenticator(packet, 20, new Uint8Array(16), prepared)).toBe(true);
});

it("a prepared secret shows itself as ***", () => {
  const shown = [inspect(prepared, { showHidden: true }), JSON.stringify(prepared), String(prepared)];
  expect(shown).toEqual(["***", '"***"', "***"]);
});
