import {
  decodeEapPacket,
  decodeNak,
  type EapPacket,
  EapPacketError,
  eapCodeName,
  eapTypeIdentity,
  eapTypeName,
  isNak,
} from "@sallyport/eap";

/**
 * A packet in a few words: code, identifier and type; with the identity of an identity response, and what a Nak names.
 * Nothing else of its content.
 */
export function packetWords(bytes: Uint8Array): string {
  try {
    const packet = decodeEapPacket(bytes);
    return [eapCodeName(packet.code), packet.identifier, ...typeWords(packet)].join(" ");
  } catch (error) {
    if (!(error instanceof EapPacketError)) throw error;
    return `malformed (${error.reason})`;
  }
}

function typeWords(packet: EapPacket): string[] {
  const { code, type, data } = packet;
  if (type === 0) return [];
  if (isNak(packet)) return [packet.expanded ? "Expanded Nak" : "Nak", nakWords(packet)];
  if (code === 2 && type === eapTypeIdentity) {
    return [eapTypeName(type), JSON.stringify(new TextDecoder().decode(data))];
  }
  return [eapTypeName(type)];
}

function nakWords(packet: EapPacket): string {
  const { types, expandedPossible } = decodeNak(packet);
  const names = types.map(eapTypeName);
  if (expandedPossible && !packet.expanded) names.push("expanded types");
  return `(${names.length === 0 ? "nothing" : names.join(", ")})`;
}
