import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { expand, expandLabel, prf12 } from "../src/node/key-derivation.ts";
import { hex } from "./fixtures.ts";
import vectors from "./vectors/tls.json" with { type: "json" };

const octets = (digits: string): Uint8Array => Buffer.from(digits, "hex");

describe("the vectors of the standards", () => {
  it.each(vectors.groups["rfc5869-hkdf"])("RFC 5869 appendix A: HKDF-Expand of $length octets", (vector) => {
    const { hash, prk, info, length, okm } = vector;
    expect(hex(expand(hash, octets(prk), octets(info), length))).toBe(okm);
  });

  it("RFC 8448 section 3: the secret derived from the early secret", () => {
    const [early, derived] = vectors.groups["rfc8448-constants"].map(({ out }) => out);
    const empty = createHash("sha256").digest();
    expect(hex(expandLabel("sha256", octets(early ?? ""), "derived", 32, empty))).toBe(derived);
  });

  it.each(vectors.groups["tls12-prf-sha256"])("RFC 5246 section 5: the pseudorandom function", (vector) => {
    const { secret, label, seed, out } = vector;
    expect(hex(prf12("sha256", octets(secret), label, octets(seed), out.length / 2))).toBe(out);
  });
});
