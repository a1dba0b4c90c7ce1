/** Why bytes were refused. */
export type SspiFormatReason = "truncated" | "out-of-bounds" | "bad-version" | "bad-length" | "bad-text";

/** Bytes of SSPI that are not what they should be: an exported context, channel bindings. */
export class SspiFormatError extends Error {
  readonly reason: SspiFormatReason;
  /** Where in the bytes the offending field stands. */
  readonly offset: number;

  constructor(reason: SspiFormatReason, offset: number) {
    super(`${reason} at offset ${offset}`);
    this.reason = reason;
    this.offset = offset;
  }

  static {
    Object.defineProperty(SspiFormatError.prototype, "name", { value: "SspiFormatError" });
  }
}
