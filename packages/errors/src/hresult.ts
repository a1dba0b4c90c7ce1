export * from "./hresult.generated.ts";

/** HRESULT values of winerror.h, as plain unsigned numbers. This is the type of their names; worked out only where it is used, since there are many. */
export type HresultName = keyof typeof import("./hresult.generated.ts");
