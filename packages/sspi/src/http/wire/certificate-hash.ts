import {
  contentOf,
  contextTag,
  type DerElement,
  DerTag,
  expectTag,
  readChildren,
  readInside,
  readWhole,
} from "../../wire/der.ts";

/** The hash functions that a certificate's end-point binding is made with. */
export type CertificateHash = "sha224" | "sha256" | "sha384" | "sha512";

/**
 * Which hash of a certificate is its `tls-server-end-point` (RFC 5929 section 4.1): that of its signature, and SHA-256 in the
 * place of MD5 and SHA-1. Undefined for signatures that use none or more than one, such as Ed25519: they have no such binding.
 *
 * @param certificate an X.509 certificate in DER
 * @throws {DerError} for what is no certificate
 */
export function certificateHash(certificate: Uint8Array): CertificateHash | undefined {
  const outer = readWhole(certificate, 0, certificate.length, DerTag.sequence);
  const algorithm = child(certificate, outer, 1, DerTag.sequence);
  const signature = algorithm && oidOf(certificate, algorithm);
  if (signature !== rsaPss) return signature === undefined ? undefined : hashOfSignature.get(signature);
  const parameters = algorithm && child(certificate, algorithm, 1, DerTag.sequence);
  const [tagged] = parameters === undefined ? [] : readChildren(certificate, parameters);
  // RFC 4055 section 3.1: left out, it is SHA-1, and so stands for SHA-256 here.
  if (tagged?.tag !== contextTag(0)) return "sha256";
  return hashByName.get(oidOf(certificate, readInside(certificate, tagged, DerTag.sequence)) ?? "");
}

/** RFC 8017, RFC 5758 and FIPS 186: the contents of the object identifiers. */
const hashOfSignature: ReadonlyMap<string, CertificateHash> = new Map([
  ["2a864886f70d010104", "sha256"], // md5WithRSAEncryption
  ["2a864886f70d010105", "sha256"], // sha1WithRSAEncryption
  ["2a864886f70d01010e", "sha224"],
  ["2a864886f70d01010b", "sha256"],
  ["2a864886f70d01010c", "sha384"],
  ["2a864886f70d01010d", "sha512"],
  ["2a8648ce380403", "sha256"], // dsa-with-sha1
  ["608648016503040301", "sha224"], // dsa-with-sha224
  ["608648016503040302", "sha256"],
  ["2a8648ce3d0401", "sha256"], // ecdsa-with-SHA1
  ["2a8648ce3d040301", "sha224"],
  ["2a8648ce3d040302", "sha256"],
  ["2a8648ce3d040303", "sha384"],
  ["2a8648ce3d040304", "sha512"],
]);

const rsaPss = "2a864886f70d01010a";

const hashByName: ReadonlyMap<string, CertificateHash> = new Map([
  ["2b0e03021a", "sha256"], // SHA-1
  ["608648016503040204", "sha224"],
  ["608648016503040201", "sha256"],
  ["608648016503040202", "sha384"],
  ["608648016503040203", "sha512"],
]);

/** An AlgorithmIdentifier begins with its object identifier. */
function oidOf(bytes: Uint8Array, algorithm: DerElement): string | undefined {
  const oid = child(bytes, algorithm, 0, DerTag.oid);
  return oid && Array.from(contentOf(bytes, oid), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function child(bytes: Uint8Array, outer: DerElement, index: number, tag: number): DerElement | undefined {
  const found = readChildren(bytes, outer)[index];
  if (found !== undefined) expectTag(found, tag);
  return found;
}
