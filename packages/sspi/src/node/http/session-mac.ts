import { createHmac } from "node:crypto";

/** HMAC-SHA-256. */
export function sessionMac(key: Uint8Array, text: string): Uint8Array {
  return createHmac("sha256", key).update(text).digest();
}
