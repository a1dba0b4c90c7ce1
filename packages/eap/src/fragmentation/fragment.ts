import { FragmentError } from "./fragment-error.ts";

/** Flags of a TLS-like method (RFC 5216 section 3.1). */
const lengthIncluded = 0x80;
const moreFragments = 0x40;
const start = 0x20;
/** The version of PEAP and TTLS (RFC 5281 section 9.1); reserved in EAP-TLS. */
const versionMask = 0x07;

/** The data of one packet of EAP-TLS, PEAP or TTLS: what follows the type. */
export interface Fragment {
  /** S: the authenticator begins the method. */
  readonly start: boolean;
  /** M: the message goes on in the next packet. */
  readonly more: boolean;
  /** The low three bits of the flags, 0 to 7. */
  readonly version: number;
  /** L: the length of the whole message, 0 to 4294967295; undefined without it. */
  readonly messageLength: number | undefined;
  /** A part of the message; it views the bytes it was read from. */
  readonly data: Uint8Array;
}

/**
 * Reads the data of a packet of a TLS-like method (RFC 5216 section 3.1). Reserved flags are ignored.
 *
 * @throws {FragmentError} `truncated`, when there are no flags, or not the four octets of a length that they announce
 */
export function decodeFragment(typeData: Uint8Array): Fragment {
  const flags = typeData[0];
  if (flags === undefined) throw new FragmentError("truncated", 0);
  const withLength = (flags & lengthIncluded) !== 0;
  if (withLength && typeData.length < 5) throw new FragmentError("truncated", 1);
  return {
    start: (flags & start) !== 0,
    more: (flags & moreFragments) !== 0,
    version: flags & versionMask,
    messageLength: withLength ? uint32(typeData, 1) : undefined,
    data: typeData.subarray(withLength ? 5 : 1),
  };
}

function uint32(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(at, at + 4);
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

/**
 * Writes what {@link decodeFragment} reads, at the beginning of `target`.
 *
 * @returns the number of octets written
 * @throws {RangeError} when `target` is too short, the version is not 0 to 7, or the length no 32-bit number
 */
export function encodeFragment(target: Uint8Array, fragment: Fragment): number {
  const { version, messageLength, data } = fragment;
  if (!(Number.isInteger(version) && version >= 0 && version <= versionMask)) {
    throw new RangeError(`version must be 0 to 7, not ${version}`);
  }
  const at = messageLength === undefined ? 1 : 5;
  if (target.length < at + data.length) {
    throw new RangeError(`target must have ${at + data.length} octets, not ${target.length}`);
  }
  target[0] =
    version |
    (fragment.start ? start : 0) |
    (fragment.more ? moreFragments : 0) |
    (messageLength === undefined ? 0 : lengthIncluded);
  if (messageLength !== undefined) {
    if (messageLength !== messageLength >>> 0) {
      throw new RangeError(`messageLength must be a 32-bit number, not ${messageLength}`);
    }
    for (let octet = 0; octet < 4; octet += 1) target[1 + octet] = messageLength >>> (24 - 8 * octet);
  }
  target.set(data, at);
  return at + data.length;
}
