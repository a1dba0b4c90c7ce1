import { type CodeSpace, symbolOf, unsignedCode } from "./code-space.ts";

/** What a {@link WindowsError} is made of besides its code. */
export interface WindowsErrorOptions {
  /** Where the code has its meaning. */
  readonly space: CodeSpace;
  /** Default: the symbol and the number, `"ERROR_ACCESS_DENIED (5)"`. */
  readonly message?: string | undefined;
  readonly cause?: unknown;
}

/** A {@link WindowsError} as JSON. */
export interface WindowsErrorJson {
  readonly name: "WindowsError";
  readonly code: number;
  readonly space: CodeSpace;
  readonly symbol: string | undefined;
  readonly message: string;
}

/** Registered, so that errors from a second copy of this package are recognized. */
const brand = Symbol.for("@sallyport/errors/WindowsError");

/**
 * A Windows status code as an exception. A module that throws one has returned its code.
 *
 * @example
 * ```ts
 * import { WindowsError } from "@sallyport/errors";
 * import { ERROR_ACCESS_DENIED } from "@sallyport/errors/win32";
 *
 * try {
 *   throw new WindowsError(ERROR_ACCESS_DENIED, { space: "win32" });
 * } catch (error) {
 *   if (WindowsError.is(error, ERROR_ACCESS_DENIED)) console.log(error.message); // ERROR_ACCESS_DENIED (5)
 * }
 * ```
 */
export class WindowsError extends Error {
  /** Unsigned, also for an HRESULT that was given as a signed number. */
  readonly code: number;
  readonly space: CodeSpace;
  /** The name of the code, undefined when it has none that this package knows. */
  readonly symbol: string | undefined;

  /** Never fails: a number that is no 32-bit code is kept as it is. */
  constructor(code: number, options: WindowsErrorOptions) {
    const { space, message, cause } = options;
    const symbol = symbolOf(code, space);
    super(message ?? defaultMessage(unsignedCode(code), space, symbol), cause === undefined ? {} : { cause });
    this.code = unsignedCode(code);
    this.space = space;
    this.symbol = symbol;
  }

  // On the prototype, as with the errors of the language: it heads the stack and is no property of each error.
  static {
    Object.defineProperty(WindowsError.prototype, "name", {
      value: "WindowsError",
      configurable: true,
      writable: true,
    });
    Object.defineProperty(WindowsError.prototype, brand, { value: true });
  }

  /**
   * Whether something thrown is a WindowsError, from whichever copy of this package; given a code, whether it has that
   * code; given a space too, whether it has it there.
   */
  static is(error: unknown, code?: number, space?: CodeSpace): error is WindowsError {
    return (
      isBranded(error) &&
      (code === undefined || error.code === unsignedCode(code)) &&
      (space === undefined || error.space === space)
    );
  }

  toJSON(): WindowsErrorJson {
    const { code, space, symbol, message } = this;
    return { name: "WindowsError", code, space, symbol, message };
  }
}

function defaultMessage(code: number, space: CodeSpace, symbol: string | undefined): string {
  const number = space === "hresult" ? `0x${code.toString(16).toUpperCase().padStart(8, "0")}` : `${code}`;
  return symbol === undefined ? `${space} code ${number}` : `${symbol} (${number})`;
}

function isBranded(error: unknown): error is WindowsError {
  return typeof error === "object" && error !== null && brand in error;
}
