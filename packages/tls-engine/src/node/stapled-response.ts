import { createHash, verify, X509Certificate } from "node:crypto";
import { derValue, derValues } from "../wire/der.ts";
import { type OcspAnswer, type OcspResponse, readOcspResponse } from "../wire/ocsp-response.ts";

/**
 * What an OCSP response that a server stapled makes of its certificate (RFC 6066 section 8, RFC 6960 section 3.2).
 *
 * @param authorities of whom one may have issued the certificate
 * @param now milliseconds since 1970
 * @returns undefined where it is good, and where the issuer is unknown, as if there were no response; otherwise a code
 */
export function stapledResponseError(
  octets: Uint8Array,
  certificate: X509Certificate,
  authorities: readonly X509Certificate[],
  now: number,
): "CERT_REVOKED" | "OCSP_VERIFY_FAILED" | "OCSP_CERT_UNKNOWN" | undefined {
  const issuer = authorities.find((authority) => isIssued(certificate, authority));
  if (issuer === undefined) return undefined;
  const response = readOcspResponse(octets);
  const states =
    response?.answers
      .filter((answer) => isCurrent(answer, now) && isAbout(answer, certificate, issuer))
      .map(({ status }) => status) ?? [];
  if (response === undefined || states.length === 0 || !isSigned(response, issuer, now)) {
    return "OCSP_VERIFY_FAILED";
  }
  if (states.includes("revoked")) return "CERT_REVOKED";
  return states.includes("unknown") ? "OCSP_CERT_UNKNOWN" : undefined;
}

function isIssued(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    return false; // a key that OpenSSL does not know
  }
}

const ocspSigning = "1.3.6.1.5.5.7.3.9";
const clockSkew = 300_000;

function isCurrent({ thisUpdate, nextUpdate }: OcspAnswer, now: number): boolean {
  return thisUpdate <= now + clockSkew && (nextUpdate === undefined || now <= nextUpdate + clockSkew);
}

/** SHA-1 is no signature's hash anymore; in the name of a certificate it does no harm. */
const hashes: ReadonlyMap<string, string> = new Map([
  ["1.3.14.3.2.26", "sha1"],
  ["2.16.840.1.101.3.4.2.1", "sha256"],
  ["2.16.840.1.101.3.4.2.2", "sha384"],
  ["2.16.840.1.101.3.4.2.3", "sha512"],
]);

const signatureHashes: ReadonlyMap<string, string | null> = new Map([
  ["1.2.840.113549.1.1.11", "sha256"],
  ["1.2.840.113549.1.1.12", "sha384"],
  ["1.2.840.113549.1.1.13", "sha512"],
  ["1.2.840.10045.4.3.2", "sha256"],
  ["1.2.840.10045.4.3.3", "sha384"],
  ["1.2.840.10045.4.3.4", "sha512"],
  ["1.3.101.112", null],
  ["1.3.101.113", null],
]);

function isAbout(answer: OcspAnswer, certificate: X509Certificate, issuer: X509Certificate): boolean {
  const algorithm = hashes.get(answer.hashAlgorithm);
  const names = namesOf(issuer);
  if (algorithm === undefined || names === undefined || answer.serialNumber !== certificate.serialNumber) {
    return false;
  }
  const isHash = (hash: Uint8Array, of: Uint8Array): boolean =>
    createHash(algorithm).update(of).digest().equals(hash);
  return isHash(answer.issuerNameHash, names.subject) && isHash(answer.issuerKeyHash, names.key);
}

/** The issuer itself, or whom it has certified for this purpose (RFC 6960 section 4.2.2.2). */
function isSigned(response: OcspResponse, issuer: X509Certificate, now: number): boolean {
  const { certificates, signatureAlgorithm, signedData, signature } = response;
  const hash = signatureHashes.get(signatureAlgorithm);
  if (hash === undefined) return false;
  const signs = ({ publicKey }: X509Certificate): boolean => verify(hash, signedData, publicKey, signature);
  try {
    if (signs(issuer)) return true;
  } catch {
    // A key of another kind than the signature.
  }
  return certificates.slice(0, mostCertificates).some((der) => {
    try {
      const delegate = new X509Certificate(der);
      const isInTime = Date.parse(delegate.validFrom) <= now && now <= Date.parse(delegate.validTo);
      const isResponder = delegate.keyUsage?.includes(ocspSigning) === true;
      return (
        isInTime &&
        isResponder &&
        delegate.checkIssued(issuer) &&
        delegate.verify(issuer.publicKey) &&
        signs(delegate)
      );
    } catch {
      return false;
    }
  });
}

const mostCertificates = 5;

/** What a CertID has hashes of: the name of the issuer, and the bits of its key. */
function namesOf({
  raw,
}: X509Certificate): { readonly subject: Uint8Array; readonly key: Uint8Array } | undefined {
  const [toBeSigned] = derValues(derValue(raw)?.content ?? raw);
  const fields = derValues(toBeSigned?.content ?? new Uint8Array(0));
  // The version [0] may be missing; then serial number, signature, issuer, validity, subject, key.
  const [, , , , subject, key] = fields[0]?.tag === 0xa0 ? fields.slice(1) : fields;
  const bits = derValues(key?.content ?? new Uint8Array(0))[1];
  return subject === undefined || bits === undefined
    ? undefined
    : { subject: subject.whole, key: bits.content.subarray(1) };
}
