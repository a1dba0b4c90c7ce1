import type { TlsConnection, TlsExporter } from "@sallyport/tls-engine";

const names = { 9: "ttls-challenge-9", 17: "ttls-challenge-17" } as const;

/**
 * What an endpoint exports for the implicit challenges of CHAP, MS-CHAP and MS-CHAPv2 (RFC 5281 section 11.1). TLS 1.3 has
 * the same label, without a context (RFC 9427 section 2.3); its octets depend on how many are asked for.
 */
export const challengeExporters: readonly TlsExporter[] = [
  { name: names[9], label: "ttls challenge", length: 9 },
  { name: names[17], label: "ttls challenge", length: 17 },
];

/**
 * The implicit challenge of a tunnel, with the identifier behind it: 9 octets for MS-CHAP, 17 for CHAP and MS-CHAPv2.
 *
 * @throws {Error} when the endpoint was not made for TTLS
 */
export function implicitChallenge(connection: TlsConnection, length: 9 | 17): Uint8Array<ArrayBuffer> {
  const challenge = connection.keyingMaterial(names[length]);
  if (challenge === undefined) throw new Error("the TLS endpoint was not made for EAP-TTLS");
  return challenge;
}
