import { MethodPacketError } from "../method-packet-error.ts";

/** The data of both packets of MD5-Challenge, after the type: those of CHAP (RFC 3748 section 5.4, RFC 1994 section 4.1). */
export interface Md5ChallengeData {
  /** The challenge, 1 to 255 octets, or the response, 16. It views the bytes it was read from. */
  readonly value: Uint8Array;
  /** Who sent it, for the other side to choose the secret by; may be empty. It views the bytes, too. */
  readonly name: Uint8Array;
}

/**
 * Reads the data of a packet of MD5-Challenge.
 *
 * @throws {MethodPacketError} `truncated`, or `bad-length` when the value is empty or reaches beyond the end
 */
export function decodeMd5ChallengeData(typeData: Uint8Array): Md5ChallengeData {
  const size = typeData[0];
  if (size === undefined) throw new MethodPacketError("truncated", 0);
  if (size === 0 || 1 + size > typeData.length) throw new MethodPacketError("bad-length", 0);
  return { value: typeData.subarray(1, 1 + size), name: typeData.subarray(1 + size) };
}

/**
 * Writes what {@link decodeMd5ChallengeData} reads, at the beginning of `target`.
 *
 * @returns the number of octets written
 * @throws {RangeError} when the value has not 1 to 255 octets, or `target` is too short
 */
export function encodeMd5ChallengeData(target: Uint8Array, { value, name }: Md5ChallengeData): number {
  if (value.length < 1 || value.length > 255) {
    throw new RangeError(`value must have 1 to 255 octets, not ${value.length}`);
  }
  const length = 1 + value.length + name.length;
  if (target.length < length) throw new RangeError(`target must have ${length} octets, not ${target.length}`);
  target[0] = value.length;
  target.set(value, 1);
  target.set(name, 1 + value.length);
  return length;
}
