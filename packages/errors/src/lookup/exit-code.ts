import { hexCode, isCode } from "../decode/number.ts";
import type { Tables } from "./tables.ts";

/** Exception codes that are no NTSTATUS of a header: the run time of a language raises them. */
const raised: ReadonlyMap<number, string> = new Map([
  [0xe06d7363, "a C++ exception that nothing caught"],
  [0xe0434352, "a .NET exception that nothing caught"],
  [0xe0434f4d, "a .NET Framework 1 or 2 exception that nothing caught"],
]);

/** One line about the exit code of a process. Never throws: what is no exit code is told so. */
export function exitCodeText(tables: Tables, exitCode: number): string {
  if (typeof exitCode !== "number" || !isCode(exitCode)) {
    return `${String(exitCode)} is no exit code: a whole number from -2147483648 to 4294967295 is one.`;
  }
  const code = exitCode >>> 0;
  if (code === 0) return "0: success.";
  const known = raised.get(code);
  if (known !== undefined) return `${hexCode(code)}: ${known}.`;
  if (code > 0xffff) return largeCode(tables, code);
  const symbol = tables.symbolOf(code, "win32");
  const own = `${code}: the program's own exit code`;
  if (symbol === undefined) return `${own}.`;
  const meaning = tables.text(code, "win32", symbol).message.replace(/\.$/, "");
  return `${own}; if it handed on a Win32 error, ${symbol} (${meaning}).`;
}

/** Windows ends a process with the NTSTATUS of the exception that nobody handled; some programs with an HRESULT. */
function largeCode(tables: Tables, code: number): string {
  for (const space of ["ntstatus", "hresult"] as const) {
    const symbol = tables.symbolOf(code, space);
    if (symbol !== undefined) {
      const { message } = tables.text(code, space, symbol);
      return `${hexCode(code)} ${symbol}: ${message.replace(/\.?$/, ".")}`;
    }
  }
  return `${hexCode(code)}: no status code that is known.`;
}
