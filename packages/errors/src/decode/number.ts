/**
 * The same 32 bits as an unsigned number. Numbers that are no 32-bit codes stay as they are.
 *
 * @example
 * ```ts
 * import { unsignedCode } from "@sallyport/errors/decode";
 *
 * unsignedCode(-2146893048); // 2148074248
 * ```
 */
export function unsignedCode(code: number): number {
  return code === (code | 0) ? code >>> 0 : code;
}

/**
 * The same 32 bits as a signed number, as .NET, COM and `int` show them. Other numbers stay as they are.
 *
 * @example
 * ```ts
 * import { signedCode } from "@sallyport/errors/decode";
 *
 * signedCode(0x80090308); // -2146893048
 * ```
 */
export function signedCode(code: number): number {
  return isCode(code) ? code | 0 : code;
}

/**
 * Whether a number is a 32-bit code, signed or unsigned: a whole number from -2147483648 to 4294967295.
 *
 * @example
 * ```ts
 * import { isCode } from "@sallyport/errors/decode";
 *
 * isCode(2 ** 32); // false
 * ```
 */
export function isCode(code: number): boolean {
  return Number.isInteger(code) && code >= -0x8000_0000 && code <= 0xffff_ffff;
}

/**
 * Eight hexadecimal digits, as HRESULT and NTSTATUS values are written.
 *
 * @throws {RangeError} when `code` is no 32-bit code
 *
 * @example
 * ```ts
 * import { hexCode } from "@sallyport/errors/decode";
 *
 * hexCode(-2146893048); // "0x80090308"
 * ```
 */
export function hexCode(code: number): string {
  return `0x${checkedCode(code, "code").toString(16).toUpperCase().padStart(8, "0")}`;
}

/** The code, unsigned; a RangeError that names the parameter where it is none. */
export function checkedCode(code: number, parameter: string): number {
  if (!isCode(code)) {
    throw new RangeError(
      `${parameter} is ${String(code)}; a code is a whole number from -2147483648 to 4294967295`,
    );
  }
  return code >>> 0;
}
