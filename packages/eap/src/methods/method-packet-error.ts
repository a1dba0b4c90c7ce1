/** What is wrong with the data of a method's packet. */
export type MethodPacketErrorReason =
  /** It ends before the field at `offset` does. */
  | "truncated"
  /** A length field says other than what is there. */
  | "bad-length"
  /** An operation that this side of the method is not sent. */
  | "unknown-op-code"
  /** A field has a value that the document does not allow. */
  | "bad-value";

/** Data that are no packet of the method. The message names the reason and never the content. */
export class MethodPacketError extends Error {
  override readonly name = "MethodPacketError";
  readonly reason: MethodPacketErrorReason;
  /** Where the offending field starts, in octets after the type of the packet. */
  readonly offset: number;

  constructor(reason: MethodPacketErrorReason, offset: number) {
    super(`EAP method data: ${reason} at offset ${offset}`);
    this.reason = reason;
    this.offset = offset;
  }
}
