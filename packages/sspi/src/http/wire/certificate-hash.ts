import { HttpAuthFormatError } from "./http-auth-format-error.ts";

/** The hash functions that a certificate's end-point binding is made with. */
export type CertificateHash = "sha224" | "sha256" | "sha384" | "sha512";

/**
 * Which hash of a certificate is its `tls-server-end-point` (RFC 5929 section 4.1): that of its signature, and SHA-256 in the
 * place of MD5 and SHA-1. Undefined for signatures that use none or more than one, such as Ed25519: they have no such binding.
 *
 * @param certificate an X.509 certificate in DER
 * @throws {HttpAuthFormatError} `bad-der` with the offset of the element that is not as it should be
 */
export function certificateHash(certificate: Uint8Array): CertificateHash | undefined {
  const outer = element(certificate, 0, certificate.length, 0x30);
  const signed = element(certificate, outer.start, outer.end, 0x30);
  const algorithm = element(certificate, signed.end, outer.end, 0x30);
  const identifier = element(certificate, algorithm.start, algorithm.end, 0x06);
  const oid = hex(certificate.subarray(identifier.start, identifier.end));
  if (oid !== rsaPss) return hashOfSignature.get(oid);
  if (identifier.end === algorithm.end) return "sha256"; // RFC 4055 section 3.1: the default is SHA-1
  const parameters = element(certificate, identifier.end, algorithm.end, 0x30);
  if (parameters.start === parameters.end || certificate[parameters.start] !== 0xa0) return "sha256";
  const tagged = element(certificate, parameters.start, parameters.end, 0xa0);
  const hash = element(certificate, tagged.start, tagged.end, 0x30);
  const name = element(certificate, hash.start, hash.end, 0x06);
  return hashByName.get(hex(certificate.subarray(name.start, name.end)));
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

interface Element {
  /** Where its contents start and end. */
  readonly start: number;
  readonly end: number;
}

/** One DER element (X.690 section 10.1): the tag, a definite length in its shortest form, the contents. */
function element(bytes: Uint8Array, at: number, limit: number, tag: number): Element {
  const first = bytes[at + 1];
  if (at + 2 > limit || bytes[at] !== tag || first === undefined)
    throw new HttpAuthFormatError("bad-der", at);
  const size = first < 0x80 ? 0 : first - 0x80;
  if (first === 0x80 || size > 3 || at + 2 + size > limit) throw new HttpAuthFormatError("bad-der", at + 1);
  let length = size === 0 ? first : 0;
  for (let index = 0; index < size; index += 1) length = length * 256 + (bytes[at + 2 + index] ?? 0);
  const start = at + 2 + size;
  if (start + length > limit) throw new HttpAuthFormatError("bad-der", at + 1);
  return { start, end: start + length };
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
