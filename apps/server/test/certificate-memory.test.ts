import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { certificateFacts } from "../src/eap/certificates/certificate-facts.ts";
import { knownCertificateFacts } from "../src/eap/certificates/certificate-memory.ts";
import type { AlternativeNames } from "../src/eap/pki/certificate-subject.ts";
import { LaboratoryAuthority } from "../src/eap/pki/laboratory.ts";

async function certificate(names: AlternativeNames): Promise<Uint8Array> {
  const authority = await LaboratoryAuthority.create({ commonName: "Test", keyKind: "p256" });
  const issued = await authority.issue({ commonName: "alice", purpose: "client", names });
  return new Uint8Array(new X509Certificate(issued.certificate).raw);
}

/** The same certificate with another signature, which nobody checks here. */
function variant(der: Uint8Array, number: number): Uint8Array {
  const other = der.slice();
  new DataView(other.buffer).setUint16(other.length - 4, number);
  return other;
}

describe("knownCertificateFacts", () => {
  it("says the same as a certificate that is read anew, and reads it once", async () => {
    const der = await certificate({ upn: ["alice@lab.example"] });
    const facts = knownCertificateFacts(der);
    expect(facts).toEqual(certificateFacts(der));
    expect(facts).toMatchObject({ principalNames: ["alice@lab.example"] });
    expect(knownCertificateFacts(der.slice())).toBe(facts);
    expect(knownCertificateFacts(variant(der, 7))).not.toBe(facts);
  });

  it("keeps the last thousand: the one that was seen longest ago makes room", async () => {
    const der = await certificate({ upn: ["alice@lab.example"] });
    const first = knownCertificateFacts(variant(der, 0));
    const second = knownCertificateFacts(variant(der, 1));
    for (let number = 2; number < 1_000; number++) knownCertificateFacts(variant(der, number));
    expect(knownCertificateFacts(variant(der, 0))).toBe(first);
    knownCertificateFacts(variant(der, 1_000));
    expect(knownCertificateFacts(variant(der, 0))).toBe(first);
    expect(knownCertificateFacts(variant(der, 1))).not.toBe(second);
  });

  it("does not keep what is longer than 4096 octets, and not what is no certificate", async () => {
    const der = await certificate({
      dns: Array.from({ length: 200 }, (_, index) => `${index}.host.lab.example`),
    });
    const facts = knownCertificateFacts(der);
    expect(facts?.dnsNames).toHaveLength(200);
    expect(knownCertificateFacts(der)).not.toBe(facts);
    expect(knownCertificateFacts(Uint8Array.of(1, 2, 3))).toBeUndefined();
  });
});
