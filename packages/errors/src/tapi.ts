import type * as codes from "./tapi.generated.ts";

export * from "./tapi.generated.ts";

/** The name of an error of telephony: tapi.h, of the space `tapi`, or tapi3err.h, an HRESULT; unsigned. One of 245: the type is worked out only where it is used. */
export type TelephonyName = keyof typeof codes;
