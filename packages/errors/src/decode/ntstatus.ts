import { checkedCode } from "./number.ts";

/** Facility of NTSTATUS values that carry a Win32 code. */
export const FACILITY_NTWIN32 = 7;

/** The fields of an NTSTATUS (ntstatus.h; [MS-ERREF] section 2.3). */
export interface NtStatusParts {
  readonly severity: "success" | "informational" | "warning" | "error";
  /** The value was defined by somebody else than Microsoft. */
  readonly customer: boolean;
  /** 0 to 4095. */
  readonly facility: number;
  /** 0 to 65535. */
  readonly code: number;
}

const severities = ["success", "informational", "warning", "error"] as const;

/**
 * Takes an NTSTATUS apart. Signed and unsigned numbers are the same to it.
 *
 * @throws {RangeError} when `status` is no 32-bit code
 *
 * @example
 * ```ts
 * import { decodeNtStatus } from "@sallyport/errors/decode";
 *
 * decodeNtStatus(0xc000006d); // { severity: "error", customer: false, facility: 0, code: 109 }
 * ```
 */
export function decodeNtStatus(status: number): NtStatusParts {
  const value = checkedCode(status, "status");
  return {
    severity: severities[value >>> 30] ?? "error",
    customer: ((value >>> 29) & 1) === 1,
    facility: (value >>> 16) & 0xfff,
    code: value & 0xffff,
  };
}

/**
 * Whether an NTSTATUS is a success or informational (ntdef.h).
 *
 * @example
 * ```ts
 * import { NT_SUCCESS } from "@sallyport/errors/decode";
 *
 * NT_SUCCESS(0xc000006d); // false
 * ```
 */
export function NT_SUCCESS(status: number): boolean {
  return checkedCode(status, "status") < 0x8000_0000;
}

/**
 * Whether an NTSTATUS is an error (ntdef.h): severity 3.
 *
 * @example
 * ```ts
 * import { NT_ERROR } from "@sallyport/errors/decode";
 *
 * NT_ERROR(0x80000005); // false: a warning
 * ```
 */
export function NT_ERROR(status: number): boolean {
  return checkedCode(status, "status") >>> 30 === 3;
}

/**
 * The Win32 code inside an NTSTATUS of {@link FACILITY_NTWIN32} (0xC007nnnn), undefined when it is another one.
 *
 * @example
 * ```ts
 * import { win32FromNtStatus } from "@sallyport/errors/decode";
 *
 * win32FromNtStatus(0xc0070005); // 5
 * ```
 */
export function win32FromNtStatus(status: number): number | undefined {
  const value = checkedCode(status, "status");
  return value >>> 16 === 0xc007 ? value & 0xffff : undefined;
}
