/** What is wrong with a fragment. */
export type FragmentErrorReason =
  /** It ends before the field at `offset` does. */
  | "truncated"
  /** The first fragment of several does not tell the length of the message. */
  | "missing-length"
  /** The message is longer than this side takes. */
  | "too-long"
  /** A later fragment tells another length than the first. */
  | "other-length"
  /** The fragments have more octets than the message was said to have, or the last one leaves some out. */
  | "wrong-length"
  /** A fragment without data where the message goes on. */
  | "empty-fragment"
  /** Data came although a fragment of this side was to be acknowledged. */
  | "unacknowledged"
  /** A start came in the middle of a message. */
  | "unexpected-start";

/** A fragment that breaks the rules of RFC 5216 section 2.1.5. Nothing has changed by it. */
export class FragmentError extends Error {
  override readonly name = "FragmentError";
  readonly reason: FragmentErrorReason;
  /** Where in the fragment, counted from its flags. */
  readonly offset: number;

  constructor(reason: FragmentErrorReason, offset: number) {
    super(`TLS fragment: ${reason} at offset ${offset}`);
    this.reason = reason;
    this.offset = offset;
  }
}
