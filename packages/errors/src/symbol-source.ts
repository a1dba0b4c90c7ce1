import type { CodeSpace } from "./code-space.ts";
import { unsignedCode } from "./decode/number.ts";

/** Names codes: a function like `symbolOf` of a loaded lookup. Undefined where it knows none. */
export type SymbolSource = (code: number, space: CodeSpace) => string | undefined;

/** Shared by every copy of this package in the process. */
const key = Symbol.for("@sallyport/errors/SymbolSource");
const shared = globalThis as { [key]?: SymbolSource | undefined };

/**
 * Lets every `WindowsError` made from now on know its name, also where only the number was given. This entry holds no
 * table, so that a bundle which throws errors stays small; a program that has room for the tables says so once.
 * `undefined` takes the source away.
 *
 * @example
 * ```ts
 * import { useSymbols, WindowsError } from "@sallyport/errors";
 * import { loadLookup } from "@sallyport/errors/lookup";
 *
 * useSymbols((await loadLookup()).symbolOf);
 * console.log(new WindowsError(1326, { space: "win32" }).message); // ERROR_LOGON_FAILURE (1326)
 * ```
 */
export function useSymbols(source: SymbolSource | undefined): void {
  shared[key] = source;
}

/**
 * The name of a code in its space, by the source that {@link useSymbols} was given; undefined without one, and where
 * the code has no name there.
 *
 * @example
 * ```ts
 * import { symbolOf } from "@sallyport/errors";
 *
 * symbolOf(5, "win32"); // undefined, until useSymbols was called; then "ERROR_ACCESS_DENIED"
 * ```
 */
export function symbolOf(code: number, space: CodeSpace): string | undefined {
  return shared[key]?.(unsignedCode(code), space);
}
