import { type EapMethodRegistration, eapTls, eapTlsServer, type TlsRefusal } from "@sallyport/eap";
import type { TlsEngine } from "@sallyport/tls-engine";
import type { ClientCertificates } from "./client-certificates.ts";
import { sessionRecords } from "./session-record.ts";

/** What the TLS methods of a server share. */
export interface TlsMethodNeeds {
  /** Its servers show the certificates of the settings. */
  readonly engine: TlsEngine;
  readonly certificates: ClientCertificates;
  readonly fragmentBytes: number | undefined;
}

/** EAP-TLS, by itself or inside of a tunnel. */
export function tlsMethod({ engine, certificates, fragmentBytes }: TlsMethodNeeds): EapMethodRegistration {
  return eapTls({
    server: {
      // Key and certificate are those of the engine's files.
      credentials: eapTlsServer({ engine, identity: fromFiles }),
      authorise: certificates.authorise,
      onRefused: noteRefusal,
    },
    fragmentBytes,
  });
}

/** For traces. */
export function noteRefusal({ reason, detail }: TlsRefusal): void {
  const record = sessionRecords.getStore();
  if (record === undefined || reason === "handshake" || reason === "alert") return;
  record.refusal ??= detail === undefined ? reason : `${reason}, ${detail}`;
}

/** Stands where the engine puts what `eap.tls` names. */
export const fromFiles = { key: "", certificateChain: "" } as const;
