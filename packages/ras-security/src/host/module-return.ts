import { WindowsError } from "@sallyport/errors";
import { isThenable } from "@sallyport/runtime";
import { isCode } from "../engine/verdict.ts";

/** What a call into a module came to: its status number, or why there is none. */
export type ModuleReturn =
  | { readonly code: number; readonly exception?: undefined }
  | { readonly code: number; readonly exception: string; readonly error: unknown };

/**
 * Calls an entry point and hands over what it returned: within this call, or later where the module returned a promise.
 * A thrown WindowsError counts as its code; any other exception, and whatever is no status number, as `otherwise` (RAS-62).
 *
 * @returns whether the result comes later
 */
export function callModule(
  entryPoint: () => unknown,
  otherwise: number,
  onReturn: (result: ModuleReturn) => void,
): boolean {
  let value: unknown;
  let hasReturned = false;
  /** Once: a promise of a library of its own may settle twice. */
  const returned = (result: ModuleReturn): void => {
    if (hasReturned) return;
    hasReturned = true;
    onReturn(result);
  };
  try {
    value = entryPoint();
    if (isThenable(value)) {
      value.then(
        (settled) => returned(statusOf(settled, otherwise)),
        (error: unknown) => returned(thrown(error, otherwise)),
      );
      return !hasReturned;
    }
  } catch (error) {
    returned(thrown(error, otherwise));
    return false;
  }
  returned(statusOf(value, otherwise));
  return false;
}

function statusOf(value: unknown, otherwise: number): ModuleReturn {
  if (isCode(value)) return { code: value };
  const found = value === null || typeof value !== "object" ? String(value) : "an object";
  const exception = `returned ${found} where a status number was expected`;
  return { code: otherwise, exception, error: undefined };
}

function thrown(error: unknown, otherwise: number): ModuleReturn {
  const code = WindowsError.is(error) && error.code !== 0 ? error.code : otherwise;
  return { code, exception: `failed: ${messageOf(error)}`, error };
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return "something that has no text";
  }
}
