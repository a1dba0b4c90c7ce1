/** Why a header could not be read. */
export type HttpAuthFormatReason = "empty" | "bad-scheme" | "bad-base64" | "too-long";

/** A header that is not what it should be. It tells where, never what stood there. */
export class HttpAuthFormatError extends Error {
  override readonly name = "HttpAuthFormatError";
  readonly reason: HttpAuthFormatReason;
  /** Where the text goes wrong. */
  readonly offset: number;

  constructor(reason: HttpAuthFormatReason, offset: number) {
    super(`${reason} at ${offset}`);
    this.reason = reason;
    this.offset = offset;
  }
}
