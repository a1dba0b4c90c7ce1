import { decodeEapPacket, EapPacketError, eapCodeName, eapTypeName } from "@sallyport/eap";
import { splitEapMessage } from "../wire/eap-message.ts";
import type { EapPacketFacts } from "./conversation.ts";

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
