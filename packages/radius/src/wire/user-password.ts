import { Md5 } from "@sallyport/crypto";
import { RadiusPacketError } from "./packet-error.ts";
import { type SharedSecret, secretBytes } from "./prepared-secret.ts";

const blockLength = 16;
const longestPassword = 128;

/**
 * Encrypts a password as it travels in User-Password (RFC 2865 section 5.2): padded with zeros to whole blocks, then
 * c(1) = p(1) xor MD5(Secret + Request Authenticator), c(i) = p(i) xor MD5(Secret + c(i-1)).
 *
 * @returns 16 to 128 octets; an empty password is one block
 * @throws {RadiusPacketError} `user-password-length` for a password of more than 128 octets
 */
export function hideUserPassword(
  password: Uint8Array,
  secret: SharedSecret,
  requestAuthenticator: Uint8Array,
): Uint8Array<ArrayBuffer> {
  if (password.length > longestPassword) throw new RadiusPacketError("user-password-length", longestPassword);
  const hidden = new Uint8Array(Math.max(1, Math.ceil(password.length / blockLength)) * blockLength);
  hidden.set(password);
  hideBlocksFrom(hidden, 0, secret, [requestAuthenticator]);
  return hidden;
}

/**
 * Decrypts the value of a User-Password (RFC 2865 section 5.2) and removes the zeros that pad it. A wrong secret gives
 * wrong octets, not an error.
 *
 * @throws {RadiusPacketError} `user-password-length` when the value is not 16, 32 ... 128 octets long
 */
export function revealUserPassword(
  hidden: Uint8Array,
  secret: SharedSecret,
  requestAuthenticator: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const { length } = hidden;
  if (length === 0 || length > longestPassword || length % blockLength !== 0) {
    throw new RadiusPacketError("user-password-length", length);
  }
  const password = revealBlocks(hidden, secret, requestAuthenticator);
  let end = length;
  while (end > 0 && password[end - 1] === 0) end--;
  return password.slice(0, end);
}

/** Encrypts the whole blocks from an offset on, in place; `seed` is what the first block's key is made of beside the secret. */
export function hideBlocksFrom(
  value: Uint8Array,
  offset: number,
  secret: SharedSecret,
  seed: readonly Uint8Array[],
): void {
  startKey(secret, seed);
  for (let start = offset; start < value.length; start += blockLength) {
    if (start > offset) hash.update(secretBytes(secret)).update(value, start - blockLength, start);
    hash.digestInto(key, 0);
    xorKey(value, start);
  }
}

/** Decrypts whole blocks into an array of their own. */
export function revealBlocks(
  hidden: Uint8Array,
  secret: SharedSecret,
  ...seed: readonly Uint8Array[]
): Uint8Array<ArrayBuffer> {
  const clear = Uint8Array.from(hidden);
  startKey(secret, seed);
  for (let start = 0; start < clear.length; start += blockLength) {
    if (start > 0) hash.update(secretBytes(secret)).update(hidden, start - blockLength, start);
    hash.digestInto(key, 0);
    xorKey(clear, start);
  }
  return clear;
}

const hash: Md5 = new Md5();
const key: Uint8Array = new Uint8Array(blockLength);

function startKey(secret: SharedSecret, seed: readonly Uint8Array[]): void {
  hash.reset().update(secretBytes(secret));
  for (const part of seed) hash.update(part);
}

function xorKey(blocks: Uint8Array, start: number): void {
  for (let index = 0; index < blockLength; index++) {
    blocks[start + index] = (blocks[start + index] as number) ^ (key[index] as number);
  }
  key.fill(0);
}
