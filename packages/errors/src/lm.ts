export * from "./lm.generated.ts";

/** Network management errors (lmerr.h), as plain numbers in the space `win32`. This is the type of their names; worked out only where it is used, since there are many. */
export type NetworkManagementName = keyof typeof import("./lm.generated.ts");
