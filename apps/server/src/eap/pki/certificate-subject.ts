/** What a certificate of a laboratory is good for. */
export type CertificatePurpose = "authority" | "server" | "client" | "none";

/** The subject's alternative names. */
export interface AlternativeNames {
  readonly dns?: readonly string[];
  readonly email?: readonly string[];
  /** User principal names. */
  readonly upn?: readonly string[];
}
