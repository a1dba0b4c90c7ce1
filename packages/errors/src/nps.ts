import type * as codes from "./nps.generated.ts";
import { type NpsReasonClass, type NpsReasonCode, npsReasons } from "./nps.generated.ts";
import { isInRanges } from "./ranges.ts";
import type { RasErrorName } from "./ras.ts";
import { npsRanges } from "./tables/ranges.generated.ts";

export * from "./nps.generated.ts";

/** The documented name of a reason code; most codes above 23 have none. */
export type NpsReasonName = Extract<keyof typeof codes, `IAS_${string}`>;

/** A reason code of Network Policy Server, as its logs and the security events 6272 to 6278 show it. */
export interface NpsReason {
  readonly code: NpsReasonCode;
  /** The name in Microsoft's documentation; most codes above 23 have none. */
  readonly name: NpsReasonName | undefined;
  /** One sentence in our own words. */
  readonly text: string;
  /** What part of the request it is about; our own grouping. */
  readonly class: NpsReasonClass;
  /** The error of Remote Access Service that fits, where one does; our own judgement. */
  readonly ras?: RasErrorName;
  /** What an administrator looks at next; for the codes that occur every day. */
  readonly check?: string;
}

/**
 * What a reason code means, in one sentence. A code that is not documented gets a sentence that says so.
 *
 * @example
 * ```ts
 * import { IAS_NO_POLICY_MATCH, reasonText } from "@sallyport/errors/nps";
 *
 * reasonText(IAS_NO_POLICY_MATCH); // "No network policy matched the request."
 * ```
 */
export function reasonText(code: number): string {
  return reasonOf(code)?.text ?? `Reason code ${code} is not documented.`;
}

/**
 * The documented name of a reason code, for example `"IAS_NO_POLICY_MATCH"` for 48.
 *
 * @example
 * ```ts
 * import { reasonName } from "@sallyport/errors/nps";
 *
 * reasonName(48); // "IAS_NO_POLICY_MATCH"
 * ```
 */
export function reasonName(code: number): NpsReasonName | undefined {
  return reasonOf(code)?.name;
}

/**
 * Everything about a reason code, undefined when it is not documented.
 *
 * @example
 * ```ts
 * import { reasonOf } from "@sallyport/errors/nps";
 *
 * reasonOf(65)?.check; // what an administrator looks at next
 * ```
 */
export function reasonOf(code: number): NpsReason | undefined {
  byCode ??= new Map(npsReasons.map((reason) => [reason.code, reason]));
  return byCode.get(code);
}

/**
 * Whether a number is a documented reason code of Network Policy Server.
 *
 * @example
 * ```ts
 * import { isNpsReason } from "@sallyport/errors/nps";
 *
 * isNpsReason(11); // false
 * ```
 */
export function isNpsReason(code: number): code is NpsReasonCode {
  return isInRanges(code, npsRanges);
}

/** Made at the first question, so that importing a constant makes nothing. */
let byCode: ReadonlyMap<number, NpsReason> | undefined;
