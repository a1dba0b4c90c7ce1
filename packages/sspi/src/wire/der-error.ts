/** Why DER bytes were refused. */
export type DerReason =
  | "truncated"
  | "bad-tag"
  | "bad-length"
  | "indefinite-length"
  | "unexpected-tag"
  | "out-of-order"
  | "missing-field"
  | "trailing-data"
  | "too-deep"
  | "too-many"
  | "bad-oid"
  | "bad-value";

/** Bytes that are not the DER that was expected: a SPNEGO token, or something of ASN.1 inside one. */
export class DerError extends Error {
  readonly reason: DerReason;
  /** Where in the bytes the offending element or octet stands. */
  readonly offset: number;

  constructor(reason: DerReason, offset: number) {
    super(`${reason} at offset ${offset}`);
    this.reason = reason;
    this.offset = offset;
  }

  static {
    Object.defineProperty(DerError.prototype, "name", { value: "DerError" });
  }
}
