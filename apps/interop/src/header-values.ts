import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { folders } from "./peers.ts";
import { run } from "./run.ts";

/** What the casts and macros around the numbers come to; everything is 32 bits wide or counted in 64. */
const prelude = `
#include <stdio.h>
typedef int HRESULT, NTSTATUS, LONG, SCODE;
typedef unsigned DWORD, ULONG, UINT, NET_API_STATUS;
typedef unsigned long long ULONGLONG;
#define _HRESULT_TYPEDEF_(value) ((HRESULT)value)
#define __MSABI_LONG(value) value
#define _NDIS_ERROR_TYPEDEF_(value) ((DWORD)value)
`;

/**
 * The macros of headers of mingw-w64 as the C compiler evaluates them: only the `#define` lines are taken, the compiler
 * does the rest. Names that are no numbers are left out.
 */
export async function valuesOfHeaders(
  headers: readonly string[],
  names: ReadonlySet<string>,
  folder: string,
): Promise<ReadonlyMap<string, number>> {
  const defines = headers.flatMap((header) =>
    definesOf(readFileSync(join(folders["mingw-w64 headers"], header), "utf8")),
  );
  const defined = new Set(defines.map((line) => /^#define\s+(\w+)/.exec(line)?.[1] ?? ""));
  const wanted = [...names].filter((name) => defined.has(name));
  const prints = wanted.map((name) => `  printf("${name} %lld\\n", (long long)(${name}));`);
  const source = join(folder, `${headers.join("-")}.c`);
  writeFileSync(
    source,
    [prelude, ...defines, "int main(void) {", ...prints, "  return 0;", "}", ""].join("\n"),
  );
  const program = source.replace(/c$/, "out");
  const compiled = await run("gcc", ["-w", "-O0", "-o", program, source]);
  if (compiled.status !== 0) throw new Error(compiled.stderr);
  const { stdout } = await run(program, []);
  return new Map(
    stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.split(" "))
      .map(([name = "", value]) => [name, unsigned(Number(value))]),
  );
}

/** A 32-bit value that a cast has made negative is meant without its sign. */
function unsigned(value: number): number {
  return value < 0 ? value >>> 0 : value;
}

/** `#define` lines with what is continued on the next line. Conditions are ignored: the last definition counts. */
function definesOf(header: string): readonly string[] {
  return header
    .replaceAll(/\\\r?\n/g, " ")
    .replaceAll(/\/\*[\s\S]*?\*\//g, " ")
    .split("\n")
    .map((line) =>
      line
        .replace(/^\s*#\s*define\b/, "#define")
        .replace(/\/\/.*$/, "")
        .trim(),
    )
    .filter((line) => line.startsWith("#define"));
}

/** The constants of a source file of the winapi crate: `pub const NAME: TYPE = VALUE;`. */
export function valuesOfCrate(file: string): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  const source = readFileSync(join(folders["winapi crate"], file), "utf8");
  for (const [, name = "", expression = ""] of source.matchAll(/^pub const (\w+): \w+\s*=\s*([^;]+);/gm)) {
    let sum = 0;
    for (const term of expression.replaceAll(/\bas \w+|[()]/g, "").split("+")) {
      const text = term.trim();
      sum += /^\d/.test(text)
        ? Number(text.replaceAll("_", "").replace(/[iu](?:32|64)$/, ""))
        : (values.get(text) ?? Number.NaN);
    }
    if (Number.isFinite(sum)) values.set(name, unsigned(sum));
  }
  return values;
}
