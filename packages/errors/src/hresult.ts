import type * as codes from "./hresult.generated.ts";

export * from "./hresult.generated.ts";

/** The name of an HRESULT of winerror.h; the numbers are unsigned. One of 3062: the type is worked out only where it is used. */
export type HresultName = keyof typeof codes;
