import { CodeLookup } from "./lookup/code-lookup.ts";
import type { LookupOptions, LookupResult } from "./lookup/result.ts";
import { Tables } from "./lookup/tables.ts";

export type { FoundCode } from "./lookup/annotate.ts";
export type { CodeLookup } from "./lookup/code-lookup.ts";
export type {
  CodeMatch,
  CodeParts,
  CodeRelation,
  DecodedCode,
  LookupOptions,
  LookupResult,
} from "./lookup/result.ts";

/**
 * What a code or a name means, in every space, best first. The tables are loaded at the first call.
 *
 * A number may be signed or unsigned; a string may have it in decimal, hexadecimal or eight hexadecimal digits without
 * `0x`. Words before it count: "reason 65" is one of NPS. Every other string is a name, or words to search for in names
 * and texts; `=NAME` is nothing but that name, `:words` nothing but a search.
 *
 * Bad input gives a result with a `problem` and no matches.
 *
 * @throws {TypeError} when `space` is none; {RangeError} when `limit` is no whole number from 1 to 1000
 *
 * @example
 * ```ts
 * import { lookup } from "@sallyport/errors/lookup";
 *
 * const { matches } = await lookup("0x80090308");
 * console.log(matches[0]?.symbol); // SEC_E_INVALID_TOKEN
 * ```
 */
export async function lookup(query: number | string, options: LookupOptions = {}): Promise<LookupResult> {
  return (await loadLookup()).lookup(query, options);
}

/**
 * One line about the exit code of a process, whichever way it was printed.
 *
 * @example
 * ```ts
 * import { describeExitCode } from "@sallyport/errors/lookup";
 *
 * console.log(await describeExitCode(3221225477)); // 0xC0000005 STATUS_ACCESS_VIOLATION: ...
 * ```
 */
export async function describeExitCode(exitCode: number): Promise<string> {
  return (await loadLookup()).describeExitCode(exitCode);
}

/**
 * Loads the tables once; what it resolves to answers at once, for loops, log streams and error handlers.
 *
 * @example
 * ```ts
 * import { loadLookup } from "@sallyport/errors/lookup";
 *
 * const codes = await loadLookup();
 * console.log(codes.annotate("AcceptSecurityContext failed: 0x80090308"));
 * ```
 */
export function loadLookup(): Promise<CodeLookup> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined; // the next call tries again
    throw error;
  });
  return loading;
}

let loading: Promise<CodeLookup> | undefined;

async function load(): Promise<CodeLookup> {
  // One file with all names, not one a space: opening a file costs more than reading it.
  const [{ win32, hresult, ntstatus, ras, nps, tapi }, { messageOf }] = await Promise.all([
    import("./tables/names.generated.ts"),
    import("./messages.ts"),
  ]);
  return new CodeLookup(new Tables({ win32, hresult, ntstatus, ras, nps, tapi }, messageOf));
}
