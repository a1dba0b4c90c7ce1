export * from "./win32.generated.ts";

/** System error codes (the Win32 part of winerror.h), as plain numbers. This is the type of their names; worked out only where it is used, since there are many. */
export type Win32Name = keyof typeof import("./win32.generated.ts");
