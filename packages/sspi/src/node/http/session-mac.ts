import { createHmac, timingSafeEqual } from "node:crypto";

/** HMAC-SHA-256. */
export function sessionMac(key: Uint8Array, text: string): Uint8Array {
  return createHmac("sha256", key).update(text).digest();
}

/** Compares in constant time; of different lengths are not equal. */
export function isSameMac(expected: Uint8Array, found: Uint8Array): boolean {
  return expected.length === found.length && timingSafeEqual(expected, found);
}
