/**
 * The checksum of the Internet protocols (RFC 1071): of octets that hold their own right checksum it is 0.
 *
 * @param start inclusive
 * @param end exclusive
 */
export function internetChecksum(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  let sum = 0;
  let at = start;
  for (; at + 1 < end; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  if (at < end) sum += (bytes[at] ?? 0) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}
