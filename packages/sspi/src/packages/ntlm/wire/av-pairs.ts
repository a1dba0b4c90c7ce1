import { NtlmFormatError } from "./ntlm-format-error.ts";
import { readUint16, readUint32, writeUint16 } from "./payload.ts";

// The identifiers of AV pairs (MS-NLMP section 2.2.2.1).
const MsvAvEOL = 0;
export const MsvAvNbComputerName = 1;
export const MsvAvNbDomainName = 2;
export const MsvAvDnsComputerName = 3;
export const MsvAvDnsDomainName = 4;
export const MsvAvDnsTreeName = 5;
export const MsvAvFlags = 6;
export const MsvAvTimestamp = 7;
export const MsvAvSingleHost = 8;
export const MsvAvTargetName = 9;
export const MsvAvChannelBindings = 10;

/** MsvAvFlags: the message has a MIC. */
export const avFlagMicPresent = 0x2;
/** MsvAvFlags: the target name comes from a source that cannot be trusted. */
export const avFlagUntrustedTarget = 0x4;

/** One attribute of a server or of a response. */
export interface AvPair {
  readonly id: number;
  readonly value: Uint8Array;
}

/** No list needs more: eleven identifiers are defined. */
const maximumPairs = 64;

/** The lengths that the values of some pairs must have. */
const lengths: ReadonlyMap<number, number> = new Map([
  [MsvAvEOL, 0],
  [MsvAvFlags, 4],
  [MsvAvTimestamp, 8],
  [MsvAvChannelBindings, 16],
]);

/** Those that are UTF-16LE. */
const names: ReadonlySet<number> = new Set([
  MsvAvNbComputerName,
  MsvAvNbDomainName,
  MsvAvDnsComputerName,
  MsvAvDnsDomainName,
  MsvAvDnsTreeName,
  MsvAvTargetName,
]);

/**
 * Reads a list of AV pairs up to the one that ends it; what is behind does not belong to it. The values view `bytes`.
 *
 * @param offset where the bytes stand in the message, for the error
 * @throws {NtlmFormatError} `truncated`, `bad-length`, `no-end` or `too-many-pairs`, with the offset
 */
export function decodeAvPairs(bytes: Uint8Array, offset = 0): AvPair[] {
  const pairs: AvPair[] = [];
  let at = 0;
  while (at + 4 <= bytes.length) {
    const id = readUint16(bytes, at);
    const length = readUint16(bytes, at + 2);
    const end = at + 4 + length;
    if (end > bytes.length) throw new NtlmFormatError("truncated", offset + at + 2);
    const isRight = names.has(id) ? length % 2 === 0 : length === (lengths.get(id) ?? length);
    if (!isRight) throw new NtlmFormatError("bad-length", offset + at + 2);
    if (id === MsvAvEOL) return pairs;
    if (pairs.length === maximumPairs) throw new NtlmFormatError("too-many-pairs", offset + at);
    pairs.push({ id, value: bytes.subarray(at + 4, end) });
    at = end;
  }
  throw new NtlmFormatError("no-end", offset + at);
}

/** Writes a list of AV pairs, and the pair that ends it. */
export function encodeAvPairs(pairs: readonly AvPair[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pairs.reduce((sum, { value }) => sum + 4 + value.length, 4));
  let at = 0;
  for (const { id, value } of pairs) {
    writeUint16(bytes, at, id);
    writeUint16(bytes, at + 2, value.length);
    bytes.set(value, at + 4);
    at += 4 + value.length;
  }
  return bytes;
}

/** The value of the first pair with this identifier. */
export function findAvPair(pairs: readonly AvPair[], id: number): Uint8Array | undefined {
  for (const pair of pairs) if (pair.id === id) return pair.value;
  return undefined;
}

/** The flags of a list; none where it has no such pair. */
export function avFlags(pairs: readonly AvPair[]): number {
  const value = findAvPair(pairs, MsvAvFlags);
  return value === undefined ? 0 : readUint32(value, 0);
}
