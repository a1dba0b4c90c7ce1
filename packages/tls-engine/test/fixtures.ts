import { readFileSync } from "node:fs";
import type {
  TlsClientSettings,
  TlsExporter,
  TlsIdentity,
  TlsServerSettings,
  TlsSession,
} from "../src/index.ts";

/** A file of the folder `certificates`, which its `make.sh` made. */
export function pem(name: string): string {
  return readFileSync(new URL(`certificates/${name}.pem`, import.meta.url), "utf8");
}

export function identity(name: string): TlsIdentity {
  return { key: pem(`${name}.test-key`), certificateChain: pem(name) };
}

const exporters: readonly TlsExporter[] = [
  { name: "key", protocol: "TLSv1.2", label: "client EAP encryption", length: 128 },
  {
    name: "key",
    protocol: "TLSv1.3",
    label: "EXPORTER_EAP_TLS_Key_Material",
    length: 128,
    context: Uint8Array.of(13),
  },
];

export function serverSettings(more: Partial<TlsServerSettings> = {}): TlsServerSettings {
  return {
    identity: identity("server"),
    trustedAuthorities: [pem("authority")],
    requestClientCertificate: true,
    exporters,
    ...more,
  };
}

export function clientSettings(more: Partial<TlsClientSettings> = {}): TlsClientSettings {
  return {
    identity: identity("client"),
    trustedAuthorities: [pem("authority")],
    serverNames: ["radius.example"],
    exporters,
    ...more,
  };
}

/** Both sides shake hands; the flights in their order, the client's first. */
export async function shakeHands(client: TlsSession, server: TlsSession): Promise<Uint8Array[]> {
  const flights: Uint8Array[] = [];
  let flight = await client.step(new Uint8Array(0));
  for (let turn = 0; flight.length > 0; turn += 1) {
    flights.push(flight);
    flight = await (turn % 2 === 0 ? server : client).step(flight);
  }
  return flights;
}

export const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString("hex");
export const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
