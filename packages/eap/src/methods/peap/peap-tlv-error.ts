/** What is wrong with the data of an extension packet of PEAP. */
export type PeapTlvErrorReason =
  /** It ends within the header of a TLV. */
  | "truncated"
  /** A length reaches beyond the end, or is not the one that the TLV must have. */
  | "bad-length"
  /** A TLV of a kind that may be there once is there twice. */
  | "repeated"
  /** A TLV that must be understood and is not known here. */
  | "unknown-mandatory"
  /** A field has a value that the document does not allow. */
  | "bad-value";

/** Octets that are no TLVs of PEAP. The message names the reason and never the content. */
export class PeapTlvError extends Error {
  override readonly name = "PeapTlvError";
  readonly reason: PeapTlvErrorReason;
  /** Where the offending field starts, in octets after the type of the packet. */
  readonly offset: number;

  constructor(reason: PeapTlvErrorReason, offset: number) {
    super(`PEAP TLV: ${reason} at offset ${offset}`);
    this.reason = reason;
    this.offset = offset;
  }
}
