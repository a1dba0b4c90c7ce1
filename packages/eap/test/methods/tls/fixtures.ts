import { readFileSync } from "node:fs";
import type { TlsEndpoint, TlsEngine, TlsIdentity, TlsProtocol } from "@sallyport/tls-engine";
import { createInlineTlsEngine } from "@sallyport/tls-engine/node";
import type { EapMethodRegistration } from "../../../src/contract/registration.ts";
import {
  type EapTlsApplicant,
  type EapTlsClientOptions,
  type EapTlsServerOptions,
  eapTls,
  eapTlsServer,
} from "../../../src/methods/tls/eap-tls.ts";
import type { TlsMethodServerSettings } from "../../../src/methods/tls-core/tls-endpoints.ts";
import type { TlsRefusal } from "../../../src/methods/tls-core/tls-refusal.ts";

const certificates = new URL("../../../../tls-engine/test/certificates/", import.meta.url);
export const pem = (name: string): string => readFileSync(new URL(`${name}.pem`, certificates), "utf8");
/** An OCSP response about a certificate, such as `server.revoked`. */
export const ocsp = (name: string): Uint8Array => readFileSync(new URL(`${name}.ocsp`, certificates));
export const identityOf = (name: string): TlsIdentity => ({
  key: pem(`${name}.test-key`),
  certificateChain: pem(name),
});

export const engine: TlsEngine = createInlineTlsEngine();

export interface TlsPair {
  readonly server?: Partial<TlsMethodServerSettings>;
  readonly endpoint?: TlsEndpoint;
  readonly authorise?: EapTlsServerOptions["authorise"];
  readonly requireCertificate?: boolean;
  readonly client?: Partial<EapTlsClientOptions>;
  readonly protocol?: TlsProtocol;
  readonly fragmentBytes?: number;
}

/** Both roles of EAP-TLS, and what they tell. */
export function tlsPair(options: TlsPair = {}): {
  readonly authenticator: EapMethodRegistration;
  readonly peer: EapMethodRegistration;
  readonly asked: EapTlsApplicant[];
  readonly refusals: { readonly server: TlsRefusal[]; readonly client: TlsRefusal[] };
} {
  const { protocol, fragmentBytes, requireCertificate } = options;
  const asked: EapTlsApplicant[] = [];
  const refusals: { server: TlsRefusal[]; client: TlsRefusal[] } = { server: [], client: [] };
  const authenticator = eapTls({
    fragmentBytes,
    server: {
      credentials: options.endpoint ?? serverEndpoint(options.server),
      requireCertificate,
      authorise: (applicant) => {
        asked.push(applicant);
        return options.authorise?.(applicant) ?? { kind: "admitted", account: "EXAMPLE\\alice" };
      },
      onRefused: (refusal) => refusals.server.push(refusal),
    },
  });
  const peer = eapTls({
    fragmentBytes,
    client: {
      engine,
      identity: identityOf("client"),
      trustedAuthorities: [pem("authority")],
      serverNames: ["radius.example"],
      minVersion: protocol,
      maxVersion: protocol,
      onRefused: (refusal) => refusals.client.push(refusal),
      ...options.client,
    },
  });
  return { authenticator, peer, asked, refusals };
}

export function serverEndpoint(settings: Partial<TlsMethodServerSettings> = {}): TlsEndpoint {
  return eapTlsServer({
    engine,
    identity: identityOf("server"),
    trustedAuthorities: [pem("authority")],
    ...settings,
  });
}
