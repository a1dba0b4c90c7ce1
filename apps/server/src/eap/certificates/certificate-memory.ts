import { hash } from "node:crypto";
import { type CertificateFacts, certificateFacts } from "./certificate-facts.ts";

/** The certificates that were seen last; a longer one is read each time, so that strangers cannot fill the memory. */
const mostCertificates = 1_000;
const mostOctets = 4_096;

const known = new Map<string, CertificateFacts>();

/**
 * What {@link certificateFacts} says, kept for those who come again: reading a certificate takes longer than everything
 * else that a login costs outside of TLS. The one that was seen longest ago makes room.
 */
export function knownCertificateFacts(der: Uint8Array): CertificateFacts | undefined {
  if (der.length > mostOctets) return certificateFacts(der);
  const key = hash("sha256", der, "base64");
  const facts = known.get(key) ?? certificateFacts(der);
  if (facts === undefined) return undefined;
  // A map keeps the order of insertion: the last seen goes to its end.
  known.delete(key);
  known.set(key, facts);
  for (const oldest of known.keys()) {
    if (known.size <= mostCertificates) break;
    known.delete(oldest);
  }
  return facts;
}
