import { fcs16 } from "../wire/fcs16.ts";
import { protocolLcp } from "../wire/protocols.ts";
import { defaultCharacterMap, escapeBit, escapeOctet, escapeTable, flagOctet } from "./character-map.ts";

/** How frames are written: what the other side agreed to. */
export interface FrameFormat {
  /** The control characters that are escaped, bit 0 for the octet 0 (RFC 1662 section 7.1). Default: all. */
  readonly characterMap?: number;
  /** Leave out address and control (RFC 1661 section 6.6). Default: false. */
  readonly compressAddress?: boolean;
  /** Send a protocol below 256 as one octet (RFC 1661 section 6.5). Default: false. */
  readonly compressProtocol?: boolean;
}

/**
 * Writes one frame in HDLC-like framing (RFC 1662): flag, address, control, protocol, information, check sequence, flag,
 * with the octets escaped that have to be. LCP is always written in full, so that a side that has forgotten what was
 * agreed on can read it (RFC 1662 section 7.1, RFC 1661 section 6.6).
 *
 * @param protocol 0 to 65 535
 * @param information the packet
 *
 * @example
 * ```ts
 * import { encodeFrame, protocolLcp } from "@sallyport/ppp";
 *
 * const frame = encodeFrame(protocolLcp, Uint8Array.of(5, 1, 0, 4)); // a Terminate-Request
 * frame[0]; // 0x7e
 * ```
 */
export function encodeFrame(
  protocol: number,
  information: Uint8Array,
  format: FrameFormat = {},
): Uint8Array<ArrayBuffer> {
  const lcp = protocol === protocolLcp;
  const escaped = escapeTable(lcp ? defaultCharacterMap : (format.characterMap ?? defaultCharacterMap));
  const headerLength = writeHeader(protocol, lcp ? {} : format);
  const fcs = fcs16(information, 0, information.length, fcs16(header, 0, headerLength)) ^ 0xffff;
  trailer[0] = fcs;
  trailer[1] = fcs >>> 8;

  // Every octet may take two.
  const most = 2 * (headerLength + information.length + 2) + 2;
  const buffer = most <= scratch.length ? scratch : new Uint8Array(most);
  buffer[0] = flagOctet;
  let end = escapeInto(buffer, 1, header, headerLength, escaped);
  end = escapeInto(buffer, end, information, information.length, escaped);
  end = escapeInto(buffer, end, trailer, 2, escaped);
  buffer[end] = flagOctet;
  return buffer.slice(0, end + 1);
}

/** Frames for an MRU of 1 500 fit whatever is in them; longer ones are seldom. */
const scratch = new Uint8Array(3072);

const header = new Uint8Array(4);
const trailer = new Uint8Array(2);

/** Address 0xff and control 0x03 (RFC 1662 section 3.1), and the protocol; returns how many octets that is. */
function writeHeader(protocol: number, { compressAddress, compressProtocol }: FrameFormat): number {
  let length = 0;
  if (compressAddress !== true) {
    header[length++] = 0xff;
    header[length++] = 0x03;
  }
  if (compressProtocol !== true || protocol > 255) header[length++] = protocol >>> 8;
  header[length++] = protocol;
  return length;
}

function escapeInto(
  target: Uint8Array,
  offset: number,
  source: Uint8Array,
  length: number,
  escaped: Uint8Array,
): number {
  let end = offset;
  for (let at = 0; at < length; at += 1) {
    const octet = source[at] as number;
    if (escaped[octet] === 0) target[end++] = octet;
    else {
      target[end++] = escapeOctet;
      target[end++] = octet ^ escapeBit;
    }
  }
  return end;
}
