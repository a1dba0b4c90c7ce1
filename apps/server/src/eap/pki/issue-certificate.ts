import {
  BitString,
  Constructed,
  Integer,
  ObjectIdentifier,
  OctetString,
  Primitive,
  Sequence,
  Utf8String,
} from "asn1js";
import {
  AttributeTypeAndValue,
  BasicConstraints,
  Certificate,
  Extension,
  ExtKeyUsage,
  RelativeDistinguishedNames,
} from "pkijs";
import { oid } from "../certificates/object-identifiers.ts";
import type { AlternativeNames, CertificateRequest } from "./certificate-request.ts";
import type { KeyPair } from "./key-pair.ts";

/** Who signs: an authority with its key. */
export interface Issuer {
  readonly certificate: Certificate;
  readonly key: KeyPair;
}

/** Makes a certificate (RFC 5280), signed by its issuer, or by itself where there is none. */
export async function issueCertificate(
  request: CertificateRequest,
  issuer: Issuer | undefined,
): Promise<Certificate> {
  const certificate = new Certificate();
  certificate.version = 2;
  certificate.serialNumber = positiveInteger(request.serialNumber);
  certificate.subject = commonName(request.commonName);
  certificate.issuer = issuer === undefined ? certificate.subject : issuer.certificate.subject;
  certificate.notBefore.value = request.notBefore;
  certificate.notAfter.value = request.notAfter;
  await certificate.subjectPublicKeyInfo.importKey(request.key.publicKey);
  const ownIdentifier = await keyIdentifier(certificate);
  const issuerIdentifier = issuer === undefined ? ownIdentifier : await keyIdentifier(issuer.certificate);
  certificate.extensions = [
    basicConstraints(request.purpose === "authority"),
    keyUsage(request),
    ...extendedKeyUsage(request.purpose),
    extension(oid.subjectKeyIdentifier, new OctetString({ valueHex: ownIdentifier })),
    extension(oid.authorityKeyIdentifier, new Sequence({ value: [contextPrimitive(0, issuerIdentifier)] })),
    ...alternativeNames(request.names),
    ...securityExtension(request.sid),
  ];
  await certificate.sign((issuer?.key ?? request.key).privateKey, "SHA-256");
  return certificate;
}

/** The octets of a certificate. */
export function certificateDer(certificate: Certificate): Uint8Array<ArrayBuffer> {
  return new Uint8Array(certificate.toSchema(true).toBER());
}

/** RFC 5280 section 4.1.2.2: positive, at most 20 octets. */
export function positiveInteger(octets: Uint8Array): Integer {
  const signed = (octets[0] ?? 0) >= 0x80 ? Uint8Array.of(0, ...octets) : Uint8Array.from(octets);
  return new Integer({ valueHex: signed.buffer });
}

/** RFC 5280 section 4.2.1.2, the first method. */
export async function keyIdentifier(certificate: Certificate): Promise<ArrayBuffer> {
  const key = certificate.subjectPublicKeyInfo.subjectPublicKey.valueBlock.valueHexView;
  return crypto.subtle.digest("SHA-1", Uint8Array.from(key));
}

export function extension(extnID: string, value: { toBER(): ArrayBuffer }, critical = false): Extension {
  return new Extension({ extnID, critical, extnValue: value.toBER() });
}

export function contextPrimitive(tagNumber: number, valueHex: ArrayBuffer): Primitive {
  return new Primitive({ idBlock: { tagClass: 3, tagNumber }, valueHex });
}

function commonName(value: string): RelativeDistinguishedNames {
  const name = new AttributeTypeAndValue({ type: oid.commonName, value: new Utf8String({ value }) });
  return new RelativeDistinguishedNames({ typesAndValues: [name] });
}

function basicConstraints(cA: boolean): Extension {
  const constraints = cA ? new BasicConstraints({ cA, pathLenConstraint: 0 }) : new BasicConstraints({ cA });
  return extension(oid.basicConstraints, constraints.toSchema(), true);
}

/** RFC 5280 section 4.2.1.3: the first bit is digitalSignature, the third keyEncipherment, the sixth and seventh keyCertSign and cRLSign. */
function keyUsage({ purpose, key }: CertificateRequest): Extension {
  const authority = [0b0000_0110, 1] as const;
  const rsa = [0b1010_0000, 5] as const;
  const curve = [0b1000_0000, 7] as const;
  const [bits, unusedBits] = purpose === "authority" ? authority : key.kind === "rsa" ? rsa : curve;
  return extension(oid.keyUsage, new BitString({ valueHex: Uint8Array.of(bits).buffer, unusedBits }), true);
}

function extendedKeyUsage(purpose: CertificateRequest["purpose"]): Extension[] {
  if (purpose !== "server" && purpose !== "client") return [];
  const keyPurposes = [purpose === "server" ? oid.serverAuth : oid.clientAuth];
  return [extension(oid.extKeyUsage, new ExtKeyUsage({ keyPurposes }).toSchema())];
}

/** RFC 5280 section 4.2.1.6: [1] is an e-mail address, [2] a DNS name, [0] a name of another kind. */
function alternativeNames(names: AlternativeNames | undefined): Extension[] {
  const { dns = [], email = [], upn = [] } = names ?? {};
  const value = [
    ...upn.map((name) => otherName(oid.userPrincipalName, new Utf8String({ value: name }))),
    ...email.map((address) => contextPrimitive(1, octets(address))),
    ...dns.map((name) => contextPrimitive(2, octets(name))),
  ];
  return value.length === 0 ? [] : [extension(oid.subjectAltName, new Sequence({ value }))];
}

/** The SID stands in a name of another kind, as text. */
function securityExtension(sid: string | undefined): Extension[] {
  if (sid === undefined) return [];
  const name = otherName(oid.objectSid, new OctetString({ valueHex: octets(sid) }));
  return [extension(oid.securityExtension, new Sequence({ value: [name] }))];
}

function otherName(type: string, value: Utf8String | OctetString): Constructed {
  return new Constructed({
    idBlock: { tagClass: 3, tagNumber: 0 },
    value: [
      new ObjectIdentifier({ value: type }),
      new Constructed({ idBlock: { tagClass: 3, tagNumber: 0 }, value: [value] }),
    ],
  });
}

function octets(text: string): ArrayBuffer {
  return Uint8Array.from(Buffer.from(text, "utf8")).buffer;
}
