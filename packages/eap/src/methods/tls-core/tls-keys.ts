import type { TlsConnection, TlsExporter } from "@sallyport/tls-engine";
import type { MppeKeyPair } from "../../contract/mppe-key-attributes.ts";

const nameOfKeys = "eap-key-material";
const nameOfMethodId = "eap-method-id";

/**
 * What an endpoint has to export for a method of a type: 21 has a label of its own in TLS 1.2 (RFC 5281 section 8), all
 * others that of RFC 5216 section 2.3; in TLS 1.3 they share one (RFC 9190 section 2.3, RFC 9427 section 2.1).
 */
export function tlsMethodExporters(type: number): readonly TlsExporter[] {
  const label = type === eapTypeTtls ? "ttls keying material" : "client EAP encryption";
  const context = Uint8Array.of(type);
  return [
    { name: nameOfKeys, protocol: "TLSv1.2", label, length: 128 },
    { name: nameOfKeys, protocol: "TLSv1.3", label: "EXPORTER_EAP_TLS_Key_Material", length: 128, context },
    { name: nameOfMethodId, protocol: "TLSv1.3", label: "EXPORTER_EAP_TLS_Method-Id", length: 64, context },
  ];
}

/** The keys that a TLS method exports (RFC 5247 section 1.2). */
export interface TlsMethodKeys {
  /** 64 octets. */
  readonly msk: Uint8Array<ArrayBuffer>;
  /** 64 octets. */
  readonly emsk: Uint8Array<ArrayBuffer>;
  /** 65 octets: the type, and what names the session; undefined where a hello could not be read. */
  readonly sessionId: Uint8Array<ArrayBuffer> | undefined;
}

/** @throws {Error} when the endpoint of the connection does not export what {@link tlsMethodExporters} names */
export function tlsMethodKeys(connection: TlsConnection, type: number): TlsMethodKeys {
  const material = connection.keyingMaterial(nameOfKeys);
  if (material === undefined) throw new Error("the TLS endpoint was not made for a method of EAP");
  return {
    msk: material.slice(0, 64),
    emsk: material.slice(64, 128),
    sessionId: sessionIdOf(connection, type),
  };
}

/** The first half of the MSK is what the access server receives with (RFC 5216 section 2.3). */
export function mppeKeysOf(msk: Uint8Array): MppeKeyPair {
  return { receive: msk.slice(0, 32), send: msk.slice(32, 64) };
}

const eapTypeTtls = 21;

/** RFC 5247 appendix A, RFC 9190 section 2.3. */
function sessionIdOf(connection: TlsConnection, type: number): Uint8Array<ArrayBuffer> | undefined {
  if (connection.protocol === "TLSv1.3") {
    const methodId = connection.keyingMaterial(nameOfMethodId);
    return methodId === undefined ? undefined : Uint8Array.of(type, ...methodId);
  }
  const { clientRandom, serverRandom } = connection;
  if (clientRandom === undefined || serverRandom === undefined) return undefined;
  return Uint8Array.of(type, ...clientRandom, ...serverRandom);
}
