import { unsignedCode } from "./decode/number.ts";
import type * as codes from "./eap.generated.ts";
import { isInRanges } from "./ranges.ts";
import { eapRanges } from "./tables/ranges.generated.ts";

export * from "./eap.generated.ts";

type Codes = typeof codes;

/** The name of an HRESULT of EAPHost. */
export type EapStatusName = keyof Codes;

/** An HRESULT of EAPHost, unsigned. */
export type EapStatus = Codes[EapStatusName];

/**
 * Whether a number is an HRESULT of EAPHost. The type holds for unsigned numbers; a signed one is understood.
 *
 * @example
 * ```ts
 * import { isEapStatus } from "@sallyport/errors/eap";
 *
 * isEapStatus(0x80420010); // true: EAP_E_CERT_STORE_INACCESSIBLE
 * ```
 */
export function isEapStatus(code: number): code is EapStatus {
  return isInRanges(unsignedCode(code), eapRanges);
}
