import { md4 } from "./md4.ts";

/**
 * The NT hash of a password: MD4 over its UTF-16LE form (`NtPasswordHash` of RFC 2759 section 8.3, `NTOWFv1` of
 * MS-NLMP section 3.3.1). Whoever has it can answer for the user: keep it like the password.
 *
 * @returns 16 bytes
 *
 * @example
 * ```ts
 * import { ntHash, Secret } from "@sallyport/crypto";
 *
 * const stored = new Secret(ntHash("wonderland"));
 * ```
 */
export function ntHash(password: string): Uint8Array<ArrayBuffer> {
  const utf16 = new Uint8Array(2 * password.length);
  for (let at = 0; at < password.length; at += 1) {
    const unit = password.charCodeAt(at);
    utf16[2 * at] = unit;
    utf16[2 * at + 1] = unit >>> 8;
  }
  return md4(utf16);
}
