import { X509Certificate } from "node:crypto";
import type { TlsIdentity, TlsServerSettings } from "../settings.ts";

/**
 * A certificate that stands alone, with those above it that are among the authorities for clients. OpenSSL would look for
 * them in every handshake, verify them, and send them with their root. A root is left out here where that leaves anything:
 * with nothing at all OpenSSL would go and look.
 */
export function withIssuers({ identity, trustedAuthorities = [] }: TlsServerSettings): TlsIdentity {
  const [own, ...more] = certificatesIn(identity.certificateChain);
  // Who names more than one has said what is to be sent.
  if (own === undefined || more.length > 0) return identity;
  const authorities = trustedAuthorities.flatMap(certificatesIn);
  const issuers: X509Certificate[] = [];
  for (let last = own; issuers.length < longestChain && !last.checkIssued(last); ) {
    const issuer = authorities.find((one) => last.checkIssued(one));
    if (issuer === undefined) break;
    issuers.push(issuer);
    last = issuer;
  }
  const sent = issuers.length > 1 ? issuers.filter((one) => !one.checkIssued(one)) : issuers;
  return { ...identity, certificateChain: [own, ...sent].map(String).join("") };
}

const longestChain = 10;

/** The certificates of a text in PEM; what cannot be read is left to the TLS library to complain of. */
function certificatesIn(pem: string): X509Certificate[] {
  const blocks =
    pem.match(/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]*?-----END [A-Z0-9 ]+-----/g) ?? [];
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return [];
  }
}
