/** Why a request could not be carried out. */
export type NegotiateErrorReason =
  /** The security package could not go on; `cause` is its `SspiError`. Nothing but the token of the server is wrong. */
  | "handshake-failed"
  /** The server ended well and did not prove who it is, although the credentials ask for it. */
  | "server-not-proved"
  /** The connection ended, or another one took its place, in the middle of a handshake that is bound to it. */
  | "connection-lost"
  /** The body is longer than may be kept for a second sending, or is a stream and may not be kept at all. */
  | "body-too-large"
  /** An answer in the middle of the handshake is longer than is read. */
  | "answer-too-large"
  /** The server asks for more tokens than any package needs. */
  | "too-many-tokens"
  | "too-many-redirects"
  /** There was a redirect, and the request said that it is an error. */
  | "redirect-refused"
  /** The proxy does not let the tunnel through. */
  | "proxy-refused"
  /** The answer of the proxy is none. */
  | "bad-proxy-answer"
  /** More requests wait for a connection than may. */
  | "queue-full"
  | "closed";

/** A request that failed; no header, token or password is in it. A wrong password is no error: it is an answer with 401. */
export class NegotiateError extends Error {
  override readonly name = "NegotiateError";
  readonly reason: NegotiateErrorReason;

  constructor(reason: NegotiateErrorReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
