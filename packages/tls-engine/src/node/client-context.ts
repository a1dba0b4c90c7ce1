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
import { Turns } from "./turns.ts";

const wrongName = "ERR_TLS_CERT_ALTNAME_INVALID";

/** The credential set of a client in the thread that it runs in. */
export class ClientContext {
  readonly #secureContext: SecureContext;
  readonly #settings: ConversationSettings;
  readonly #serverNames: readonly string[];
  readonly #requestedName: string | undefined;
  readonly #turns = new Turns<Conversation>();
  readonly #turn = (conversation: Conversation, action: () => void): Promise<void> =>
    this.#turns.take(conversation, action);

  constructor(settings: TlsClientSettings) {
    const { exporters = [], maxBytes = 65_536, serverNames = [] } = settings;
    this.#settings = { role: "client", exporters, maxBytes, peerChain: settings.peerChain ?? false };
    this.#serverNames = serverNames;
    this.#requestedName = settings.requestedName;
    this.#secureContext = createSecureContext(contextOptions(settings));
  }

  open({ ticket }: TlsSessionOptions): Conversation {
    const conversation = new Conversation(this.#settings, this.#turn);
    const kept = ticket === undefined ? undefined : decodeClientTicket(ticket);
    // The types of Node.js leave out `allowHalfOpen`, which its documentation has.
    const options: ConnectionOptions & { allowHalfOpen: boolean } = {
      socket: conversation.socket,
      secureContext: this.#secureContext,
      rejectUnauthorized: false,
      allowHalfOpen: true,
      checkServerIdentity: (_name, certificate) => this.#nameError(certificate),
      ...(this.#requestedName === undefined ? {} : { servername: this.#requestedName }),
      ...(kept === undefined ? {} : { session: Buffer.from(kept.session) }),
    };
    const tls = connect(options);
    conversation.attach(tls);
    tls.on("keylog", (line) => conversation.keyLog.note(line));
    let certificate: Uint8Array | undefined;
    tls.on("secureConnect", () => {
      certificate = tls.isSessionReused() ? kept?.certificate : tls.getPeerX509Certificate()?.raw;
      this.#secure(tls, conversation, certificate);
    });
    // TLS 1.2 gives it just before the handshake is complete, TLS 1.3 after it.
    tls.on("session", (session) => {
      const leaf = certificate ?? tls.getPeerX509Certificate()?.raw ?? kept?.certificate;
      if (leaf !== undefined) conversation.ticket(encodeClientTicket({ certificate: leaf, session }));
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

  #secure(tls: TLSSocket, conversation: Conversation, certificate: Uint8Array | undefined): void {
    const { authorized } = tls;
    // What Node.js has here is a string, although its types tell of an Error.
    const error = tls.authorizationError as unknown as string | null | undefined;
    if (certificate === undefined) conversation.established(false, "NO_CERTIFICATE");
    // Node.js checks the name of a full handshake only.
    else if (tls.isSessionReused() && !this.#hasName(certificate)) {
      conversation.established(false, wrongName, certificate);
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
