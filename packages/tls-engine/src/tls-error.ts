import { alertName } from "./alerts.ts";

/** Why a session of TLS came to its end, or did not take what it was given. */
export type TlsErrorReason =
  /** The other side sent a fatal alert. */
  | "alert-received"
  /** What the other side sent is not TLS, breaks its rules, or left nothing in common; `alert` is what answers it. */
  | "protocol"
  /** More was given, or came out, than one session may hold. */
  | "too-long"
  /** The session was ended, or failed before. */
  | "ended"
  /** A call came before the one before it was done, or application data before the handshake was. */
  | "misuse"
  /** The worker that had the session is gone. */
  | "worker-lost"
  /** There are as many sessions as the engine may have. */
  | "too-many"
  /** Something else failed; `detail` has the code of the library. */
  | "internal";

/** What may go with the reason. */
export interface TlsErrorDetails {
  /** The alert that came or that is to be sent, 0 to 255 (RFC 8446 section 6). */
  readonly alert?: number | undefined;
  /** The code that OpenSSL or Node.js gave, such as `ERR_SSL_WRONG_VERSION_NUMBER`. */
  readonly detail?: string | undefined;
  /** What is still to be sent to the other side: the alert. Empty where there is nothing. */
  readonly flight?: Uint8Array<ArrayBuffer> | undefined;
}

/**
 * A session of TLS that cannot go on. Neither message nor fields have keys or data in them.
 *
 * @example
 * ```ts
 * import { TlsError, type TlsSession } from "@sallyport/tls-engine";
 *
 * async function answer(session: TlsSession, received: Uint8Array): Promise<Uint8Array> {
 *   try {
 *     return await session.step(received);
 *   } catch (error) {
 *     if (error instanceof TlsError) return error.flight; // the alert, if there is one to send
 *     throw error;
 *   }
 * }
 * ```
 */
export class TlsError extends Error {
  override readonly name = "TlsError";
  readonly reason: TlsErrorReason;
  readonly alert: number | undefined;
  readonly detail: string | undefined;
  readonly flight: Uint8Array<ArrayBuffer>;

  constructor(reason: TlsErrorReason, details: TlsErrorDetails = {}) {
    const { alert, detail, flight } = details;
    const facts = [
      ...(alert === undefined ? [] : [`alert ${alertName(alert)}`]),
      ...(detail === undefined ? [] : [detail]),
    ];
    super(`TLS: ${reason}${facts.length === 0 ? "" : ` (${facts.join(", ")})`}`);
    this.reason = reason;
    this.alert = alert;
    this.detail = detail;
    this.flight = flight ?? new Uint8Array(0);
  }
}
