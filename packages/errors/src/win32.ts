import type * as codes from "./win32.generated.ts";

export * from "./win32.generated.ts";

/** The name of a system error code: the Win32 part of winerror.h. One of 2801: the type is worked out only where it is used. */
export type Win32Name = keyof typeof codes;
