import { X509Certificate } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeAuthorization,
  decodeChallenges,
  encodeAuthorization,
  HttpAuthFormatError,
} from "../../src/http/index.ts";
import { decodeBase64, encodeBase64 } from "../../src/http/wire/base64.ts";
import { certificateHash } from "../../src/http/wire/certificate-hash.ts";
import { decodeResponseHead } from "../../src/http/wire/response-head.ts";
import { DerError } from "../../src/wire/der-error.ts";
import { certificates, signatures } from "./certificates.ts";

describe("base64", () => {
  it("reads what Node writes and writes what Node reads", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const text = Buffer.from(bytes).toString("base64");
        expect(encodeBase64(bytes)).toBe(text);
        expect(decodeBase64(text)).toEqual(new Uint8Array(bytes));
      }),
    );
  });

  it("one text for one value: whatever is read is written the same", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9+/=]{0,12}$/), (text) => {
        const bytes = decodeBase64(text);
        if (bytes !== undefined) expect(encodeBase64(bytes)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it("carries more than one chunk", () => {
    const bytes = Uint8Array.from({ length: 50_000 }, (_, index) => index % 251);
    expect(encodeBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
  });
});

describe("Authorization", () => {
  it("is read as it was written", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (token) => {
        const read = decodeAuthorization(encodeAuthorization("NTLM", token), 64);
        expect(read).toEqual({ scheme: "NTLM", token: new Uint8Array(token) });
      }),
    );
  });

  it("of any text throws its typed error or nothing", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: "binary" })), (text) => {
        try {
          decodeAuthorization(text, 100);
        } catch (error) {
          expect(error).toBeInstanceOf(HttpAuthFormatError);
        }
      }),
    );
  });

  it("tells where it stopped, never what stood there", () => {
    const read = () => decodeAuthorization("NTLM  hunter2!", 100);
    expect(read).toThrow(expect.objectContaining({ reason: "bad-base64", offset: 6 }));
    expect(read).toThrow(expect.objectContaining({ message: expect.not.stringContaining("hunter2") }));
  });
});

describe("challenges", () => {
  it.each([
    [
      ["Negotiate", "NTLM"],
      ["Negotiate", "NTLM"],
    ],
    [["Negotiate, NTLM"], ["Negotiate", "NTLM"]],
    [['Basic realm="a, NTLM b\\", c", charset="UTF-8", NTLM'], ["Basic", "NTLM"]],
    [['Digest realm="x", nonce="y" , qop="auth,auth-int",Negotiate'], ["Digest", "Negotiate"]],
    [["", ",,", "NTLM ,"], ["NTLM"]],
    [['NTLM"'], ["NTLM"]],
  ])("%j offers %j", (values, schemes) => {
    expect(decodeChallenges(values).map(({ scheme }) => scheme)).toEqual(schemes);
  });

  it("carries tokens, with padding", () => {
    const [challenge] = decodeChallenges(["NTLM TlRMTVNTUA=="]);
    expect(new TextDecoder().decode(challenge?.token)).toBe("NTLMSSP");
  });

  it("of any text throws nothing", () => {
    fc.assert(fc.property(fc.array(fc.string()), (values) => void decodeChallenges(values)));
  });
});

describe("tls-server-end-point", () => {
  const hashOf = (pem: string) => certificateHash(new X509Certificate(pem).raw);

  it("is the hash of the signature; SHA-256 in the place of SHA-1; none for Ed25519 (RFC 5929 section 4.1)", () => {
    expect(hashOf(certificates.server.cert)).toBe("sha384");
    expect(hashOf(signatures.rsaPssSha512)).toBe("sha512");
    expect(hashOf(signatures.rsaSha1)).toBe("sha256");
    expect(hashOf(signatures.ed25519)).toBeUndefined();
  });

  it("of a damaged certificate throws its typed error or nothing", () => {
    const whole = new X509Certificate(signatures.rsaPssSha512).raw;
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, value, length) => {
        const damaged = Uint8Array.from(whole.subarray(0, length));
        if (at < damaged.length) damaged[at] = value;
        try {
          certificateHash(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(DerError);
        }
      }),
    );
  });
});

describe("the head of an answer", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);

  it("is read when it is whole, and tells its length", () => {
    const text = "HTTP/1.1 407 Proxy\r\nProxy-Authenticate: NTLM\r\nproxy-authenticate:  Basic \r\n\r\n";
    for (let length = 0; length < text.length; length += 1) {
      expect(decodeResponseHead(bytes(text.slice(0, length)))).toBeUndefined();
    }
    const head = decodeResponseHead(bytes(`${text}body`));
    expect(head).toMatchObject({ status: 407, length: text.length });
    expect(typeof head === "object" && head.values("proxy-authenticate")).toEqual(["NTLM", "Basic"]);
  });

  // A pattern that looks at each blank again takes seconds for each of them.
  it("a run of 60000 blanks, and 15000 headers of one name, are read in one go", () => {
    const blanks = `a${" ".repeat(60_000)}b`;
    for (let round = 0; round < 5; round += 1) {
      const head = decodeResponseHead(bytes(`HTTP/1.1 407 Proxy\r\nx:\t ${blanks} \r\n\r\n`));
      expect(typeof head === "object" && head.values("x")).toEqual([blanks]);
      const many = decodeResponseHead(bytes(`HTTP/1.1 407 Proxy\r\n${"x:\r\n".repeat(15_000)}\r\n`));
      expect(typeof many === "object" && many.values("x")).toHaveLength(15_000);
    }
  });

  it.each([
    "SSH-2.0",
    "HTTP/2 200\r\n\r\n",
    "HTTP/1.1 20 OK\r\n\r\n",
    "HTTP/1.1 200 OK\r\n folded: x\r\n\r\n",
    "HTTP/1.1 200 OK\r\nbroken: x\ny\r\n\r\n",
  ])("%j is none", (text) => expect(decodeResponseHead(bytes(text))).toBe("malformed"));
});
