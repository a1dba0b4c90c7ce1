import * as codes from "@sallyport/errors/sspi";

/** Whether a status is a success, that is without the error bit. SEC_I_ASYNC_CALL_PENDING is one, and no end (E-08). */
export function isSuccess(status: number): boolean {
  return status >>> 31 === 0;
}

/**
 * Whether the context goes on after this status: a success, or SEC_E_INCOMPLETE_MESSAGE, which has the error bit and
 * still leaves the context as it was (E-05).
 *
 * @example
 * ```ts
 * import { isContinuable, isSuccess, SEC_E_INCOMPLETE_MESSAGE } from "@sallyport/sspi";
 *
 * isSuccess(SEC_E_INCOMPLETE_MESSAGE); // false
 * isContinuable(SEC_E_INCOMPLETE_MESSAGE); // true: read more bytes, then call again with all of them
 * ```
 */
export function isContinuable(status: number): boolean {
  return isSuccess(status) || status === codes.SEC_E_INCOMPLETE_MESSAGE;
}

/** Whether a call has ended: whatever is not SEC_I_ASYNC_CALL_PENDING is a final status (E-08, E-09). */
export function isFinal(status: number): boolean {
  return status !== codes.SEC_I_ASYNC_CALL_PENDING;
}

/** The name of an SSPI status; undefined for a number that has none. */
export function statusName(status: number): string | undefined {
  names ??= nameTable();
  return names.get(status >>> 0);
}

let names: ReadonlyMap<number, string> | undefined;

/** Two more names of the header for numbers that have a name. */
const aliases: ReadonlySet<string> = new Set(["SEC_E_NOT_SUPPORTED", "SEC_E_NO_SPM"]);

function nameTable(): ReadonlyMap<number, string> {
  const table = new Map<number, string>();
  for (const [name, value] of Object.entries(codes)) {
    if (/^SEC_[EI]_/.test(name) && typeof value === "number" && !aliases.has(name)) table.set(value, name);
  }
  return table;
}
