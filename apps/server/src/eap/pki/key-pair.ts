import type { webcrypto } from "node:crypto";

/** What keys a laboratory has. */
export const keyKinds = ["rsa", "p256"] as const;
export type KeyKind = (typeof keyKinds)[number];

/** A key pair, made for signatures with SHA-256. */
export interface KeyPair {
  readonly kind: KeyKind;
  readonly publicKey: webcrypto.CryptoKey;
  readonly privateKey: webcrypto.CryptoKey;
}

/** Makes a pair of keys: RSA with 2048 bits, or on the curve P-256. */
export async function makeKeyPair(kind: KeyKind): Promise<KeyPair> {
  const { publicKey, privateKey } = await crypto.subtle.generateKey(algorithms[kind], true, [
    "sign",
    "verify",
  ]);
  return { kind, publicKey, privateKey };
}

/** The private key as PKCS #8, in PEM. */
export async function privateKeyPem({ privateKey }: KeyPair): Promise<string> {
  return pem("PRIVATE KEY", new Uint8Array(await crypto.subtle.exportKey("pkcs8", privateKey)));
}

/** Reads what {@link privateKeyPem} wrote; the public key is that of the certificate. */
export async function readKeyPair(
  kind: KeyKind,
  keyPem: string,
  publicKey: Uint8Array<ArrayBuffer>,
): Promise<KeyPair> {
  const algorithm = algorithms[kind];
  return {
    kind,
    privateKey: await crypto.subtle.importKey("pkcs8", derOf(keyPem), algorithm, true, ["sign"]),
    publicKey: await crypto.subtle.importKey("spki", publicKey, algorithm, true, ["verify"]),
  };
}

/** Octets as PEM (RFC 7468). */
export function pem(label: string, der: Uint8Array): string {
  const lines = Buffer.from(der)
    .toString("base64")
    .match(/.{1,64}/g);
  return `-----BEGIN ${label}-----\n${(lines ?? []).join("\n")}\n-----END ${label}-----\n`;
}

/** The octets of the first block of a PEM text. */
export function derOf(text: string): Uint8Array<ArrayBuffer> {
  const [, base64 = ""] = /-----BEGIN [^-]+-----([\s\S]+?)-----END/.exec(text) ?? [];
  return Uint8Array.from(Buffer.from(base64, "base64"));
}

const algorithms = {
  rsa: {
    name: "RSASSA-PKCS1-v1_5",
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
    hash: "SHA-256",
  },
  p256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
} as const;
