import type { PppEapBeginInput } from "../../contract/ppp-eap.ts";

/** Header, nonce, authentication tag and padding of a record, in every cipher suite of both versions. */
const recordOverhead = 100;
/** Code, Identifier, Length, Type, Flags and the length of the message. */
const packetOverhead = 10;

/** The longest message inside a tunnel that fits into one outer packet. */
export function maxMessageSize(
  { sendPacketSize }: PppEapBeginInput,
  fragmentBytes: number | undefined,
): number {
  return Math.min(sendPacketSize - packetOverhead, fragmentBytes ?? sendPacketSize) - recordOverhead;
}
