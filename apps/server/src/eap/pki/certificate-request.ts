import type { KeyPair } from "./key-pair.ts";

/** What a certificate says. */
export interface CertificateRequest {
  readonly commonName: string;
  readonly purpose: "authority" | "server" | "client" | "none";
  /** Whose key it certifies. */
  readonly key: KeyPair;
  readonly serialNumber: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly names?: AlternativeNames;
  /** The SID of the account, for the security extension of Windows. */
  readonly sid?: string;
}

/** The subject's alternative names. */
export interface AlternativeNames {
  readonly dns?: readonly string[];
  readonly email?: readonly string[];
  /** User principal names. */
  readonly upn?: readonly string[];
}
