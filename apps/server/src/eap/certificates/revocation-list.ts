import { verify, type X509Certificate } from "node:crypto";
import { type DerNode, readDer, tag } from "./der.ts";

/** A certificate revocation list, as far as settings are checked by it; handshakes go by OpenSSL's reading. */
export interface RevocationListFacts {
  readonly thisUpdate: Date | undefined;
  readonly nextUpdate: Date | undefined;
  /** Whether an authority of this name signed it. */
  isFrom(authority: X509Certificate): boolean;
}

/** Reads a list in PEM (RFC 5280 section 5.1); undefined where it is none. */
export function readRevocationList(pem: string): RevocationListFacts | undefined {
  const base64 = pem.replace(/-----[^-]+-----|\s/g, "");
  const [list, algorithm, signature] = readDer(Buffer.from(base64, "base64"))?.children ?? [];
  if (list === undefined || algorithm === undefined || signature?.tagNumber !== tag.bitString)
    return undefined;
  // The version, an INTEGER, may be missing.
  const fields = list.children[0]?.tagNumber === tag.integer ? list.children.slice(1) : list.children;
  const [, issuer, thisUpdate, nextUpdate] = fields;
  if (issuer === undefined || thisUpdate?.time === undefined) return undefined;
  return {
    thisUpdate: thisUpdate.time,
    nextUpdate: nextUpdate?.time,
    isFrom: (authority) =>
      isSubject(authority, issuer) && isSigned(list, algorithm, signature.content.subarray(1), authority),
  };
}

function isSubject({ raw }: X509Certificate, issuer: DerNode): boolean {
  const fields = readDer(raw)?.children[0]?.children ?? [];
  // version [0], serial number, signature, issuer, validity, subject; the version is missing in version 1.
  const subject = fields[fields[0]?.tagClass === 3 ? 5 : 4];
  return subject !== undefined && Buffer.compare(subject.der, issuer.der) === 0;
}

const hashes: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.1.5": "sha1",
  "1.2.840.113549.1.1.11": "sha256",
  "1.2.840.113549.1.1.12": "sha384",
  "1.2.840.113549.1.1.13": "sha512",
  "1.2.840.10045.4.3.2": "sha256",
  "1.2.840.10045.4.3.3": "sha384",
  "1.2.840.10045.4.3.4": "sha512",
};

/** Algorithms that are not known here are left to OpenSSL. */
function isSigned(
  list: DerNode,
  algorithm: DerNode,
  signature: Uint8Array,
  { publicKey }: X509Certificate,
): boolean {
  const hash = hashes[algorithm.children[0]?.identifier ?? ""];
  return hash === undefined || verify(hash, list.der, publicKey, signature);
}
