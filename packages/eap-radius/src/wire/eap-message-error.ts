/** What is wrong with the EAP-Message attributes of a RADIUS packet. */
export type EapMessageErrorReason =
  /** Other attributes stand between them (RFC 3579 section 3.1). */
  | "interleaved"
  /** One of several carries nothing. */
  | "empty-part";

const texts: Readonly<Record<EapMessageErrorReason, string>> = {
  interleaved: "other attributes stand between the EAP-Message attributes",
  "empty-part": "one of several EAP-Message attributes is empty",
};

/** EAP-Message attributes that make no EAP packet. */
export class EapMessageError extends Error {
  override readonly name = "EapMessageError";
  readonly reason: EapMessageErrorReason;
  /** Where in the RADIUS packet the offending attribute starts, in octets. */
  readonly offset: number;

  constructor(reason: EapMessageErrorReason, offset: number) {
    super(`${texts[reason]} (${reason} at octet ${offset})`);
    this.reason = reason;
    this.offset = offset;
  }
}
