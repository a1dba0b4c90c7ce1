import type * as codes from "./ntstatus.generated.ts";

export * from "./ntstatus.generated.ts";

/** The name of an NTSTATUS; the numbers are unsigned. One of 2502: the type is worked out only where it is used. */
export type NtStatusName = keyof typeof codes;
