import { AsyncLocalStorage } from "node:async_hooks";
import type { PppEapBeginInput } from "@sallyport/eap";
import { alertName, type TlsError, type TlsSession } from "@sallyport/tls-engine";
import type { CertificateFacts } from "../certificates/certificate-facts.ts";
import { knownCertificateFacts } from "../certificates/certificate-memory.ts";

/** What becomes known of one session of a TLS method, from wherever it is known. */
export interface SessionRecord {
  readonly input: PppEapBeginInput;
  /** The tunnel, or the whole of EAP-TLS. */
  session?: TlsSession;
  /** Of a method with certificates inside of the tunnel. */
  innerSession?: TlsSession;
  /** What ended TLS. */
  failure?: TlsError;
  /** The method inside of the tunnel, as the settings name it: `mschapv2`, `pap`, `eap-md5`. */
  inner?: string;
  innerIdentity?: string;
  /** Subject and issuer of the client's certificate: reading one takes longer than all else that is noted here. */
  certificate?: string;
  /** How the client's certificate led to an account. */
  mapping?: string;
  /** Why the client's certificate was refused. */
  refusal?: string;
  /** What {@link newFacts} was made of last. */
  told?: readonly unknown[];
}

/**
 * The record of the session that a call belongs to. TLS methods ask others for certificates and passwords, who are
 * not told on whose behalf.
 */
export const sessionRecords: AsyncLocalStorage<SessionRecord> = new AsyncLocalStorage<SessionRecord>();

/** What an administrator reads of a session; undefined as long as it is what was told before. */
export function newFacts(record: SessionRecord): Readonly<Record<string, string>> | undefined {
  const { session, innerSession, failure, inner, innerIdentity, mapping, refusal } = record;
  const connection = session?.connection;
  const [own] = (innerSession ?? session)?.connection?.peerCertificates ?? [];
  const known = [connection, own, failure, inner, innerIdentity, mapping, refusal];
  const { told } = record;
  if (known.every((one, index) => one === told?.[index])) return undefined;
  record.told = known;
  if (own !== undefined && record.certificate === undefined)
    noteCertificate(record, knownCertificateFacts(own.der));
  return present({
    inner,
    "TLS version": connection?.protocol,
    cipher: connection?.cipher,
    resumed: connection === undefined ? undefined : connection.resumed ? "yes" : "no",
    "inner identity": innerIdentity,
    certificate: record.certificate,
    "certificate mapping": mapping,
    "certificate refused": refusal,
    "TLS failed": failure && failureWords(failure),
  });
}

/** Keeps what a certificate says of itself for whoever reads the trace. */
export function noteCertificate(record: SessionRecord, facts: CertificateFacts | undefined): void {
  record.certificate =
    facts === undefined ? "it cannot be read" : `${facts.subject}, issued by ${facts.issuer}`;
}

function failureWords({ reason, alert, detail }: TlsError): string {
  const what = reason === "alert-received" ? "the peer refuses" : reason;
  return [what, alert === undefined ? undefined : alertName(alert), detail]
    .filter((part) => part !== undefined)
    .join(", ");
}

function present(facts: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name in facts) {
    const text = facts[name];
    if (text !== undefined) found[name] = text;
  }
  return found;
}
