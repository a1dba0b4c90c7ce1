/** Object identifiers of certificates, in dotted form. */
export const oid = {
  /** RFC 5280 section 4.2. */
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  crlNumber: "2.5.29.20",
  authorityKeyIdentifier: "2.5.29.35",
  extKeyUsage: "2.5.29.37",
  anyExtendedKeyUsage: "2.5.29.37.0",
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
  /** X.520. */
  commonName: "2.5.4.3",
  /** szOID_NT_PRINCIPAL_NAME: otherName of the subject's alternative names. */
  userPrincipalName: "1.3.6.1.4.1.311.20.2.3",
  /** szOID_NTDS_CA_SECURITY_EXT: the SID of the account, signed by the authority (KB5014754). */
  securityExtension: "1.3.6.1.4.1.311.25.2",
  objectSid: "1.3.6.1.4.1.311.25.2.1",
} as const;
