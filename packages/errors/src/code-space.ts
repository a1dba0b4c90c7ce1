import * as hresult from "./hresult.ts";
import { npsReasons } from "./nps.generated.ts";
import * as win32 from "./win32.ts";

/**
 * Where a code has its meaning; the same number is another error elsewhere. `win32`: system error codes; `hresult`:
 * HRESULT values, unsigned; `nps`: reason codes of Network Policy Server.
 */
export type CodeSpace = "win32" | "hresult" | "nps";

/**
 * The name of a code in its space, undefined when it has none there. Of several names for one number it is the usual
 * one: `ERROR_SUCCESS`, not `NO_ERROR`. An HRESULT may be given as the signed number that some interfaces return.
 *
 * @example
 * ```ts
 * import { symbolOf } from "@sallyport/errors";
 *
 * symbolOf(5, "win32"); // "ERROR_ACCESS_DENIED"
 * symbolOf(-2147024891, "hresult"); // "E_ACCESSDENIED"
 * ```
 */
export function symbolOf(code: number, space: CodeSpace): string | undefined {
  return symbols[space].get(unsignedCode(code));
}

/** The same 32 bits as an unsigned number. Numbers that are no 32-bit codes stay as they are. */
export function unsignedCode(code: number): number {
  return code === (code | 0) ? code >>> 0 : code;
}

const symbols: Readonly<Record<CodeSpace, ReadonlyMap<number, string>>> = {
  win32: symbolsOf(Object.entries(win32)),
  hresult: symbolsOf(Object.entries(hresult)),
  nps: new Map(npsReasons.flatMap(({ code, name }) => (name === undefined ? [] : [[code, name]]))),
};

/** The exports of a module come in alphabetical order; the first name for a number is the one that counts. */
function symbolsOf(constants: [name: string, code: number][]): ReadonlyMap<number, string> {
  return new Map(constants.toReversed().map(([name, code]) => [code, name]));
}
