import { RadiusPacketError } from "./packet-error.ts";
import type { SharedSecret } from "./prepared-secret.ts";
import { hideBlocksFrom, revealBlocks } from "./user-password.ts";

const saltLength = 2;
const blockLength = 16;
/** What fits behind tag and salt in an attribute of 253 octets, in whole blocks, less the length octet. */
const longestPassword = 239;

/** What {@link hideTunnelPassword} and {@link hideSaltEncrypted} need beside the clear value. */
export interface SaltEncryption {
  readonly secret: SharedSecret;
  /** Of the request that is answered. */
  readonly requestAuthenticator: Uint8Array;
  /** 2 random octets, different for every attribute of a packet; the top bit is set here, as the RFC demands. */
  readonly salt: Uint8Array;
}

/**
 * Encrypts the value of a Tunnel-Password (RFC 2868 section 3.5): Tag, Salt, then the password behind a length octet,
 * padded and encrypted with b(1) = MD5(Secret + Request Authenticator + Salt), b(i) = MD5(Secret + c(i-1)).
 *
 * @param options.tag 0 (not grouped) to 31
 * @throws {RadiusPacketError} `tunnel-password-length` for a password of more than 239 octets
 */
export function hideTunnelPassword(
  password: Uint8Array,
  options: SaltEncryption & { readonly tag: number },
): Uint8Array<ArrayBuffer> {
  const { tag } = options;
  if (!Number.isInteger(tag) || tag < 0 || tag > 31) {
    throw new RangeError(`tag must be a whole number from 0 to 31, found ${tag}`);
  }
  const hidden = hideSaltEncrypted(password, options);
  const value = new Uint8Array(1 + hidden.length);
  value[0] = tag;
  value.set(hidden, 1);
  return value;
}

/**
 * Decrypts the value of a Tunnel-Password (RFC 2868 section 3.5).
 *
 * @throws {RadiusPacketError} `tunnel-password-length` when the value is no tag, salt and whole blocks, or when the
 *   length octet inside does not fit, which a wrong secret mostly leads to
 */
export function revealTunnelPassword(
  value: Uint8Array,
  secret: SharedSecret,
  requestAuthenticator: Uint8Array,
): { readonly tag: number; readonly password: Uint8Array<ArrayBuffer> } {
  const [tag] = value;
  if (tag === undefined) throw new RadiusPacketError("tunnel-password-length", 0);
  return { tag, password: revealSaltEncrypted(value.subarray(1), secret, requestAuthenticator) };
}

/**
 * Encrypts a value behind its salt, without a tag: what MS-MPPE-Send-Key and MS-MPPE-Recv-Key carry (RFC 2548 section
 * 2.4.2), with the same cipher as Tunnel-Password.
 *
 * @throws {RadiusPacketError} `tunnel-password-length` for a value of more than 239 octets
 */
export function hideSaltEncrypted(clear: Uint8Array, options: SaltEncryption): Uint8Array<ArrayBuffer> {
  const { secret, requestAuthenticator, salt } = options;
  if (salt.length !== saltLength) throw new RangeError(`salt must have 2 octets, found ${salt.length}`);
  if (clear.length > longestPassword) throw new RadiusPacketError("tunnel-password-length", longestPassword);
  const value = new Uint8Array(saltLength + Math.ceil((1 + clear.length) / blockLength) * blockLength);
  value[0] = (salt[0] as number) | 0x80;
  value[1] = salt[1] as number;
  value[saltLength] = clear.length;
  value.set(clear, saltLength + 1);
  hideBlocksFrom(value, saltLength, secret, [requestAuthenticator, value.subarray(0, saltLength)]);
  return value;
}

/**
 * Decrypts a value behind its salt, without a tag (RFC 2548 section 2.4.2).
 *
 * @throws {RadiusPacketError} `tunnel-password-length` as {@link revealTunnelPassword}
 */
export function revealSaltEncrypted(
  value: Uint8Array,
  secret: SharedSecret,
  requestAuthenticator: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const blocks = value.subarray(saltLength);
  if (blocks.length === 0 || blocks.length % blockLength !== 0) {
    throw new RadiusPacketError("tunnel-password-length", value.length);
  }
  const clear = revealBlocks(blocks, secret, requestAuthenticator, value.subarray(0, saltLength));
  const length = clear[0] as number;
  if (length > clear.length - 1) throw new RadiusPacketError("tunnel-password-length", saltLength);
  return clear.slice(1, 1 + length);
}
