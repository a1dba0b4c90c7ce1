import { constants, createHash } from "node:crypto";
import { createServer, type Server, type TLSSocket, type TlsOptions } from "node:tls";
import type { TlsServerSettings } from "../settings.ts";
import { readSession } from "../wire/session.ts";
import { withIssuers } from "./certificate-chain.ts";
import { contextOptions, ticketKeyLength } from "./context-options.ts";
import { Conversation, type ConversationSettings } from "./conversation.ts";
import { Turns } from "./turns.ts";

/** The most that Node.js takes; the host of a conversation has timers of its own. */
const never = 2 ** 31 - 1;

/** The credential set of a server in the thread that it runs in: a `tls.Server` that never listens. */
export class ServerContext {
  readonly #server: Server;
  readonly #settings: ConversationSettings;
  readonly #turns = new Turns<Conversation>();
  readonly #turn = (conversation: Conversation, action: () => void): Promise<void> =>
    this.#turns.take(conversation, action);
  #ocspResponse: Uint8Array | null;
  #stapling = false;

  constructor(settings: TlsServerSettings) {
    const { requestClientCertificate = false, resumption = {}, exporters = [], maxBytes = 65_536 } = settings;
    this.#settings = { role: "server", exporters, maxBytes, peerChain: settings.peerChain ?? false };
    // Where no client is asked for a certificate nobody needs the authorities, and OpenSSL would send them along: a fragment,
    // and with it a round trip, for what every client has or must not believe.
    const options: TlsOptions = {
      ...contextOptions(
        requestClientCertificate
          ? { ...settings, identity: withIssuers(settings) }
          : { ...settings, trustedAuthorities: [], revocationLists: [] },
      ),
      requestCert: requestClientCertificate,
      // Node.js would cut the connection without an alert; who looks at the verdict can do better.
      rejectUnauthorized: false,
      handshakeTimeout: never,
      allowHalfOpen: true,
      sessionIdContext: sessionContext(settings),
    };
    const tickets = resumption !== false && resumption.carrier !== "ids";
    if (!tickets) options.secureOptions = (options.secureOptions ?? 0) | constants.SSL_OP_NO_TICKET;
    if (resumption !== false) {
      options.sessionTimeout = resumption.lifetimeSeconds ?? 3_600;
      const keys = resumption.ticketKeys;
      if (keys !== undefined) options.ticketKeys = ticketKeysOf(keys);
    }
    this.#server = createServer(options);
    this.#server.on("secureConnection", (tls) => this.#secure(tls));
    this.#server.on("tlsClientError", (error: NodeJS.ErrnoException) => {
      // The end of a conversation that somebody else ended comes as a reset, and perhaps in another's turn.
      if (error.code !== "ECONNRESET") this.#turns.current?.failed(error);
    });
    this.#server.on("keylog", (line) => this.#turns.current?.keyLog.note(line));
    if (resumption !== false) this.#resume(resumption.carrier !== "tickets");
    this.#ocspResponse = null;
    this.staple(settings.ocspResponse ?? null);
  }

  open(): Conversation {
    const conversation = new Conversation(this.#settings, this.#turn);
    this.#server.emit("connection", conversation.socket);
    return conversation;
  }

  staple(ocspResponse: Uint8Array | null): void {
    this.#ocspResponse = ocspResponse === null ? null : Buffer.from(ocspResponse);
    // Listening alone costs every handshake something.
    if (ocspResponse === null || this.#stapling) return;
    this.#stapling = true;
    this.#server.on("OCSPRequest", (_certificate, _issuer, done) => done(null, this.#ocspResponse as Buffer));
  }

  #resume(ids: boolean): void {
    // Listening for it has TLS 1.3 tell the secret of each ticket; in TLS 1.2 they are the one of the session.
    this.#server.on("newSession", (id: Buffer, session: Buffer, done: () => void) => {
      const conversation = this.#turns.current;
      if (conversation !== undefined) {
        const key = secretKey(session);
        if (key !== undefined) conversation.foundUnder(key);
        // TLS 1.3 has its tickets told of here, too.
        if (ids && id.length > 0 && readSession(session)?.protocol === tls12) {
          conversation.save(idKey(id), session);
        }
      }
      done();
    });
    if (!ids) return;
    this.#server.on(
      "resumeSession",
      (_id: Buffer, done: (error: Error | null, session: Buffer | null) => void) => {
        const offered = this.#turns.current?.offered;
        done(null, offered === undefined ? null : Buffer.from(offered));
      },
    );
  }

  #secure(tls: TLSSocket): void {
    const conversation = this.#turns.current;
    if (conversation === undefined) {
      tls.destroy();
      return;
    }
    tls.setTimeout(0);
    conversation.attach(tls);
    this.#rememberUnder(tls, conversation);
    const certificate = tls.getPeerX509Certificate()?.raw;
    // What Node.js has here is a string, although its types tell of an Error.
    const error = tls.authorizationError as unknown as string | null | undefined;
    if (certificate === undefined) conversation.established(false, "NO_CERTIFICATE");
    else {
      const { authorized } = tls;
      conversation.established(authorized, authorized ? undefined : (error ?? "UNSPECIFIED"), certificate);
    }
  }

  /** Tickets of TLS 1.3 have told their secrets already, and so has a session of TLS 1.2 that is kept by its id. */
  #rememberUnder(tls: TLSSocket, conversation: Conversation): void {
    const resumed = tls.isSessionReused();
    if (!resumed && (conversation.isFound || tls.getProtocol() === "TLSv1.3")) return;
    // While a session is resumed it still has the secret that it came with.
    const session = tls.getSession();
    const key = session === undefined ? undefined : secretKey(session);
    if (key !== undefined) conversation.foundUnder(key);
  }
}

const tls12 = 0x0303;

/** Under which key a session of the store is. */
export function idKey(id: Uint8Array): string {
  return `id:${Buffer.from(id).toString("hex")}`;
}

/** Under which key stands what is remembered of a session: nothing in it tells the secret. */
function secretKey(session: Uint8Array): string | undefined {
  const secret = readSession(session)?.secret;
  if (secret === undefined) return undefined;
  return `of:${createHash("sha256").update("sallyport session").update(secret).digest("hex")}`;
}

/** A session of one credential set means nothing to another: 32 characters (RFC 5246 section 7.4.1.3). */
function sessionContext({
  identity,
  trustedAuthorities,
  requestClientCertificate,
}: TlsServerSettings): string {
  const hash = createHash("sha256").update(identity.certificateChain);
  for (const authority of trustedAuthorities ?? []) hash.update("\0").update(authority);
  return hash
    .update(requestClientCertificate === true ? "\0with" : "\0without")
    .digest("hex")
    .slice(0, 32);
}

function ticketKeysOf(keys: Uint8Array): Buffer {
  if (keys.length !== ticketKeyLength) {
    throw new RangeError(`ticketKeys must have ${ticketKeyLength} octets, not ${keys.length}`);
  }
  return Buffer.from(keys);
}
