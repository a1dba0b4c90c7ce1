import type { MppeKeyPair } from "@sallyport/eap";

/** The key of a passphrase as WebCrypto keeps it: usable, not readable. Its type is the platform's `CryptoKey`, where that is known. */
export type ProofKey = typeof globalThis extends {
  crypto: { subtle: { importKey(...parameters: never[]): Promise<infer Key> } };
}
  ? Key
  : never;

/** What a proof is about: both random numbers, and for whom. No proof fits another session. */
export interface Exchange {
  readonly identity: string;
  readonly serverNonce: Uint8Array;
  readonly peerNonce: Uint8Array;
}

/** The purposes of the key; each has its own label, so that no value of one passes for another. */
type Purpose = "peer proof" | "server proof" | "session key 1" | "session key 2" | "decoy salt";

export function proofKey(octets: Uint8Array): Promise<ProofKey> {
  const hmac = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", new Uint8Array(octets), hmac, false, ["sign", "verify"]);
}

/** HMAC-SHA-256 of the purpose and the exchange. */
export async function derive(
  key: ProofKey,
  purpose: Purpose,
  exchange: Exchange,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, statement(purpose, exchange)));
}

/** Whether a proof is right; the time it takes does not tell where it is wrong. */
export function isProof(
  key: ProofKey,
  purpose: Purpose,
  exchange: Exchange,
  proof: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  return crypto.subtle.verify("HMAC", key, proof, statement(purpose, exchange));
}

/**
 * The MSK of RFC 5247 section 1.2, 64 octets, as the two keys that the access server gets: the first half is
 * MS-MPPE-Recv-Key, the second MS-MPPE-Send-Key (RFC 5216 section 2.3 has the same order).
 */
export async function sessionKeys(key: ProofKey, exchange: Exchange): Promise<MppeKeyPair> {
  return {
    receive: await derive(key, "session key 1", exchange),
    send: await derive(key, "session key 2", exchange),
  };
}

/** The random numbers have a fixed size, so that only one identity makes these octets. */
function statement(
  purpose: Purpose,
  { identity, serverNonce, peerNonce }: Exchange,
): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  return Uint8Array.of(
    ...encoder.encode(`${purpose}\0`),
    ...serverNonce,
    ...peerNonce,
    ...encoder.encode(identity),
  );
}
