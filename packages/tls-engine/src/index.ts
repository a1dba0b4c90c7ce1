// What an engine is.

// What goes wrong.
export { alertName, type TlsAlertName, tlsAlerts } from "./alerts.ts";
export type { TlsCertificate } from "./certificate.ts";
export type { TlsConnection, TlsExporter, TlsProtocol } from "./connection.ts";
export type { TlsEndpoint, TlsEngine, TlsSession, TlsSessionOptions } from "./engine.ts";
// Resumption.
export {
  createMemorySessionStore,
  type MemorySessionStoreOptions,
  type TlsSessionStore,
} from "./session-store.ts";
export type {
  TlsClientSettings,
  TlsIdentity,
  TlsResumption,
  TlsServerSettings,
  TlsSettings,
} from "./settings.ts";
export { TlsError, type TlsErrorDetails, type TlsErrorReason } from "./tls-error.ts";
// Revocation.
export { type OcspAnswer, type OcspResponse, readOcspResponse } from "./wire/ocsp-response.ts";
