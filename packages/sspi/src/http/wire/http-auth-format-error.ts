/** Why a header or a certificate could not be read. */
export type HttpAuthFormatReason =
  | "empty"
  | "bad-scheme"
  | "bad-base64"
  | "too-long"
  | "bad-der"
  | "bad-session";

/** Something that came over HTTP and is not what it should be. It tells where, never what stood there. */
export class HttpAuthFormatError extends Error {
  override readonly name = "HttpAuthFormatError";
  readonly reason: HttpAuthFormatReason;
  /** Where the text or the bytes go wrong. */
  readonly offset: number;

  constructor(reason: HttpAuthFormatReason, offset: number) {
    super(`${reason} at ${offset}`);
    this.reason = reason;
    this.offset = offset;
  }
}
