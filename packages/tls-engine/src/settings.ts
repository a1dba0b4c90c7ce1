import type { TlsExporter, TlsProtocol } from "./connection.ts";
import type { TlsSessionStore } from "./session-store.ts";

/** A key and what vouches for it, in PEM. */
export interface TlsIdentity {
  readonly key: string;
  readonly passphrase?: string;
  /** The own certificate first, then those of authorities that the other side may not have. */
  readonly certificateChain: string;
}

/** What both roles have. */
export interface TlsSettings {
  /** Authorities whose certificates are trusted, in PEM, one or several in a text; none by default. */
  readonly trustedAuthorities?: readonly string[] | undefined;
  /** Revocation lists in PEM. With one list, there must be one for every authority of a chain. */
  readonly revocationLists?: readonly string[] | undefined;
  /** `TLSv1.2` by default. */
  readonly minVersion?: TlsProtocol | undefined;
  /** `TLSv1.3` by default. */
  readonly maxVersion?: TlsProtocol | undefined;
  /** As OpenSSL writes them, both versions in one list; Node's default where undefined. */
  readonly ciphers?: string | undefined;
  /** Groups in order of preference: `X25519:P-256:P-384:P-521` by default, for supplicants send no hybrid group. */
  readonly ecdhCurve?: string | undefined;
  /** Computed for every session. */
  readonly exporters?: readonly TlsExporter[] | undefined;
  /**
   * Whether `peerCertificates` has the authorities above the certificate of the other side, too, as far as they came along
   * or are trusted; false by default, for it costs every session something. Node.js tells of them from version 26 on
   * only, and of a session that is resumed at most of those that are trusted.
   */
  readonly peerChain?: boolean | undefined;
  /** The most octets of one flight, either way, and of application data at a time: 1024 to 1048576; 65536 by default. */
  readonly maxBytes?: number | undefined;
}

/** The credential set of a server. A caller that serves several realms makes an endpoint for each. */
export interface TlsServerSettings extends TlsSettings {
  readonly identity: TlsIdentity;
  /** Ask for a certificate; false by default. That there is none is for the caller to judge. */
  readonly requestClientCertificate?: boolean | undefined;
  /** An OCSP response in DER, for clients that ask for one (RFC 6066 section 8). */
  readonly ocspResponse?: Uint8Array | undefined;
  /** Resumption; none with `false`. */
  readonly resumption?: TlsResumption | false | undefined;
}

/** How sessions are resumed. Whatever the carrier, a session is resumed with the same credential set only. */
export interface TlsResumption {
  /**
   * `tickets`: the client keeps the session, encrypted by the server. `ids`: the server keeps it, which makes for shorter
   * flights, in TLS 1.2 only; in TLS 1.3 there is then no resumption. `both` (default): tickets for clients that ask for
   * them, ids for others; wpa_supplicant asks for none in TLS 1.2.
   */
  readonly carrier?: "tickets" | "ids" | "both" | undefined;
  /** For how long a session can be resumed: 1 to 604800 seconds (RFC 8446 section 4.6.1); 3600 by default. */
  readonly lifetimeSeconds?: number | undefined;
  /**
   * 48 secret octets that encrypt tickets, shared by servers that resume each other's sessions; random by default. Who
   * has them can forge sessions.
   */
  readonly ticketKeys?: Uint8Array | undefined;
  /** Where sessions, and what is remembered of them, are kept; the engine's own memory by default. */
  readonly store?: TlsSessionStore | undefined;
}

/** What a client brings and expects. */
export interface TlsClientSettings extends TlsSettings {
  /** Its own certificate; none by default. */
  readonly identity?: TlsIdentity | undefined;
  /**
   * The names of which the server's certificate must have one, as DNS names. With none, `authorized` does not tell about
   * the name.
   */
  readonly serverNames?: readonly string[] | undefined;
  /** Name to ask for in the handshake (RFC 6066 section 3); not sent by default, as supplicants do not. */
  readonly requestedName?: string | undefined;
}
