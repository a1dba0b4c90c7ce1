import { decodeEapPacket, decodeNak, EapPacketError, eapCodeName, eapTypeName, isNak } from "@sallyport/eap";
import { splitEapMessage } from "../wire/eap-message.ts";
import type { EapPacketFacts } from "./conversation.ts";

/** What a Nak asks for instead of what was offered. */
export function nakNotes(bytes: Uint8Array): string[] {
  try {
    const packet = decodeEapPacket(bytes);
    if (!isNak(packet)) return [];
    const { types } = decodeNak(packet);
    return [
      types.length === 0 ? "wants nothing that it is offered" : `wants ${types.map(eapTypeName).join(", ")}`,
    ];
  } catch (error) {
    if (error instanceof EapPacketError) return [];
    throw error;
  }
}

/** What may be told of an EAP packet; one that is none shows its first octets' meaning and no type. */
export function packetFacts(bytes: Uint8Array): EapPacketFacts {
  const parts = splitEapMessage(bytes).length;
  try {
    const { code, identifier, type } = decodeEapPacket(bytes);
    const typed = type !== 0;
    return {
      code,
      codeName: eapCodeName(code),
      identifier,
      type: typed ? type : undefined,
      typeName: typed ? eapTypeName(type) : undefined,
      length: bytes.length,
      parts,
    };
  } catch (error) {
    if (!(error instanceof EapPacketError)) throw error;
    const [, identifier = 0] = bytes;
    return {
      code: bytes[0] ?? 0,
      codeName: `malformed (${error.reason})`,
      identifier,
      type: undefined,
      typeName: undefined,
      length: bytes.length,
      parts,
    };
  }
}
