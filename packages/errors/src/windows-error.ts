import type { CodeSpace } from "./code-space.ts";
import { hexCode, isCode, unsignedCode } from "./decode/number.ts";
import { symbolOf } from "./symbol-source.ts";

/** A code with its name, as the shorthand `{ ERROR_ACCESS_DENIED }` writes it: exactly one property. */
export type NamedCode = Readonly<Record<string, number>>;

/** What a {@link WindowsError} is made of besides its code. */
export interface WindowsErrorOptions {
  /** Where the code has its meaning. */
  readonly space: CodeSpace;
  /** The name of the code. Default: the name in a {@link NamedCode}, else what `useSymbols` knows. */
  readonly symbol?: string | undefined;
  /** Default: the symbol and the number, `"ERROR_ACCESS_DENIED (5)"`; `"win32 code 5"` without a symbol. */
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
 * This class holds no table of names. The shorthand `{ ERROR_ACCESS_DENIED }` hands over the number with its name and
 * bundles to just these; `symbol` names a number that came from elsewhere; `useSymbols` names all of them.
 *
 * @example
 * ```ts
 * import { WindowsError } from "@sallyport/errors";
 * import { ERROR_ACCESS_DENIED } from "@sallyport/errors/win32";
 *
 * try {
 *   throw new WindowsError({ ERROR_ACCESS_DENIED }, { space: "win32" });
 * } catch (error) {
 *   if (WindowsError.is(error, ERROR_ACCESS_DENIED)) console.log(error.message); // ERROR_ACCESS_DENIED (5)
 * }
 * ```
 */
export class WindowsError extends Error {
  /** Unsigned, also for an HRESULT that was given as a signed number. */
  readonly code: number;
  readonly space: CodeSpace;
  /** The name of the code, undefined when nobody has told it. */
  readonly symbol: string | undefined;

  /**
   * Never fails because of the number: one that is no 32-bit code is kept as it is.
   *
   * @throws {TypeError} when `code` is an object that does not have exactly one property
   */
  constructor(code: number | NamedCode, options: WindowsErrorOptions) {
    const [name, value] = typeof code === "number" ? [undefined, code] : namedCode(code);
    const { space, message, cause } = options;
    const symbol = options.symbol ?? name ?? symbolOf(value, space);
    super(
      message ?? defaultMessage(unsignedCode(value), space, symbol),
      cause === undefined ? {} : { cause },
    );
    this.code = unsignedCode(value);
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
  const isHex = space === "hresult" || space === "ntstatus";
  const number = isHex && isCode(code) ? hexCode(code) : `${code}`;
  return symbol === undefined ? `${space} code ${number}` : `${symbol} (${number})`;
}

function namedCode(code: NamedCode): readonly [name: string, code: number] {
  const [only, ...others] = Object.entries(code);
  if (only === undefined || others.length > 0) {
    throw new TypeError("code must be a number, or one name with its number: { ERROR_ACCESS_DENIED }");
  }
  return only;
}

function isBranded(error: unknown): error is WindowsError {
  return typeof error === "object" && error !== null && brand in error;
}
