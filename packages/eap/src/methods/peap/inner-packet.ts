import { encodeEapPacket } from "../../wire/packet.ts";
import { eapTypeTlv } from "./peap-tlv.ts";

/** Code, Identifier and Length, which PEAPv0 leaves out of inner packets. */
const headerLength = 4;
const eapTypeIdentity = 1;

/**
 * The Type-Data of an extension packet in what came through the tunnel: those alone keep their header ([MS-PEAP] section
 * 2.2.8.1). Undefined for everything else.
 */
export function extensionData(code: number, bytes: Uint8Array): Uint8Array | undefined {
  return isWhole(code, bytes) && bytes[headerLength] === eapTypeTlv
    ? bytes.subarray(headerLength + 1)
    : undefined;
}

/** An extension packet as it goes into the tunnel. */
export function extensionPacket(code: 1 | 2, identifier: number, data: Uint8Array): Uint8Array<ArrayBuffer> {
  return encodeEapPacket({ code, identifier, type: eapTypeTlv, data });
}

/**
 * An inner packet as it came through the tunnel, with the header that PEAPv0 leaves out: code and identifier are those of
 * the outer packet. Some servers write the header of the identity request all the same. Undefined where nothing came.
 */
export function withHeader(
  code: 1 | 2,
  identifier: number,
  bytes: Uint8Array,
): Uint8Array<ArrayBuffer> | undefined {
  if (bytes.length === 0 || bytes.length + headerLength > 0xffff) return undefined;
  if (isWhole(code, bytes) && bytes.length === 5 && bytes[headerLength] === eapTypeIdentity) {
    const copy = new Uint8Array(bytes);
    copy[1] = identifier;
    return copy;
  }
  const packet = new Uint8Array(headerLength + bytes.length);
  packet[0] = code;
  packet[1] = identifier;
  packet[2] = packet.length >> 8;
  packet[3] = packet.length;
  packet.set(bytes, headerLength);
  return packet;
}

/** A request or a response as it goes into the tunnel. */
export function withoutHeader(packet: Uint8Array): Uint8Array {
  return packet.subarray(headerLength);
}

/** Whether bytes are an EAP packet of that code with its header, and nothing behind it. */
function isWhole(code: number, bytes: Uint8Array): boolean {
  const length = ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0);
  return bytes.length > headerLength && bytes[0] === code && length === bytes.length;
}
