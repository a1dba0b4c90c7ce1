import { symbolOf } from "@sallyport/errors";
import * as rasCodes from "@sallyport/errors/ras";
import {
  ERROR_ACCESS_DENIED,
  ERROR_BAD_CONFIGURATION,
  ERROR_DLL_NOT_FOUND,
  ERROR_GEN_FAILURE,
  ERROR_INVALID_PARAMETER,
  ERROR_NOT_ENOUGH_MEMORY,
  ERROR_POSSIBLE_DEADLOCK,
  ERROR_PROC_NOT_FOUND,
} from "@sallyport/errors/win32";

/** The name of a code where it has one among those of RAS (600 to 999) and Windows. */
export function statusSymbol(code: number): string | undefined {
  if (code >= 600 && code <= 999) return rasNames.get(code);
  // A program that has loaded all names gets them here, too.
  return win32Names.get(code) ?? symbolOf(code, "win32");
}

/** A code as the call log shows it: `ERROR_PORT_DISCONNECTED (619)`, `NO_ERROR`, or the bare number. */
export function statusName(code: number): string {
  if (code === 0) return "NO_ERROR";
  const symbol = statusSymbol(code);
  return symbol === undefined ? `${code}` : `${symbol} (${code})`;
}

const rasNames: ReadonlyMap<number, string> = namesOf(rasCodes);
/** What this package returns, and what modules return most. */
const win32Names: ReadonlyMap<number, string> = namesOf({
  ERROR_ACCESS_DENIED,
  ERROR_BAD_CONFIGURATION,
  ERROR_DLL_NOT_FOUND,
  ERROR_GEN_FAILURE,
  ERROR_INVALID_PARAMETER,
  ERROR_NOT_ENOUGH_MEMORY,
  ERROR_POSSIBLE_DEADLOCK,
  ERROR_PROC_NOT_FOUND,
});

function namesOf(codes: object): Map<number, string> {
  const named = new Map<number, string>();
  for (const [name, code] of Object.entries(codes)) if (typeof code === "number") named.set(code, name);
  return named;
}
