/** What is wrong with octets that should be a packet. */
export type PppPacketErrorReason =
  /** There are fewer octets than the header needs. */
  | "truncated"
  /** The length field is below the header's, or beyond the octets that came. */
  | "bad-length"
  /** An option, a name or a value reaches beyond the end of what it stands in. */
  | "bad-field-length"
  /** The code is none of this protocol. */
  | "unknown-code"
  /** The protocol number is not one that may stand in a frame (RFC 1661 section 2). */
  | "bad-protocol"
  /** The address or the control octet is not that of PPP (RFC 1662 section 3.1). */
  | "bad-address"
  /** A checksum does not match. */
  | "bad-checksum"
  /** The version of the Internet protocol is not 4. */
  | "bad-version";

/** Octets that are no packet of the protocol that they came with: why, and where that shows. */
export class PppPacketError extends Error {
  override readonly name = "PppPacketError";
  readonly reason: PppPacketErrorReason;
  /** Of the octet that is wrong, from the start of the packet. */
  readonly offset: number;

  constructor(reason: PppPacketErrorReason, offset: number) {
    super(`not a packet: ${reason} at octet ${offset}`);
    this.reason = reason;
    this.offset = offset;
  }
}
