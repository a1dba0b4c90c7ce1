import { internetChecksum } from "./internet-checksum.ts";
import { numberOf, octets32 } from "./options.ts";
import { PppPacketError } from "./packet-error.ts";

/** The parts of an IPv4 packet that a link's own endpoint looks at (RFC 791 section 3.1). Addresses are numbers. */
export interface Ipv4Packet {
  readonly source: number;
  readonly destination: number;
  /** 1 is ICMP. */
  readonly protocol: number;
  /** Whether it is but a part of a packet. */
  readonly fragment: boolean;
  /** Behind the header and its options. */
  readonly payload: Uint8Array;
}

export const ipProtocolIcmp = 1;
const shortestHeader = 20;

/**
 * Reads an IPv4 packet. The payload views `bytes`.
 *
 * @throws {PppPacketError} `truncated`, `bad-version`, `bad-length` or `bad-checksum`
 */
export function decodeIpv4(bytes: Uint8Array): Ipv4Packet {
  if (bytes.length < shortestHeader) throw new PppPacketError("truncated", bytes.length);
  const first = bytes[0] ?? 0;
  if (first >>> 4 !== 4) throw new PppPacketError("bad-version", 0);
  const headerLength = (first & 15) * 4;
  const length = numberOf(bytes.subarray(2, 4));
  if (headerLength < shortestHeader || headerLength > length) throw new PppPacketError("bad-length", 0);
  if (length > bytes.length) throw new PppPacketError("bad-length", 2);
  if (internetChecksum(bytes, 0, headerLength) !== 0) throw new PppPacketError("bad-checksum", 10);
  return {
    source: numberOf(bytes.subarray(12, 16)),
    destination: numberOf(bytes.subarray(16, 20)),
    protocol: bytes[9] ?? 0,
    // More fragments, or an offset.
    fragment: (numberOf(bytes.subarray(6, 8)) & 0x3fff) !== 0,
    payload: bytes.subarray(headerLength, length),
  };
}

/** Writes an IPv4 packet without options, with a time to live of 64. */
export function encodeIpv4(packet: Omit<Ipv4Packet, "fragment">): Uint8Array<ArrayBuffer> {
  const { source, destination, protocol, payload } = packet;
  const length = shortestHeader + payload.length;
  if (length > 0xffff) throw new RangeError(`payload must have at most 65515 octets, not ${payload.length}`);
  const bytes = new Uint8Array(length);
  bytes[0] = 0x45;
  bytes[2] = length >>> 8;
  bytes[3] = length;
  bytes[8] = 64;
  bytes[9] = protocol;
  bytes.set(octets32(source), 12);
  bytes.set(octets32(destination), 16);
  const checksum = internetChecksum(bytes, 0, shortestHeader);
  bytes[10] = checksum >>> 8;
  bytes[11] = checksum;
  bytes.set(payload, shortestHeader);
  return bytes;
}
