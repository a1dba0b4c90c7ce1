import { createHash, X509Certificate } from "node:crypto";
import { type DerNode, readDer, tag } from "./der.ts";
import { oid } from "./object-identifiers.ts";

/** What a certificate says of its subject, as far as accounts are found by it. */
export interface CertificateFacts {
  /** In the order of the certificate, separated by commas: `O=Corp, CN=alice`. */
  readonly subject: string;
  readonly issuer: string;
  /** The parts of these two, in the order of the certificate: `CN=alice`. */
  readonly subjectParts: readonly string[];
  readonly issuerParts: readonly string[];
  /** Hexadecimal, lower case, without leading zeros. */
  readonly serialNumber: string;
  /** SHA-1 and SHA-256 of the certificate, hexadecimal, lower case. */
  readonly thumbprints: readonly [sha1: string, sha256: string];
  readonly commonNames: readonly string[];
  /** User principal names, DNS names and e-mail addresses among the alternative names of the subject. */
  readonly principalNames: readonly string[];
  readonly dnsNames: readonly string[];
  readonly emailAddresses: readonly string[];
  /** From the security extension of Windows. */
  readonly sid: string | undefined;
  /** Undefined: for any purpose. */
  readonly keyPurposes: readonly string[] | undefined;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** Reads a certificate in DER; undefined where it is none. What does not parse inside of it is left out. */
export function certificateFacts(der: Uint8Array): CertificateFacts | undefined {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(der);
  } catch {
    return undefined;
  }
  const extensions = extensionsOf(der);
  const names = generalNames(extensions.get(oid.subjectAltName));
  const subjectParts = parts(certificate.subject);
  const issuerParts = parts(certificate.issuer);
  return {
    subject: subjectParts.join(", "),
    issuer: issuerParts.join(", "),
    subjectParts,
    issuerParts,
    serialNumber: serialNumberText(certificate.serialNumber),
    thumbprints: [hash("sha1", der), hash("sha256", der)],
    commonNames: subjectParts.flatMap((part) => (part.startsWith("CN=") ? [part.slice(3)] : [])),
    principalNames: otherNames(names, oid.userPrincipalName),
    dnsNames: texts(names, 2),
    emailAddresses: texts(names, 1),
    sid: otherNames(generalNames(extensions.get(oid.securityExtension)), oid.objectSid)[0],
    keyPurposes: extensions
      .get(oid.extKeyUsage)
      ?.children.flatMap(({ identifier }) => (identifier === undefined ? [] : [identifier])),
    notBefore: certificate.validFromDate,
    notAfter: certificate.validToDate,
  };
}

/** A serial number as it is compared: hexadecimal, lower case, without separators and leading zeros. */
export function serialNumberText(text: string): string {
  return text
    .toLowerCase()
    .replace(/[\s:]/g, "")
    .replace(/^0+(?=.)/, "");
}

/** A certificate's extensions: the value in each, by its identifier. */
function extensionsOf(der: Uint8Array): ReadonlyMap<string, DerNode> {
  const toBeSigned = readDer(der)?.children[0]?.children ?? [];
  const list = toBeSigned.find(({ tagClass, tagNumber }) => tagClass === 3 && tagNumber === 3)?.children[0];
  return new Map(
    (list?.children ?? []).flatMap(({ children }) => {
      const [{ identifier } = { identifier: undefined }] = children;
      const octets = children.at(-1);
      const value = octets?.tagNumber === tag.octetString ? readDer(octets.content) : undefined;
      return identifier === undefined || value === undefined ? [] : [[identifier, value] as const];
    }),
  );
}

function generalNames(value: DerNode | undefined): readonly DerNode[] {
  return value?.children.filter(({ tagClass }) => tagClass === 3) ?? [];
}

/** [1] is an e-mail address, [2] a DNS name, both IA5String (RFC 5280 section 4.2.1.6). */
function texts(names: readonly DerNode[], tagNumber: number): string[] {
  return names.flatMap((name) => (name.tagNumber === tagNumber ? visible(name.content) : []));
}

/** [0] is a name of another kind: its identifier, then [0] around its value. */
function otherNames(names: readonly DerNode[], kind: string): string[] {
  return names.flatMap(({ tagNumber, children: [type, value] }) =>
    tagNumber === 0 && type?.identifier === kind && value?.children[0] !== undefined
      ? visible(value.children[0].content)
      : [],
  );
}

/** Text without control characters: a name with a NUL in it is meant to be read in two ways. */
function visible(octets: Uint8Array): string[] {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(octets);
    return text === "" || /\p{Cc}/u.test(text) ? [] : [text];
  } catch {
    return [];
  }
}

function parts(name: string | undefined): string[] {
  return (name ?? "").split("\n").filter((part) => part !== "");
}

function hash(algorithm: "sha1" | "sha256", octets: Uint8Array): string {
  return createHash(algorithm).update(octets).digest("hex");
}
