import { sha1 } from "./sha1.ts";

const blockSize = 64;

/**
 * The HMAC-SHA1 of the parts one after another (RFC 2104, RFC 3174), 20 bytes. PEAP prescribes it for the proof that both
 * authentications end at the same two parties ([MS-PEAP] section 3.1.5.5).
 *
 * @example
 * ```ts
 * import { hmacSha1 } from "@sallyport/crypto";
 *
 * const code = hmacSha1(new TextEncoder().encode("key"), new Uint8Array(60), Uint8Array.of(25));
 * ```
 */
export function hmacSha1(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const inner = new Uint8Array(blockSize);
  // RFC 2104 section 2: a longer key stands for its digest.
  inner.set(key.length > blockSize ? sha1(key) : key);
  const outer = inner.map((octet) => octet ^ 0x5c);
  for (let index = 0; index < blockSize; index += 1) inner[index] = (inner[index] as number) ^ 0x36;
  const digest = sha1(outer, sha1(inner, ...parts));
  inner.fill(0);
  outer.fill(0);
  return digest;
}
