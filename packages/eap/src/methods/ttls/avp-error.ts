/** What is wrong with a sequence of AVPs. */
export type AvpErrorReason =
  /** It ends within the header of an AVP. */
  | "truncated"
  /** A length is shorter than the AVP's header, or reaches beyond the end. */
  | "bad-length"
  /** More AVPs than anybody needs: 128. */
  | "too-many";

/** Octets that are no sequence of AVPs. The message names the reason and never the content. */
export class AvpError extends Error {
  override readonly name = "AvpError";
  readonly reason: AvpErrorReason;
  /** Where the offending field starts, in octets. */
  readonly offset: number;

  constructor(reason: AvpErrorReason, offset: number) {
    super(`TTLS attribute: ${reason} at offset ${offset}`);
    this.reason = reason;
    this.offset = offset;
  }
}
