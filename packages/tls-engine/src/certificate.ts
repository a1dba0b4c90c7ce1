/**
 * A certificate of the other side. It is read when somebody asks for a field; what does not parse gives empty texts,
 * for it has come from the network.
 */
export interface TlsCertificate {
  /** As it stood on the wire. */
  readonly der: Uint8Array<ArrayBuffer>;
  /** The subject, one part a line, as in `CN=alice`. */
  readonly subject: string;
  readonly issuer: string;
  /** As in `DNS:radius.example, email:alice@example.org`; undefined without the extension. */
  readonly subjectAltName: string | undefined;
  /** Hexadecimal digits in upper case. */
  readonly serialNumber: string;
  /** Milliseconds since 1970. */
  readonly validFrom: number;
  readonly validTo: number;
  /** SHA-256 of `der`, hexadecimal digits in lower case, without colons. */
  readonly fingerprint256: string;
  /** Object identifiers of the extended key usage, such as `1.3.6.1.5.5.7.3.2`; empty without the extension. */
  readonly extendedKeyUsage: readonly string[];
}
