import type { TlsConnection, TlsSession } from "@sallyport/tls-engine";
import { ERROR_MUTUAL_AUTH_FAILED } from "../../contract/status-codes.ts";
import type { TlsMethodClient } from "../tls-core/tls-endpoints.ts";
import type { TlsPeerMove, TlsPeerPhase } from "../tls-core/tls-phase.ts";
import type { TlsRefusal } from "../tls-core/tls-refusal.ts";

/** The client of EAP-TLS behind the handshake: is the server the right one, and has it said that it is satisfied? */
export class EapTlsPeerPhase implements TlsPeerPhase {
  readonly #servers: TlsMethodClient;
  readonly #identity: string;
  readonly #refused: ((refusal: TlsRefusal) => void) | undefined;

  constructor(
    servers: TlsMethodClient,
    identity: string,
    refused: ((refusal: TlsRefusal) => void) | undefined,
  ) {
    this.#servers = servers;
    this.#identity = identity;
    this.#refused = refused;
  }

  established(connection: TlsConnection): TlsPeerMove {
    const refusal = this.#servers.refusalOf(connection);
    if (refusal !== undefined) {
      this.#refused?.(refusal);
      const { code, alert } = refusal;
      return { kind: "fail", code, alert: typeof alert === "string" ? alert : undefined };
    }
    // In TLS 1.2 the Finished of the server says that it took the certificate; TLS 1.3 has the octet below for it.
    return { kind: connection.protocol === "TLSv1.3" ? "send" : "succeed" };
  }

  /** The protected success indication (RFC 9190 section 2.5), and nothing else. */
  received(data: Uint8Array): TlsPeerMove {
    if (data.length === 1 && data[0] === 0) return { kind: "succeed" };
    return { kind: "fail", code: ERROR_MUTUAL_AUTH_FAILED };
  }

  succeeded(session: TlsSession): void {
    this.#servers.keep(this.#identity, session);
  }
}
