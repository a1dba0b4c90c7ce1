/** What is wrong with an EAP packet. */
export type EapPacketErrorReason =
  /** Fewer octets than the header of 4 (RFC 3748 section 4). */
  | "truncated"
  /** The Length field is below 4 or beyond the end of the octets received. */
  | "bad-length"
  /** The Code is not 1 to 4. */
  | "unknown-code"
  /** A Request or Response without a Type. */
  | "missing-type"
  /** An expanded Type ends within its vendor or type number (RFC 3748 section 5.7). */
  | "expanded-truncated"
  /** A Nak names no type at all, or an Expanded Nak is no list of 8-octet entries (RFC 3748 section 5.3). */
  | "nak-length"
  /** More octets than the Length field can say (65 535). */
  | "too-long";

const texts: Readonly<Record<EapPacketErrorReason, string>> = {
  truncated: "the packet is shorter than its header",
  "bad-length": "the packet's length field does not fit the octets received",
  "unknown-code": "the packet's code is none of 1 to 4",
  "missing-type": "the request or response has no type",
  "expanded-truncated": "the packet ends within its expanded type",
  "nak-length": "the Nak is no list of types",
  "too-long": "the packet would be longer than 65535 octets",
};

/** Octets that are no EAP packet, or values that make none. The message names the reason and never the content. */
export class EapPacketError extends Error {
  override readonly name = "EapPacketError";
  readonly reason: EapPacketErrorReason;
  /** Where in the input the offending field starts, in octets; its length where something is missing at the end. */
  readonly offset: number;

  constructor(reason: EapPacketErrorReason, offset: number) {
    super(`${texts[reason]} (${reason} at octet ${offset})`);
    this.reason = reason;
    this.offset = offset;
  }
}
