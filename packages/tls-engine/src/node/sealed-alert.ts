import { type CipherGCMTypes, createCipheriv } from "node:crypto";
import { expandLabel, prf12 } from "./key-derivation.ts";

/** What an alert is sealed with. */
export interface SealedAlertInput {
  readonly role: "server" | "client";
  readonly alert: number;
  /** The standard name of the cipher suite. */
  readonly cipher: string;
  /** TLS 1.3: the traffic secret of the sender; TLS 1.2: the master secret. */
  readonly secret: Uint8Array;
  /** TLS 1.2 only. */
  readonly clientRandom?: Uint8Array | undefined;
  readonly serverRandom?: Uint8Array | undefined;
}

interface Suite {
  readonly algorithm: "aes-128-gcm" | "aes-256-gcm" | "chacha20-poly1305";
  readonly keyLength: number;
  readonly hash: "sha256" | "sha384";
}

/**
 * A fatal alert as a protected record: the first under the keys of TLS 1.3, the one after Finished in TLS 1.2. Node.js
 * gives no way to have OpenSSL send one.
 *
 * @returns undefined for a suite without an AEAD, and where something is not known
 */
export function sealedAlert(input: SealedAlertInput): Uint8Array<ArrayBuffer> | undefined {
  const suite = suiteOf(input.cipher);
  if (suite === undefined) return undefined;
  return /^TLS_(?:AES|CHACHA20)/.test(input.cipher) ? sealed13(input, suite) : sealed12(input, suite);
}

function suiteOf(cipher: string): Suite | undefined {
  if (cipher.includes("CHACHA20_POLY1305"))
    return { algorithm: "chacha20-poly1305", keyLength: 32, hash: "sha256" };
  if (cipher.endsWith("AES_128_GCM_SHA256"))
    return { algorithm: "aes-128-gcm", keyLength: 16, hash: "sha256" };
  if (cipher.endsWith("AES_256_GCM_SHA384"))
    return { algorithm: "aes-256-gcm", keyLength: 32, hash: "sha384" };
  return undefined;
}

const typeAlert = 21;
const typeApplicationData = 23;
const fatal = 2;
const tagLength = 16;

/** RFC 8446 sections 5.2 and 5.3; the sequence number is 0. */
function sealed13({ alert, secret }: SealedAlertInput, suite: Suite): Uint8Array<ArrayBuffer> {
  const key = expandLabel(suite.hash, secret, "key", suite.keyLength);
  const nonce = expandLabel(suite.hash, secret, "iv", 12);
  const content = Uint8Array.of(fatal, alert, typeAlert);
  const header = Uint8Array.of(typeApplicationData, 3, 3, 0, content.length + tagLength);
  return record(header, new Uint8Array(0), seal(suite, key, nonce, header, content));
}

/** RFC 5246 section 6.2.3.3, RFC 5288, RFC 7905; Finished had the sequence number 0. */
function sealed12(input: SealedAlertInput, suite: Suite): Uint8Array<ArrayBuffer> | undefined {
  const { role, alert, secret, clientRandom, serverRandom } = input;
  if (clientRandom === undefined || serverRandom === undefined) return undefined;
  const { keyLength } = suite;
  const gcm = suite.algorithm !== "chacha20-poly1305";
  const ivLength = gcm ? 4 : 12;
  const seed = Buffer.concat([serverRandom, clientRandom]);
  const block = prf12(suite.hash, secret, "key expansion", seed, 2 * (keyLength + ivLength));
  const side = role === "client" ? 0 : 1;
  const key = block.subarray(side * keyLength, (side + 1) * keyLength);
  const ivAt = 2 * keyLength + side * ivLength;
  const iv = block.subarray(ivAt, ivAt + ivLength);
  const sequence = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1);
  const nonce = gcm ? Buffer.concat([iv, sequence]) : xorEnd(iv, sequence);
  const content = Uint8Array.of(fatal, alert);
  const additional = Buffer.concat([sequence, Uint8Array.of(typeAlert, 3, 3, 0, content.length)]);
  const sealed = seal(suite, key, nonce, additional, content);
  const explicit = gcm ? sequence : new Uint8Array(0);
  return record(Uint8Array.of(typeAlert, 3, 3, 0, explicit.length + sealed.length), explicit, sealed);
}

function seal(
  { algorithm }: Suite,
  key: Uint8Array,
  nonce: Uint8Array,
  additional: Uint8Array,
  content: Uint8Array,
): Uint8Array {
  // The types know the GCM overload; that of ChaCha20 is the same.
  const cipher = createCipheriv(algorithm as CipherGCMTypes, key, nonce, { authTagLength: tagLength });
  cipher.setAAD(additional, { plaintextLength: content.length });
  return Buffer.concat([cipher.update(content), cipher.final(), cipher.getAuthTag()]);
}

function record(header: Uint8Array, explicit: Uint8Array, sealed: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(header.length + explicit.length + sealed.length);
  bytes.set(header);
  bytes.set(explicit, header.length);
  bytes.set(sealed, header.length + explicit.length);
  return bytes;
}

function xorEnd(iv: Uint8Array, sequence: Uint8Array): Uint8Array {
  const nonce = iv.slice();
  const from = nonce.length - sequence.length;
  for (const [index, octet] of sequence.entries()) nonce[from + index] = (nonce[from + index] ?? 0) ^ octet;
  return nonce;
}
