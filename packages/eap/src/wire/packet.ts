import {
  EAPCODE_Failure,
  EAPCODE_Request,
  EAPCODE_Response,
  EAPCODE_Success,
  type EapCode,
  eapCodeName,
} from "./codes.ts";
import { type EapType, eapTypeExpanded } from "./eap-type.ts";
import { EapPacketError } from "./packet-error.ts";

/** Code, Identifier and Length (RFC 3748 section 4). */
export const eapHeaderLength = 4;
/** Type, Vendor-Id and Vendor-Type of an expanded type (RFC 3748 section 5.7). */
const expandedHeaderLength = 8;
const longestPacket = 0xffff;

/** A Request or a Response. */
export interface EapExchangePacket {
  readonly code: typeof EAPCODE_Request | typeof EAPCODE_Response;
  /** 0 to 255: pairs a Response with its Request. */
  readonly identifier: number;
  /** What it is about; `{ vendorId: 0, ... }` within type 254 shows as the plain number. */
  readonly type: EapType;
  /** Type-Data: what stands behind the type, a view on the packet. */
  readonly data: Uint8Array;
  /** The packet cut to its Length, a view. */
  readonly bytes: Uint8Array;
  /** Whether the type was written in the expanded form. */
  readonly expanded: boolean;
}

/** A Success or a Failure. */
export interface EapResultPacket {
  readonly code: typeof EAPCODE_Success | typeof EAPCODE_Failure;
  readonly identifier: number;
  /** Success and Failure have no type. */
  readonly type: 0;
  readonly data: Uint8Array;
  readonly bytes: Uint8Array;
  readonly expanded: false;
}

/** An EAP packet as {@link decodeEapPacket} reads it. */
export type EapPacket = EapExchangePacket | EapResultPacket;

/**
 * Reads one EAP packet (RFC 3748 section 4). The result views `bytes`, nothing is copied; octets behind the Length
 * are the lower layer's padding and not part of it.
 *
 * @throws {EapPacketError} `truncated`, `bad-length`, `unknown-code`, `missing-type` or `expanded-truncated`
 *
 * @example
 * ```ts
 * import { decodeEapPacket } from "@sallyport/eap";
 *
 * const packet = decodeEapPacket(Uint8Array.of(2, 7, 0, 10, 1, 97, 108, 105, 99, 101));
 * packet.type; // 1, an identity
 * new TextDecoder().decode(packet.data); // "alice"
 * ```
 */
export function decodeEapPacket(bytes: Uint8Array): EapPacket {
  const packet = eapPacketBytes(bytes);
  const code = packet[0] as EapCode;
  if (code === EAPCODE_Success || code === EAPCODE_Failure) {
    return new DecodedPacket(packet, 0, eapHeaderLength, false) as EapResultPacket;
  }
  if (packet.length === eapHeaderLength) throw new EapPacketError("missing-type", eapHeaderLength);
  const type = packet[4] as number;
  if (type !== eapTypeExpanded) return new DecodedPacket(packet, type, 5, false) as EapExchangePacket;
  if (packet.length < eapHeaderLength + expandedHeaderLength) {
    throw new EapPacketError("expanded-truncated", packet.length);
  }
  const dataOffset = eapHeaderLength + expandedHeaderLength;
  return new DecodedPacket(packet, readExpandedType(packet, 5), dataOffset, true) as EapExchangePacket;
}

/** A packet and where its parts are; the view on Type-Data is made for those who look at it. */
class DecodedPacket {
  readonly code: EapCode;
  readonly identifier: number;
  readonly type: EapType;
  readonly bytes: Uint8Array;
  readonly expanded: boolean;
  readonly #dataOffset: number;

  constructor(bytes: Uint8Array, type: EapType, dataOffset: number, expanded: boolean) {
    this.code = bytes[0] as EapCode;
    this.identifier = bytes[1] as number;
    this.type = type;
    this.bytes = bytes;
    this.expanded = expanded;
    this.#dataOffset = dataOffset;
  }

  get data(): Uint8Array {
    return this.bytes.subarray(this.#dataOffset);
  }
}

/**
 * Cuts octets to the packet they begin with, after a look at its header alone (EAP-40).
 *
 * @throws {EapPacketError} `truncated`, `bad-length` or `unknown-code`
 */
function eapPacketBytes(bytes: Uint8Array): Uint8Array {
  if (bytes.length < eapHeaderLength) throw new EapPacketError("truncated", bytes.length);
  const code = bytes[0] as number;
  if (code < EAPCODE_Request || code > EAPCODE_Failure) throw new EapPacketError("unknown-code", 0);
  const length = ((bytes[2] as number) << 8) | (bytes[3] as number);
  if (length < eapHeaderLength || length > bytes.length) throw new EapPacketError("bad-length", 2);
  // A view is a plain one also where a Buffer came in: its methods differ. Views cost, so none is made for nothing.
  if (length === bytes.length && bytes.constructor === Uint8Array) return bytes;
  return new Uint8Array(bytes.buffer, bytes.byteOffset, length);
}

/** What {@link encodeEapPacket} makes a packet of. */
export interface EapPacketFields {
  readonly code: EapCode;
  /** 0 to 255. */
  readonly identifier: number;
  /** Only with Request and Response. */
  readonly type?: EapType;
  /** Type-Data; nothing by default. */
  readonly data?: Uint8Array;
}

/**
 * Writes one EAP packet.
 *
 * @throws {EapPacketError} `missing-type` for a Request or Response without a type, `too-long`
 *
 * @example
 * ```ts
 * import { EAPCODE_Response, encodeEapPacket, eapTypeIdentity } from "@sallyport/eap";
 *
 * const data = new TextEncoder().encode("alice");
 * encodeEapPacket({ code: EAPCODE_Response, identifier: 7, type: eapTypeIdentity, data });
 * ```
 */
export function encodeEapPacket(fields: EapPacketFields): Uint8Array<ArrayBuffer> {
  const { code, identifier, type, data } = fields;
  const typed = code === EAPCODE_Request || code === EAPCODE_Response;
  if (typed && type === undefined) throw new EapPacketError("missing-type", eapHeaderLength);
  const typeLength = !typed ? 0 : typeof type === "number" ? 1 : expandedHeaderLength;
  const start = eapHeaderLength + typeLength;
  const length = start + (data?.length ?? 0);
  if (length > longestPacket) throw new EapPacketError("too-long", longestPacket);
  const packet = new Uint8Array(length);
  packet[0] = code;
  packet[1] = identifier;
  packet[2] = length >> 8;
  packet[3] = length;
  if (typed && type !== undefined) writeEapType(packet, type);
  if (data !== undefined) packet.set(data, start);
  return packet;
}

/** Writes the Type field behind the header; returns where Type-Data starts. */
function writeEapType(packet: Uint8Array, type: EapType): number {
  if (typeof type === "number") {
    packet[4] = type;
    return 5;
  }
  packet[4] = eapTypeExpanded;
  writeExpandedType(packet, 5, type.vendorId, type.vendorType);
  return eapHeaderLength + expandedHeaderLength;
}

/** Vendor-Id and Vendor-Type, 7 octets from `offset`; a type of vendor 0 is the plain number. */
export function readExpandedType(bytes: Uint8Array, offset: number): EapType {
  const at = (index: number): number => bytes[offset + index] as number;
  const vendorId = (at(0) << 16) | (at(1) << 8) | at(2);
  const vendorType = ((at(3) << 24) | (at(4) << 16) | (at(5) << 8) | at(6)) >>> 0;
  // RFC 3748 section 5.7: with vendor 0 the numbers are those of the Type octet.
  return vendorId === 0 && vendorType < 256 ? vendorType : { vendorId, vendorType };
}

/** The counterpart of {@link readExpandedType}. */
export function writeExpandedType(
  bytes: Uint8Array,
  offset: number,
  vendorId: number,
  vendorType: number,
): void {
  bytes[offset] = vendorId >> 16;
  bytes[offset + 1] = vendorId >> 8;
  bytes[offset + 2] = vendorId;
  bytes[offset + 3] = vendorType >>> 24;
  bytes[offset + 4] = vendorType >>> 16;
  bytes[offset + 5] = vendorType >>> 8;
  bytes[offset + 6] = vendorType;
}

/** A Success or Failure, which has nothing but its header. */
export function encodeEapResult(
  code: typeof EAPCODE_Success | typeof EAPCODE_Failure,
  identifier: number,
): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(code, identifier, 0, eapHeaderLength);
}

/** One line about a packet for a log or a diagram: code, identifier, type and length, never the content. */
export function describeEapPacket(packet: EapPacket): string {
  const { code, identifier, bytes } = packet;
  return `${eapCodeName(code)} ${identifier}, ${bytes.length} octets`;
}
