import { npsReasons } from "./nps.generated.ts";

export * from "./nps.generated.ts";

/** A reason code of Network Policy Server, as its logs and the security events 6272 to 6278 show it. */
export interface NpsReason {
  readonly code: number;
  /** The name in Microsoft's documentation; most codes above 23 have none. */
  readonly name: string | undefined;
  /** One sentence in our own words. */
  readonly text: string;
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
  return byCode.get(code)?.text ?? `Reason code ${code} is not documented.`;
}

/** The documented name of a reason code, for example `"IAS_NO_POLICY_MATCH"` for 48. */
export function reasonName(code: number): string | undefined {
  return byCode.get(code)?.name;
}

const byCode: ReadonlyMap<number, NpsReason> = new Map(npsReasons.map((reason) => [reason.code, reason]));
