import { EAPCODE_Response } from "./codes.ts";
import { type EapType, eapTypeExpanded, eapTypeNak } from "./eap-type.ts";
import type { EapPacket } from "./packet.ts";
import { encodeEapPacket, readExpandedType, writeExpandedType } from "./packet.ts";
import { EapPacketError } from "./packet-error.ts";

/** One entry of an Expanded Nak: the octet 254, Vendor-Id, Vendor-Type. */
const entryLength = 8;

/** What a peer that refused a type would accept instead. */
export interface EapNak {
  /** The types named, in the peer's order; empty when it named none (a single 0). */
  readonly types: readonly EapType[];
  /** A Legacy Nak that names 254: the peer could tell more if asked with an expanded type. */
  readonly expandedPossible: boolean;
}

/** Whether a packet is a Nak, in either form (RFC 3748 section 5.3). */
export function isNak(packet: EapPacket): boolean {
  return packet.code === EAPCODE_Response && packet.type === eapTypeNak;
}

/**
 * Reads the types of a Nak, Legacy (section 5.3.1 of RFC 3748) or Expanded (section 5.3.2).
 *
 * @throws {EapPacketError} `nak-length` when the list is empty or, in an Expanded Nak, has a broken entry
 */
export function decodeNak(packet: EapPacket): EapNak {
  const { data, expanded, bytes } = packet;
  if (data.length === 0) throw new EapPacketError("nak-length", bytes.length);
  const types: EapType[] = [];
  let expandedPossible = expanded;
  if (!expanded) {
    for (const type of data) {
      if (type === eapTypeExpanded) expandedPossible = true;
      else if (type !== 0) types.push(type);
    }
    return { types, expandedPossible };
  }
  if (data.length % entryLength !== 0) throw new EapPacketError("nak-length", bytes.length);
  for (let offset = 0; offset < data.length; offset += entryLength) {
    if (data[offset] !== eapTypeExpanded) {
      throw new EapPacketError("nak-length", bytes.length - data.length + offset);
    }
    const type = readExpandedType(data, offset + 1);
    if (type !== 0) types.push(type);
  }
  return { types, expandedPossible };
}

/**
 * Writes the Nak that answers a Request: a Legacy Nak to a plain type, an Expanded Nak to an expanded one, as RFC 3748
 * section 5.3 demands. Without types it names 0: nothing else is possible.
 *
 * @param types what the peer would accept, best first; a Legacy Nak shows all expanded ones as one 254
 */
export function encodeNak(
  identifier: number,
  types: readonly EapType[],
  options: { readonly expanded: boolean },
): Uint8Array<ArrayBuffer> {
  if (!options.expanded) {
    const octets = new Set(types.map((type) => (typeof type === "number" ? type : eapTypeExpanded)));
    const data = octets.size === 0 ? Uint8Array.of(0) : Uint8Array.from(octets);
    return encodeEapPacket({ code: EAPCODE_Response, identifier, type: eapTypeNak, data });
  }
  const entries = types.length === 0 ? [0] : types;
  const data = new Uint8Array(entries.length * entryLength);
  for (const [index, type] of entries.entries()) {
    data[index * entryLength] = eapTypeExpanded;
    const [vendorId, vendorType] = typeof type === "number" ? [0, type] : [type.vendorId, type.vendorType];
    writeExpandedType(data, index * entryLength + 1, vendorId, vendorType);
  }
  return encodeEapPacket({
    code: EAPCODE_Response,
    identifier,
    type: { vendorId: 0, vendorType: eapTypeNak },
    data,
  });
}
