import { isInRanges } from "./ranges.ts";
import type * as codes from "./ras.generated.ts";
import { rasRanges } from "./tables/ranges.generated.ts";

export * from "./ras.generated.ts";

type Codes = typeof codes;

/** The name of an error of Remote Access Service. */
export type RasErrorName = keyof Codes;

/** The number of an error of Remote Access Service: 0, and 600 to 955 with gaps. */
export type RasErrorCode = Codes[RasErrorName];

/**
 * Whether a number is an error of Remote Access Service. Most of these numbers are Win32 codes, too: only where it came
 * from tells what it means.
 *
 * @example
 * ```ts
 * import { isRasError } from "@sallyport/errors/ras";
 *
 * isRasError(691); // true: ERROR_AUTHENTICATION_FAILURE
 * ```
 */
export function isRasError(code: number): code is RasErrorCode {
  return isInRanges(code, rasRanges);
}
