export * from "./inet.generated.ts";

/** WinINet and WinHTTP errors, as plain numbers in the space `win32`. This is the type of their names; worked out only where it is used, since there are many. */
export type InternetName = keyof typeof import("./inet.generated.ts");
