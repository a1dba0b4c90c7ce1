import type * as codes from "./lm.generated.ts";

export * from "./lm.generated.ts";

/** The name of an error of network management (lmerr.h), of the space `win32`. One of 310: the type is worked out only where it is used. */
export type NetworkManagementName = keyof typeof codes;
