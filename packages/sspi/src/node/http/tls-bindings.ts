import { createHash } from "node:crypto";
import { certificateHash } from "../../http/wire/certificate-hash.ts";
import {
  type ChannelBindings,
  type TlsBindingKind,
  tlsChannelBindings,
} from "../../wire/channel-bindings.ts";
import { DerError } from "../../wire/der-error.ts";

/** What TLS tells of a connection. */
interface TlsConnection {
  getProtocol?(): string | null;
  getFinished?(): Uint8Array | undefined;
  getPeerFinished?(): Uint8Array | undefined;
  isSessionReused?(): boolean;
  exportKeyingMaterial?(length: number, label: string, context: Uint8Array): Uint8Array;
}

/**
 * The channel bindings of a TLS connection (RFC 5929, RFC 9266); undefined where this connection has none of that kind.
 *
 * @param certificate that of the server, in DER; undefined where it is not known
 * @param side whose end of the connection this is
 */
export function tlsBindingsOf(
  connection: TlsConnection,
  kind: TlsBindingKind,
  certificate: Uint8Array | undefined,
  side: "client" | "server",
): ChannelBindings | undefined {
  const data =
    kind === "tls-server-end-point"
      ? certificate && endPoint(certificate)
      : kind === "tls-exporter"
        ? connection.exportKeyingMaterial?.(32, "EXPORTER-Channel-Binding", Buffer.alloc(0))
        : firstFinished(connection, side);
  return data === undefined ? undefined : tlsChannelBindings(kind, data);
}

function endPoint(certificate: Uint8Array): Uint8Array | undefined {
  try {
    const hash = certificateHash(certificate);
    return hash && createHash(hash).update(certificate).digest();
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

/** RFC 5929 section 3.1: the first Finished of the handshake, which a resumed one gets from the server. TLS 1.3 has none. */
function firstFinished(connection: TlsConnection, side: "client" | "server"): Uint8Array | undefined {
  if (connection.getProtocol?.() !== "TLSv1.2") return undefined;
  const isOwn = (side === "client") !== (connection.isSessionReused?.() ?? false);
  return isOwn ? connection.getFinished?.() : connection.getPeerFinished?.();
}
