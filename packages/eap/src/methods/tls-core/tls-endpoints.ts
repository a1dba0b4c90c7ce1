import type {
  TlsClientSettings,
  TlsConnection,
  TlsEndpoint,
  TlsEngine,
  TlsExporter,
  TlsServerSettings,
  TlsSession,
} from "@sallyport/tls-engine";
import { tlsMethodExporters } from "./tls-keys.ts";
import { certificateRefusal, type TlsRefusal } from "./tls-refusal.ts";

/** What a TLS method of the authenticator is made ready with. */
export interface TlsMethodServerSettings extends Omit<TlsServerSettings, "exporters"> {
  readonly engine: TlsEngine;
}

/** What a TLS method of the peer is made ready with. */
export interface TlsMethodClientSettings extends Omit<TlsClientSettings, "exporters"> {
  readonly engine: TlsEngine;
  /**
   * Takes every server whose certificate has an authority of `trustedAuthorities` behind it, whatever its name: only
   * right where that authority vouches for nobody else. Without it, `serverNames` must be there.
   */
  readonly acceptAnyServerName?: boolean | undefined;
  /**
   * Looks at no certificate at all. Whoever has the access point then has the session; for tests. Without it,
   * `trustedAuthorities` must be there.
   */
  readonly acceptAnyServer?: boolean | undefined;
  /** Whether sessions are resumed; true by default. */
  readonly resume?: boolean | undefined;
}

/**
 * The endpoint of a server for a TLS method of a type, which exports what the method makes its keys of.
 *
 * @param more further exporters that the method needs
 */
export function tlsMethodServer(
  type: number,
  { engine, ...settings }: TlsMethodServerSettings,
  more: readonly TlsExporter[] = [],
): TlsEndpoint {
  return engine.server({ ...settings, exporters: [...tlsMethodExporters(type), ...more] });
}

/** The peer's side of {@link tlsMethodServer}: the endpoint, what it thinks of servers, and the tickets that it keeps. */
export interface TlsMethodClient {
  /** Begins a session, which resumes an earlier one of this identity where it can. */
  open(identity: string): TlsSession;
  /** Why the server is refused; undefined where it is not. */
  refusalOf(connection: TlsConnection): TlsRefusal | undefined;
  /** Keeps what resumes a session that has succeeded; to be called at the end of each. */
  keep(identity: string, session: TlsSession): void;
}

/** @throws {TypeError} when nothing tells which servers to trust, and the settings do not say that any will do */
export function tlsMethodClient(
  type: number,
  settings: TlsMethodClientSettings,
  more: readonly TlsExporter[] = [],
): TlsMethodClient {
  const { engine, acceptAnyServer = false, acceptAnyServerName = false, resume = true, ...client } = settings;
  const { trustedAuthorities = [], serverNames = [] } = client;
  if (!acceptAnyServer) {
    if (trustedAuthorities.length === 0)
      throw new TypeError("trustedAuthorities is missing, or acceptAnyServer");
    if (serverNames.length === 0 && !acceptAnyServerName) {
      throw new TypeError("serverNames is missing, or acceptAnyServerName");
    }
  }
  const endpoint = engine.client({ ...client, exporters: [...tlsMethodExporters(type), ...more] });
  const tickets = new Map<string, Uint8Array>();
  return {
    open(identity) {
      const ticket = tickets.get(identity);
      // Until it has led to a success again, it is not tried twice: a server may refuse what it resumes.
      tickets.delete(identity);
      const session = endpoint.open({ ticket });
      if (ticket !== undefined) used.set(session, ticket);
      return session;
    },
    refusalOf: (connection) => (acceptAnyServer ? undefined : certificateRefusal(connection)),
    keep(identity, session) {
      const ticket = session.ticket ?? (session.connection?.resumed === true ? used.get(session) : undefined);
      if (!resume || ticket === undefined) return;
      tickets.set(identity, ticket);
      for (const oldest of tickets.keys()) {
        if (tickets.size <= mostTickets) break;
        tickets.delete(oldest);
      }
    },
  };
}

/** Identities whose tickets are kept; the oldest makes room. */
const mostTickets = 64;
/** With which ticket a session began: a server may let it be used again, and give no new one. */
const used = new WeakMap<TlsSession, Uint8Array>();
