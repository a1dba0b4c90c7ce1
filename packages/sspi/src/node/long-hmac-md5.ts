import { createHmac, createSecretKey, type KeyObject } from "node:crypto";

/**
 * HMAC-MD5 by OpenSSL: from some two thousand bytes on its speed is worth the call into native code.
 * A key object is made once a key: a key given as bytes costs several microseconds with every call.
 */
export class LongHmacMd5 {
  readonly #key: KeyObject;

  constructor(key: Uint8Array) {
    this.#key = createSecretKey(key);
  }

  digest(first: Uint8Array, parts: readonly Uint8Array[]): Uint8Array {
    const hmac = createHmac("md5", this.#key).update(first);
    for (const part of parts) hmac.update(part);
    return hmac.digest();
  }
}
