import type * as codes from "./inet.generated.ts";

export * from "./inet.generated.ts";

/** The name of an error of WinINet or WinHTTP, of the space `win32`. One of 142: the type is worked out only where it is used. */
export type InternetName = keyof typeof codes;
