/** The least MTU that EAP asks of a lower layer (RFC 3748 section 3.1). */
const leastPacketSize = 1020;
/** All that the Length field can say. */
const longestPacket = 0xffff;
export const defaultPacketSize = 1500;

/** @throws {RangeError} for a size that no lower layer may have, or no packet can have (EAP-38) */
export function checkPacketSize(size: number): void {
  if (Number.isInteger(size) && size >= leastPacketSize && size <= longestPacket) return;
  throw new RangeError(`maxPacketSize must be ${leastPacketSize} to ${longestPacket} octets, not ${size}`);
}
