import { AvpError } from "./avp-error.ts";

/** One attribute-value pair as RFC 5281 section 10.1 has it: that of Diameter, with the numbers of RADIUS below 256. */
export interface DiameterAvp {
  /** 0 to 4294967295: a RADIUS attribute where `vendorId` is 0 and the code below 256. */
  readonly code: number;
  /** 0 where the V flag is clear. */
  readonly vendorId: number;
  /** M: who does not understand the AVP must let the negotiation fail. */
  readonly mandatory: boolean;
  /** Without padding. It views the bytes it was read from. */
  readonly data: Uint8Array;
}

/** Of Microsoft, whose attributes carry MS-CHAP (RFC 2548). */
export const microsoftVendor = 311;

const vendorFlag = 0x80;
const mandatoryFlag = 0x40;
const shortHeader = 8;
const longHeader = 12;
/** All that the Length field can say. */
const longestAvp = 0xffffff;
/** Nobody needs as many; a message of empty ones could hold thousands. */
const most = 128;

/**
 * Reads a sequence of AVPs (RFC 5281 section 10.2). Reserved flags and the content of padding are ignored, and the padding
 * of the last one may be missing, as it is with some peers.
 *
 * @throws {AvpError} `truncated`, `bad-length` or `too-many`
 *
 * @example
 * ```ts
 * import { decodeAvps } from "@sallyport/eap";
 *
 * decodeAvps(Uint8Array.of(0, 0, 0, 1, 0x40, 0, 0, 9, 97, 0, 0, 0)); // one: User-Name "a"
 * ```
 */
export function decodeAvps(bytes: Uint8Array): readonly DiameterAvp[] {
  const avps: DiameterAvp[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    if (avps.length === most) throw new AvpError("too-many", offset);
    if (offset + shortHeader > bytes.length) throw new AvpError("truncated", offset);
    const flags = bytes[offset + 4] as number;
    const length = uint32(bytes, offset + 4) & longestAvp;
    const header = (flags & vendorFlag) === 0 ? shortHeader : longHeader;
    if (length < header || offset + length > bytes.length) throw new AvpError("bad-length", offset + 5);
    avps.push({
      code: uint32(bytes, offset),
      vendorId: header === longHeader ? uint32(bytes, offset + 8) : 0,
      mandatory: (flags & mandatoryFlag) !== 0,
      data: bytes.subarray(offset + header, offset + length),
    });
    offset += padded(length);
  }
  return avps;
}

/**
 * Writes what {@link decodeAvps} reads, each AVP padded with zeros to a multiple of four octets.
 *
 * @throws {RangeError} when a code or a vendor is no 32-bit number, or an AVP would be longer than 16 777 215 octets
 */
export function encodeAvps(avps: readonly DiameterAvp[]): Uint8Array<ArrayBuffer> {
  const lengths = avps.map((avp) => headerOf(avp) + avp.data.length);
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + padded(length), 0));
  let offset = 0;
  for (const [index, avp] of avps.entries()) {
    const { code, vendorId, mandatory, data } = avp;
    const length = lengths[index] as number;
    if (length > longestAvp)
      throw new RangeError(`an AVP must have at most ${longestAvp} octets, not ${length}`);
    const header = headerOf(avp);
    writeUint32(bytes, offset, code, "code");
    writeUint32(bytes, offset + 4, length, "length");
    bytes[offset + 4] = (header === longHeader ? vendorFlag : 0) | (mandatory ? mandatoryFlag : 0);
    if (header === longHeader) writeUint32(bytes, offset + 8, vendorId, "vendorId");
    bytes.set(data, offset + header);
    offset += padded(length);
  }
  return bytes;
}

function headerOf({ vendorId }: DiameterAvp): number {
  return vendorId === 0 ? shortHeader : longHeader;
}

function padded(length: number): number {
  return (length + 3) & ~3;
}

function uint32(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(at, at + 4);
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

function writeUint32(bytes: Uint8Array, at: number, value: number, name: string): void {
  if (value !== value >>> 0) throw new RangeError(`${name} must be a 32-bit number, not ${value}`);
  for (let octet = 0; octet < 4; octet += 1) bytes[at + octet] = value >>> (24 - 8 * octet);
}
