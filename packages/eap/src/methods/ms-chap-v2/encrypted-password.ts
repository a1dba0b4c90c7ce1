import { desEncrypt, ntHash, rc4 } from "@sallyport/crypto";
import type { Random } from "@sallyport/runtime";

/** The most UTF-16 units that a password may have to be changed (RFC 2759 section 8.9). */
export const greatestPassword = 256;
const blockSize = 512;

/**
 * A new password, encrypted with the old one (`NewPasswordEncryptedWithOldNtPasswordHash` of RFC 2759 section 8.9): the
 * password at the end of 512 random octets, and its length.
 *
 * @returns 516 octets
 * @throws {RangeError} when the new password has more than 256 UTF-16 units
 */
export function encryptedPassword(
  newPassword: string,
  oldHash: Uint8Array,
  random: Random,
): Uint8Array<ArrayBuffer> {
  const { length } = newPassword;
  if (length > greatestPassword)
    throw new RangeError(`newPassword must have at most 256 units, not ${length}`);
  const block = new Uint8Array(blockSize + 4);
  block.set(random(blockSize - 2 * length));
  const view = new DataView(block.buffer);
  for (let at = 0; at < length; at += 1) {
    view.setUint16(blockSize - 2 * (length - at), newPassword.charCodeAt(at), true);
  }
  view.setUint32(blockSize, 2 * length, true);
  return rc4(oldHash, block);
}

/**
 * The hash of the old password, encrypted with that of the new one (`OldNtPasswordHashEncryptedWithNewNtPasswordHash`
 * of RFC 2759 section 8.12): two blocks, whose keys are the first 14 octets.
 *
 * @returns 16 octets
 */
export function encryptedHash(newPassword: string, oldHash: Uint8Array): Uint8Array<ArrayBuffer> {
  const key = ntHash(newPassword);
  const encrypted = new Uint8Array(16);
  encrypted.set(desEncrypt(key.subarray(0, 7), oldHash.subarray(0, 8)));
  encrypted.set(desEncrypt(key.subarray(7, 14), oldHash.subarray(8)), 8);
  return encrypted;
}
