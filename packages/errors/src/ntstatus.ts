export * from "./ntstatus.generated.ts";

/** NTSTATUS values, as plain unsigned numbers. This is the type of their names; worked out only where it is used, since there are many. */
export type NtStatusName = keyof typeof import("./ntstatus.generated.ts");
