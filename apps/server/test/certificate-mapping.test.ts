import { X509Certificate } from "node:crypto";
import { settingsAccounts } from "@sallyport/accounts";
import { findAccount } from "@sallyport/nps";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { certificateFacts } from "../src/eap/certificates/certificate-facts.ts";
import {
  CertificateMapping,
  type CertificateMappingSettings,
  type MappingName,
  mappingNames,
  mappingOf,
  strongMappings,
} from "../src/eap/certificates/certificate-mapping.ts";
import { type IssuedCertificate, LaboratoryAuthority } from "../src/eap/pki/laboratory.ts";

const sid = "S-1-5-21-1-2-3-1001";
let authority: LaboratoryAuthority;
let alices: IssuedCertificate;
let facts: NonNullable<ReturnType<typeof certificateFacts>>;

beforeAll(async () => {
  authority = await LaboratoryAuthority.create({ commonName: "Mapping root", keyKind: "p256" });
  alices = await authority.issue({
    commonName: "alice",
    purpose: "client",
    names: { upn: ["alice@lab.example"], email: ["a.liddell@lab.example"], dns: ["pc1.lab.example"] },
    sid,
  });
  facts = factsOf(alices);
});

function factsOf({ certificate }: IssuedCertificate) {
  const read = certificateFacts(new X509Certificate(certificate).raw);
  if (read === undefined) throw new Error("it cannot be read");
  return read;
}

/** Accounts of the domain LAB with what is written for them. */
function mapping(
  accounts: Readonly<Record<string, readonly CertificateMappingSettings[]>>,
  mappings: readonly MappingName[] = strongMappings,
) {
  const source = settingsAccounts(
    Object.keys(accounts).map((name) => ({ name, password: "x" })),
    { defaultDomain: "LAB" },
  );
  return new CertificateMapping({
    accounts: Object.entries(accounts).map(([name, certificates]) => ({
      identity: `LAB\\${name}`,
      certificates,
    })),
    mappings,
    find: (name) => findAccount(source, name, "LAB"),
    identityOf: ({ domain, name }) => `${domain}\\${name}`,
  });
}

describe("what a certificate says", () => {
  it("names, SID, purposes, thumbprints", () => {
    const certificate = new X509Certificate(alices.certificate);
    expect(facts).toMatchObject({
      subject: "CN=alice",
      issuer: "CN=Mapping root",
      serialNumber: alices.serialNumber,
      principalNames: ["alice@lab.example"],
      emailAddresses: ["a.liddell@lab.example"],
      dnsNames: ["pc1.lab.example"],
      commonNames: ["alice"],
      sid,
      keyPurposes: ["1.3.6.1.5.5.7.3.2"],
    });
    expect(facts.thumbprints).toEqual(
      [certificate.fingerprint, certificate.fingerprint256].map((text) =>
        text.toLowerCase().replaceAll(":", ""),
      ),
    );
  });

  it("a name with a control character is no name", async () => {
    const odd = await authority.issue({
      commonName: "x",
      purpose: "client",
      names: { upn: ["alice@lab.example\0.evil.example"] },
    });
    expect(factsOf(odd).principalNames).toEqual([]);
  });

  it("whatever the octets: facts, or undefined", () => {
    const der = new X509Certificate(alices.certificate).raw;
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.nat(255), (at, octet) => {
        const damaged = Uint8Array.from(der);
        damaged[at] = octet;
        certificateFacts(damaged);
      }),
      { numRuns: 300 },
    );
    fc.assert(fc.property(fc.uint8Array(), (octets) => certificateFacts(octets) === undefined));
  });
});

describe("the account of a certificate", () => {
  it("a user principal name that is the account's own name", () => {
    expect(mapping({ alice: [], bob: [] }).ownerOf(facts)).toMatchObject({
      kind: "account",
      identity: "LAB\\alice",
      mapping: "principalName",
    });
  });

  it.each<[MappingName, () => CertificateMappingSettings]>([
    [
      "thumbprint",
      () => ({ thumbprint: facts.thumbprints[1].replace(/../g, "$&:").slice(0, -1).toUpperCase() }),
    ],
    ["thumbprint", () => ({ thumbprint: facts.thumbprints[0] })],
    ["issuerSerial", () => ({ issuer: "cn = mapping ROOT", serialNumber: `00:${facts.serialNumber}` })],
    ["sid", () => ({ sid })],
    ["principalName", () => ({ principalName: "ALICE@lab.example" })],
  ])("strong: %s", (name, entry) => {
    const owner = mapping({ bob: [entry()] }).ownerOf(facts);
    expect(owner).toMatchObject({ kind: "account", identity: "LAB\\bob", mapping: name });
    const others = mappingNames.filter((other) => other !== name);
    expect(mapping({ bob: [entry()] }, others).ownerOf(facts)).toMatchObject({ kind: "nobody" });
  });

  it.each<[MappingName, CertificateMappingSettings]>([
    ["email", { email: "a.liddell@lab.example" }],
    ["subject", { subject: "CN=alice" }],
    ["subject", { subject: "CN=alice", issuer: "CN=Mapping root" }],
    ["commonName", { commonName: "alice" }],
    ["dns", { dns: "pc1.lab.example" }],
  ])("weak, only where it is named: %s", (name, entry) => {
    expect(mapping({ bob: [entry] }).ownerOf(facts)).toMatchObject({ kind: "nobody" });
    expect(mapping({ bob: [entry] }, [...strongMappings, name]).ownerOf(facts)).toMatchObject({
      kind: "account",
      identity: "LAB\\bob",
      mapping: name,
    });
  });

  it("the computer's account, by its DNS name", () => {
    const computers = { "host/pc1.lab.example": [], alice: [] };
    expect(mapping(computers, ["dns"]).ownerOf(facts)).toMatchObject({
      kind: "account",
      identity: "LAB\\host/pc1.lab.example",
    });
    expect(mapping(computers).ownerOf(facts)).toMatchObject({ identity: "LAB\\alice" });
  });

  it.each<[string, () => CertificateMappingSettings]>([
    ["another issuer", () => ({ issuer: "CN=Other root", serialNumber: facts.serialNumber })],
    ["another serial number", () => ({ issuer: "CN=Mapping root", serialNumber: "01" })],
    ["another SID", () => ({ sid: `${sid}9` })],
    ["another thumbprint", () => ({ thumbprint: "00".repeat(32) })],
  ])("nobody: %s", (_, entry) => {
    expect(mapping({ bob: [entry()] }).ownerOf(facts)).toMatchObject({ kind: "nobody" });
  });

  it("two accounts of one certificate are none", () => {
    expect(mapping({ alice: [], bob: [{ sid }] }).ownerOf(facts)).toEqual({
      kind: "several",
      identities: ["LAB\\bob", "LAB\\alice"],
    });
    expect(mapping({ alice: [{ sid }] }).ownerOf(facts)).toMatchObject({ identity: "LAB\\alice" });
  });

  it("KB5014754 a SID that is not the account's outweighs the name", () => {
    expect(mapping({ alice: [{ sid: "S-1-5-21-9-9-9-9" }] }).ownerOf(facts)).toEqual({
      kind: "nobody",
      why: `the SID ${sid} in it is not that of LAB\\alice`,
    });
  });

  it("the order of a name's parts is that of the certificate, or the other way round", async () => {
    const both = { ...facts, issuerParts: ["O=Corp", "CN=Mapping root"] };
    for (const issuer of ["O=Corp, CN=Mapping root", "CN=Mapping root,O=Corp"])
      expect(mapping({ bob: [{ issuer, serialNumber: facts.serialNumber }] }).ownerOf(both)).toMatchObject({
        identity: "LAB\\bob",
      });
    expect(
      mapping({ bob: [{ issuer: "CN=Mapping root", serialNumber: facts.serialNumber }] }).ownerOf(both),
    ).toMatchObject({ kind: "nobody" });
  });

  it("an entry goes one way", () => {
    expect(mappingOf({})).toBeUndefined();
    expect(mappingOf({ issuer: "CN=x" })).toBeUndefined();
    expect(mappingOf({ serialNumber: "01" })).toBeUndefined();
    expect(mappingOf({ sid, email: "x" })).toBeUndefined();
    expect(mappingOf({ issuer: "CN=x", serialNumber: "01", sid })).toBeUndefined();
    expect(mappingOf({ issuer: "CN=x", subject: "CN=y" })).toBe("subject");
  });
});
