/** What is wrong with a RADIUS packet or with one of its encrypted or composite values. */
export type RadiusPacketErrorReason =
  /** Fewer octets than the header of 20 (RFC 2865 section 3). */
  | "truncated"
  /** The Length field is below 20 or beyond the end of the datagram. */
  | "bad-length"
  /** More than 4096 octets. */
  | "too-long"
  /** An attribute reaches beyond the packet's end. */
  | "attribute-truncated"
  /** An attribute's Length is below 2, or a value has more than 253 octets. */
  | "attribute-length"
  /** A User-Password is not 16, 32 ... 128 octets long (RFC 2865 section 5.2). */
  | "user-password-length"
  /** A salt-encrypted value has no salt, no whole blocks, or a length octet that does not fit (RFC 2868 section 3.5). */
  | "tunnel-password-length";

const texts: Readonly<Record<RadiusPacketErrorReason, string>> = {
  truncated: "the packet is shorter than its header",
  "bad-length": "the packet's length field does not fit the datagram",
  "too-long": "the packet is longer than 4096 octets",
  "attribute-truncated": "an attribute reaches beyond the end of the packet",
  "attribute-length": "an attribute's length is impossible",
  "user-password-length": "the User-Password has an impossible length",
  "tunnel-password-length": "the salt-encrypted value has an impossible length",
};

/** Bytes that are no RADIUS packet, or values that make none. The message names the reason and never the content. */
export class RadiusPacketError extends Error {
  override readonly name = "RadiusPacketError";
  readonly reason: RadiusPacketErrorReason;
  /** Where in the input the offending field starts, in octets; its length where something is missing at the end. */
  readonly offset: number;

  constructor(reason: RadiusPacketErrorReason, offset: number) {
    super(`${texts[reason]} (${reason} at octet ${offset})`);
    this.reason = reason;
    this.offset = offset;
  }
}
