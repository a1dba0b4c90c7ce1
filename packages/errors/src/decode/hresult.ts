import { checkedCode } from "./number.ts";

/** Facility of HRESULTs that carry a Win32 code. */
export const FACILITY_WIN32 = 7;
/** The bit that marks an HRESULT which carries an NTSTATUS. */
export const FACILITY_NT_BIT = 0x10000000;

/** The fields of an HRESULT (winerror.h; [MS-ERREF] section 2.1). */
export interface HresultParts {
  readonly severity: "success" | "error";
  /** The value was defined by somebody else than Microsoft. */
  readonly customer: boolean;
  /** The value is an NTSTATUS with {@link FACILITY_NT_BIT} added; facility and code are those of the NTSTATUS. */
  readonly isNtStatus: boolean;
  /** 0 to 2047; 0 to 4095 where {@link HresultParts.isNtStatus} holds. */
  readonly facility: number;
  /** 0 to 65535. */
  readonly code: number;
}

/**
 * Takes an HRESULT apart. Signed and unsigned numbers are the same to it.
 *
 * @throws {RangeError} when `hresult` is no 32-bit code
 *
 * @example
 * ```ts
 * import { decodeHresult } from "@sallyport/errors/decode";
 *
 * decodeHresult(0x80070005); // { severity: "error", customer: false, isNtStatus: false, facility: 7, code: 5 }
 * ```
 */
export function decodeHresult(hresult: number): HresultParts {
  const value = checkedCode(hresult, "hresult");
  const isNtStatus = (value & FACILITY_NT_BIT) !== 0;
  return {
    severity: value >>> 31 === 1 ? "error" : "success",
    customer: ((value >>> 29) & 1) === 1,
    isNtStatus,
    facility: (value >>> 16) & (isNtStatus ? 0xfff : 0x7ff),
    code: value & 0xffff,
  };
}

/**
 * Whether an HRESULT means success: its topmost bit is clear.
 *
 * @example
 * ```ts
 * import { SUCCEEDED } from "@sallyport/errors/decode";
 *
 * SUCCEEDED(0x00090312); // true: SEC_I_CONTINUE_NEEDED
 * ```
 */
export function SUCCEEDED(hresult: number): boolean {
  return checkedCode(hresult, "hresult") < 0x8000_0000;
}

/**
 * Whether an HRESULT means failure: its topmost bit is set.
 *
 * @example
 * ```ts
 * import { FAILED } from "@sallyport/errors/decode";
 *
 * FAILED(-2147467259); // true: E_FAIL
 * ```
 */
export function FAILED(hresult: number): boolean {
  return !SUCCEEDED(hresult);
}

/**
 * A Win32 code as an HRESULT (winerror.h). Zero, and what is an HRESULT already, stays as it is. Unsigned.
 *
 * @throws {RangeError} when `code` is no 32-bit code
 *
 * @example
 * ```ts
 * import { HRESULT_FROM_WIN32 } from "@sallyport/errors/decode";
 *
 * HRESULT_FROM_WIN32(5) === 0x80070005; // true
 * ```
 */
export function HRESULT_FROM_WIN32(code: number): number {
  const value = checkedCode(code, "code");
  return value === 0 || value >= 0x8000_0000 ? value : (0x80070000 | (value & 0xffff)) >>> 0;
}

/**
 * An NTSTATUS as an HRESULT (winerror.h): with {@link FACILITY_NT_BIT}. Unsigned.
 *
 * @example
 * ```ts
 * import { HRESULT_FROM_NT } from "@sallyport/errors/decode";
 *
 * HRESULT_FROM_NT(0xc000006d) === 0xd000006d; // true
 * ```
 */
export function HRESULT_FROM_NT(status: number): number {
  return (checkedCode(status, "status") | FACILITY_NT_BIT) >>> 0;
}

/**
 * The Win32 code inside an HRESULT that {@link HRESULT_FROM_WIN32} has made, undefined when it is another one.
 *
 * @example
 * ```ts
 * import { win32FromHresult } from "@sallyport/errors/decode";
 *
 * win32FromHresult(-2147024891); // 5
 * ```
 */
export function win32FromHresult(hresult: number): number | undefined {
  const value = checkedCode(hresult, "hresult");
  if (value === 0) return 0;
  return value >>> 16 === 0x8007 ? value & 0xffff : undefined;
}

/**
 * The NTSTATUS inside an HRESULT that {@link HRESULT_FROM_NT} has made, undefined when it is another one.
 *
 * @example
 * ```ts
 * import { ntStatusFromHresult } from "@sallyport/errors/decode";
 *
 * ntStatusFromHresult(0xd000006d) === 0xc000006d; // true
 * ```
 */
export function ntStatusFromHresult(hresult: number): number | undefined {
  const value = checkedCode(hresult, "hresult");
  return (value & FACILITY_NT_BIT) === 0 ? undefined : (value & ~FACILITY_NT_BIT) >>> 0;
}
