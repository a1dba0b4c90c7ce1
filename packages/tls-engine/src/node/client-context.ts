import { X509Certificate } from "node:crypto";
import {
  type ConnectionOptions,
  checkServerIdentity,
  connect,
  createSecureContext,
  type PeerCertificate,
  type SecureContext,
  type TLSSocket,
} from "node:tls";
import type { TlsSessionOptions } from "../engine.ts";
import type { TlsClientSettings } from "../settings.ts";
import { decodeClientTicket, encodeClientTicket } from "../wire/client-ticket.ts";
import { contextOptions } from "./context-options.ts";
import { Conversation, type ConversationSettings } from "./conversation.ts";
import { stapledResponseError } from "./stapled-response.ts";
import { Turns } from "./turns.ts";

const wrongName = "ERR_TLS_CERT_ALTNAME_INVALID";

/** The certificate of a server, and why the OCSP response that came along does not do. */
interface ServerCertificate {
  readonly certificate: Uint8Array | undefined;
  readonly stapleError?: string | undefined;
}

/** The credential set of a client in the thread that it runs in. */
export class ClientContext {
  readonly #secureContext: SecureContext;
  readonly #settings: ConversationSettings;
  readonly #serverNames: readonly string[];
  readonly #requestedName: string | undefined;
  readonly #trustedAuthorities: readonly string[];
  /** Parsed when a server staples a response for the first time. */
  #authorities: readonly X509Certificate[] | undefined;
  readonly #turns = new Turns<Conversation>();
  readonly #turn = (conversation: Conversation, action: () => void): Promise<void> =>
    this.#turns.take(conversation, action);

  constructor(settings: TlsClientSettings) {
    const { exporters = [], maxBytes = 65_536, serverNames = [] } = settings;
    this.#settings = { role: "client", exporters, maxBytes, peerChain: settings.peerChain ?? false };
    this.#serverNames = serverNames;
    this.#requestedName = settings.requestedName;
    this.#trustedAuthorities = settings.trustedAuthorities ?? [];
    this.#secureContext = createSecureContext(contextOptions(settings));
  }

  open({ ticket }: TlsSessionOptions): Conversation {
    const conversation = new Conversation(this.#settings, this.#turn);
    const kept = ticket === undefined ? undefined : decodeClientTicket(ticket);
    // The types of Node.js leave out these two, which its documentation has.
    const options: ConnectionOptions & { allowHalfOpen: boolean; requestOCSP: boolean } = {
      socket: conversation.socket,
      secureContext: this.#secureContext,
      rejectUnauthorized: false,
      allowHalfOpen: true,
      requestOCSP: true,
      checkServerIdentity: (_name, certificate) => this.#nameError(certificate),
      ...(this.#requestedName === undefined ? {} : { servername: this.#requestedName }),
      ...(kept === undefined ? {} : { session: Buffer.from(kept.session) }),
    };
    const tls = connect(options);
    conversation.attach(tls);
    tls.on("keylog", (line) => conversation.keyLog.note(line));
    let stapled: Uint8Array | undefined;
    tls.on("OCSPResponse", (response: Uint8Array | null) => {
      if (response !== null) stapled = response;
    });
    let server: ServerCertificate | undefined;
    // Node.js takes the certificate out of the chain that it gives it from: who asks twice gets the next one, or none.
    const serverOf = (): ServerCertificate => {
      server ??= this.#serverCertificate(tls, kept?.certificate, stapled);
      return server;
    };
    tls.on("secureConnect", () => this.#secure(tls, conversation, serverOf()));
    // TLS 1.2 gives it just before the handshake is complete, TLS 1.3 after it.
    tls.on("session", (session) => {
      const { certificate, stapleError } = serverOf();
      // Whoever resumes has the verdict of OpenSSL, which knows nothing of the response.
      if (certificate === undefined || stapleError !== undefined) return;
      conversation.ticket(encodeClientTicket({ certificate, session }));
    });
    return conversation;
  }

  #nameError(certificate: PeerCertificate): Error | undefined {
    let error: Error | undefined;
    for (const name of this.#serverNames) {
      error = checkServerIdentity(name, certificate);
      if (error === undefined) return undefined;
    }
    return error;
  }

  #serverCertificate(
    tls: TLSSocket,
    kept: Uint8Array | undefined,
    stapled: Uint8Array | undefined,
  ): ServerCertificate {
    if (tls.isSessionReused()) return { certificate: kept };
    // Nothing above this function would take an exception but the process.
    try {
      const certificate = tls.getPeerX509Certificate();
      if (certificate === undefined || stapled === undefined) return { certificate: certificate?.raw };
      this.#authorities ??= this.#trustedAuthorities.flatMap(certificatesIn);
      const { issuerCertificate } = certificate;
      const sent = issuerCertificate === undefined ? [] : [issuerCertificate];
      const authorities = [...this.#authorities, ...sent];
      const stapleError = stapledResponseError(stapled, certificate, authorities, Date.now());
      return { certificate: certificate.raw, stapleError };
    } catch {
      return { certificate: undefined };
    }
  }

  #secure(tls: TLSSocket, conversation: Conversation, { certificate, stapleError }: ServerCertificate): void {
    const { authorized } = tls;
    // What Node.js has here is a string, although its types tell of an Error.
    const error = tls.authorizationError as unknown as string | null | undefined;
    if (certificate === undefined) conversation.established(false, "NO_CERTIFICATE");
    // Node.js checks the name of a full handshake only.
    else if (tls.isSessionReused() && !this.#hasName(certificate)) {
      conversation.established(false, wrongName, certificate);
    } else if (authorized && stapleError !== undefined) {
      conversation.established(false, stapleError, certificate);
    } else
      conversation.established(authorized, authorized ? undefined : (error ?? "UNSPECIFIED"), certificate);
  }

  #hasName(certificate: Uint8Array): boolean {
    if (this.#serverNames.length === 0) return true;
    try {
      const parsed = new X509Certificate(certificate);
      return this.#serverNames.some((name) => parsed.checkHost(name) !== undefined);
    } catch {
      return false; // a ticket that somebody changed
    }
  }
}

function certificatesIn(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}
