export * from "./tapi.generated.ts";

/** Telephony: the codes of tapi.h in the space `tapi`, and the HRESULTs of TAPI 3; plain unsigned numbers. This is the type of their names; worked out only where it is used, since there are many. */
export type TelephonyName = keyof typeof import("./tapi.generated.ts");
