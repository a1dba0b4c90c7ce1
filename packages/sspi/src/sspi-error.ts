import { WindowsError } from "@sallyport/errors";
import { SEC_E_INVALID_HANDLE } from "@sallyport/errors/sspi";
import { statusName } from "./status.ts";

/** What a failed call left behind besides its code. */
export interface SspiErrorOptions {
  /** What the package wrote for the peer. */
  readonly token?: Uint8Array<ArrayBuffer> | undefined;
  readonly cause?: unknown;
}

/**
 * A status of SSPI that is a failure, as the promise layer throws it. Where it has a `token`, that should be sent to the peer
 * before the connection ends (SSPI-14).
 *
 * @example
 * ```ts
 * import { SEC_E_LOGON_DENIED, SspiError } from "@sallyport/sspi";
 *
 * const error = new SspiError(SEC_E_LOGON_DENIED);
 * console.log(error.message); // SEC_E_LOGON_DENIED (0x8009030C)
 * ```
 */
export class SspiError extends WindowsError {
  readonly #token: Uint8Array<ArrayBuffer>;

  constructor(status: number, { token, cause }: SspiErrorOptions = {}) {
    super(status, { space: "hresult", symbol: statusName(status), cause });
    this.#token = token ?? new Uint8Array(0);
  }

  /** For the peer; empty where there is none. Does not show when the error is printed. */
  get token(): Uint8Array<ArrayBuffer> {
    return this.#token;
  }

  /** What to know about the code that its name does not tell; empty for most. */
  get help(): string {
    return this.code === SEC_E_INVALID_HANDLE
      ? "Some pages of the public reference print this code as 0x80100003, which belongs to smart cards (E-01)."
      : "";
  }
}
