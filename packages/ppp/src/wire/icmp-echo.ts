import { internetChecksum } from "./internet-checksum.ts";
import { numberOf } from "./options.ts";
import { PppPacketError } from "./packet-error.ts";

/** An echo request or reply (RFC 792). */
export interface IcmpEcho {
  readonly kind: "request" | "reply";
  /** 0 to 65 535; with the sequence it matches replies to requests. */
  readonly identifier: number;
  readonly sequence: number;
  readonly data: Uint8Array;
}

const headerLength = 8;
const typeReply = 0;
const typeRequest = 8;

/**
 * Reads an echo of ICMP; undefined for its other messages. The data view `bytes`.
 *
 * @throws {PppPacketError} `truncated` or `bad-checksum`
 */
export function decodeIcmpEcho(bytes: Uint8Array): IcmpEcho | undefined {
  if (bytes.length < headerLength) throw new PppPacketError("truncated", bytes.length);
  if (internetChecksum(bytes) !== 0) throw new PppPacketError("bad-checksum", 2);
  const [type, code] = bytes;
  if ((type !== typeReply && type !== typeRequest) || code !== 0) return undefined;
  return {
    kind: type === typeRequest ? "request" : "reply",
    identifier: numberOf(bytes.subarray(4, 6)),
    sequence: numberOf(bytes.subarray(6, 8)),
    data: bytes.subarray(headerLength),
  };
}

export function encodeIcmpEcho({ kind, identifier, sequence, data }: IcmpEcho): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(headerLength + data.length);
  bytes[0] = kind === "request" ? typeRequest : typeReply;
  bytes[4] = identifier >>> 8;
  bytes[5] = identifier;
  bytes[6] = sequence >>> 8;
  bytes[7] = sequence;
  bytes.set(data, headerLength);
  const checksum = internetChecksum(bytes);
  bytes[2] = checksum >>> 8;
  bytes[3] = checksum;
  return bytes;
}
