import type { TlsCertificate } from "./certificate.ts";

/** A version of TLS that this engine speaks. */
export type TlsProtocol = "TLSv1.2" | "TLSv1.3";

/** What is known once the handshake is complete. */
export interface TlsConnection {
  readonly protocol: TlsProtocol;
  /** The standard name of the cipher suite, such as `TLS_AES_256_GCM_SHA384`. */
  readonly cipher: string;
  /** Whether an earlier session was resumed. Certificates and verdict are those of the earlier one. */
  readonly resumed: boolean;
  /** The certificate of the other side, and with `peerChain` those above it; empty when it sent none. */
  readonly peerCertificates: readonly TlsCertificate[];
  /**
   * Whether the certificate of the other side was verified: chain, dates, purpose and revocation lists; as a client, its
   * name and the OCSP response that the server stapled, too. A caller must look: a handshake is complete without it.
   */
  readonly authorized: boolean;
  /**
   * Why not: a code of OpenSSL such as `CERT_HAS_EXPIRED`, `CERT_REVOKED` or `UNABLE_TO_VERIFY_LEAF_SIGNATURE`;
   * `ERR_TLS_CERT_ALTNAME_INVALID` for another name; `NO_CERTIFICATE` when there is none; `OCSP_VERIFY_FAILED` and
   * `OCSP_CERT_UNKNOWN` for a stapled response that is not good.
   */
  readonly authorizationError: string | undefined;
  /** As a server: the name that the client asked for. */
  readonly serverName: string | undefined;
  /** The random octets of both hellos, 32 each; undefined where they could not be seen (TLS 1.2: RFC 5216 section 2.3). */
  readonly clientRandom: Uint8Array<ArrayBuffer> | undefined;
  readonly serverRandom: Uint8Array<ArrayBuffer> | undefined;
  /** As a server, of a session that was resumed: what {@link TlsSession.remember} kept; undefined without. */
  readonly remembered: Uint8Array<ArrayBuffer> | undefined;
  /**
   * Keying material (RFC 5705, RFC 8446 section 7.5) of an exporter that the settings name.
   *
   * @returns undefined where no exporter of that name is for this version of TLS
   */
  keyingMaterial(name: string): Uint8Array<ArrayBuffer> | undefined;
}

/** Keying material that is computed when the handshake is complete. */
export interface TlsExporter {
  /** By which {@link TlsConnection.keyingMaterial} finds it. */
  readonly name: string;
  /** In this version of TLS only; in each by default. */
  readonly protocol?: TlsProtocol;
  readonly label: string;
  /** 1 to 1024 octets. */
  readonly length: number;
  /** In TLS 1.2 no context differs from an empty one (RFC 5705 section 4). */
  readonly context?: Uint8Array;
}
