import { unsignedCode } from "./decode/number.ts";
import { isInRanges } from "./ranges.ts";
import type * as codes from "./sspi-status.generated.ts";
import { sspiRanges } from "./tables/ranges.generated.ts";

export * from "./sspi-constants.generated.ts";
export * from "./sspi-status.generated.ts";

type Codes = typeof codes;

/** The name of a status code of SSPI, cryptography or certificates. */
export type SspiStatusName = keyof Codes;

/** A status code of SSPI, cryptography or certificates, unsigned. */
export type SspiStatus = Codes[SspiStatusName];

/**
 * Whether a number is a status code of SSPI, cryptography or certificates (`SEC_`, `CRYPT_`, `CERT_`, `CERTSRV_`, `NTE_`,
 * `TRUST_`). The type holds for unsigned numbers; a signed one is understood.
 *
 * @example
 * ```ts
 * import { isSspiStatus } from "@sallyport/errors/sspi";
 *
 * isSspiStatus(0x80090308); // true: SEC_E_INVALID_TOKEN
 * ```
 */
export function isSspiStatus(code: number): code is SspiStatus {
  return isInRanges(unsignedCode(code), sspiRanges);
}
