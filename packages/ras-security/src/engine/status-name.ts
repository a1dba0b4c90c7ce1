import { symbolOf } from "@sallyport/errors";

/** The name of a code where it has one among those of RAS (600 to 999) and Windows. */
export function statusSymbol(code: number): string | undefined {
  return code >= 600 && code <= 999 ? symbolOf(code, "ras") : symbolOf(code, "win32");
}

/** A code as the call log shows it: `ERROR_PORT_DISCONNECTED (619)`, `NO_ERROR`, or the bare number. */
export function statusName(code: number): string {
  if (code === 0) return "NO_ERROR";
  const symbol = statusSymbol(code);
  return symbol === undefined ? `${code}` : `${symbol} (${code})`;
}
