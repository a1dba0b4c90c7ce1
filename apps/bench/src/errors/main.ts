#!/usr/bin/env node
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { median } from "../statistics.ts";

/** What `@sallyport/errors` costs: imports against an empty module, the first lookup, later ones. */
const runs = 25;
const home = fileURLToPath(new URL("../../../../packages/errors/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "sallyport-bench-"));
try {
  execFileSync(join(home, "node_modules/.bin/tsup"), ["--out-dir", join(folder, "dist")], { cwd: home });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(join(folder, "empty.js"), "export {};\n");
  measure();
} finally {
  rmSync(folder, { recursive: true });
}

function measure(): void {
  const entries = ["ras", "eap", "nps", "sspi", "win32", "hresult", "index", "lookup"];
  const empty: number[] = [];
  const imports = new Map(entries.map((entry) => [entry, [] as number[]]));
  const first: number[] = [];
  const later: number[] = [];
  // In turn, so that what else the machine does meets all alike.
  for (let round = 0; round < runs; round += 1) {
    empty.push(inNewProcess(importing("empty.js")));
    for (const entry of entries) imports.get(entry)?.push(inNewProcess(importing(`dist/${entry}.js`)));
    first.push(inNewProcess(firstLookup()));
    if (round % 5 === 0) later.push(inNewProcess(laterLookups()));
  }
  const nothing = median(empty);
  const rows: (readonly [what: string, value: string, promise: string])[] = [
    ["import of an empty module", `${nothing.toFixed(2)} ms`, ""],
    ...entries.map((entry) => {
      const more = median(imports.get(entry) ?? []) - nothing;
      return [
        `import of ./${entry}, more than that`,
        `${more.toFixed(2)} ms`,
        entry === "ras" ? "1 ms" : "",
      ] as const;
    }),
    ["first lookup, with loading all tables", `${median(first).toFixed(2)} ms`, "10 ms"],
    ["later lookups by number", `${median(later).toFixed(2)} us`, "2 us"],
  ];
  console.log(`| median of ${runs} processes | | promised: at most |\n| --- | ---: | ---: |`);
  for (const row of rows) console.log(`| ${row.join(" | ")} |`);
  console.log(`\nNode ${process.version} on ${process.platform} ${process.arch}`);
}

/** Runs a program that prints one number. */
function inNewProcess(program: string): number {
  const file = join(folder, "program.js");
  writeFileSync(file, program);
  return Number(execFileSync(process.execPath, [file], { encoding: "utf8" }));
}

function urlOf(name: string): string {
  return JSON.stringify(pathToFileURL(join(folder, name)).href);
}

/** The loader has loaded a module before: its own start is not what is measured. */
function importing(name: string): string {
  writeFileSync(join(folder, "warm.js"), "export const warm = 1;\n");
  return `await import(${urlOf("warm.js")});
const begun = performance.now();
await import(${urlOf(name)});
console.log(performance.now() - begun);`;
}

function firstLookup(): string {
  return `import { lookup } from ${urlOf("dist/lookup.js")};
const begun = performance.now();
const { matches } = await lookup("0x80090308");
const took = performance.now() - begun;
if (matches[0].symbol !== "SEC_E_INVALID_TOKEN") throw new Error("wrong answer");
console.log(took);`;
}

/** Microseconds a lookup, over numbers of every kind: with and without collisions, known and unknown. */
function laterLookups(): string {
  return `import { loadLookup } from ${urlOf("dist/lookup.js")};
const { lookup } = await loadLookup();
const codes = [5, 691, 1326, 619, 0x80090308, 0x8009030c, 0xc000006d, 0xc0000064, 0x80070005, 0x8007052e, 0xa7ffabcd, 2250];
let found = 0;
const many = (count) => { for (let index = 0; index < count; index += 1) found += lookup(codes[index % codes.length]).matches.length; };
many(50_000);
const begun = performance.now();
many(400_000);
const took = performance.now() - begun;
if (found === 0) throw new Error("wrong answer");
console.log(took * 1000 / 400_000);`;
}
