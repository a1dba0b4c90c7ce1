import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build as buildWithEsbuild, type Options } from "tsup";
import { build as buildWithVite } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import manifest from "../package.json" with { type: "json" };

const source = fileURLToPath(new URL("../src/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "sallyport-errors-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What is left of a program in a bundle, by esbuild and by Vite's bundler. */
async function bundles(name: string, program: string): Promise<readonly string[]> {
  const entry = join(folder, `${name}.ts`);
  writeFileSync(entry, program.replaceAll("@sallyport/errors/", source).replace(/(src\/\w+)"/g, '$1.ts"'));
  const outDir = join(folder, "bundled");
  await buildWithEsbuild({
    config: false,
    entry: [entry],
    outDir,
    format: "esm",
    minify: true,
    silent: true,
    outExtension: () => ({ js: ".js" }),
  });
  const built = await buildWithVite({
    configFile: false,
    logLevel: "silent",
    build: { write: false, minify: true, lib: { entry, formats: ["es"], fileName: name }, target: "es2023" },
  });
  const outputs = Array.isArray(built)
    ? built.flatMap(({ output }) => output)
    : "output" in built
      ? built.output
      : [];
  const code = outputs.flatMap((part) => (part.type === "chunk" ? [part.code] : []));
  return [readFileSync(join(outDir, `${name}.js`), "utf8"), code.join("\n")].map((text) =>
    text.replace(/^\s*\/\/.*$|\/\*[\s\S]*?\*\//gm, "").trim(),
  );
}

describe("a bundle", () => {
  it("of three named imports has three numbers and nothing else", async () => {
    const made = await bundles(
      "three",
      `import { ERROR_LOGON_FAILURE } from "@sallyport/errors/win32";
       import { ERROR_AUTHENTICATION_FAILURE } from "@sallyport/errors/ras";
       import { SEC_E_INVALID_TOKEN } from "@sallyport/errors/sspi";
       console.log(ERROR_LOGON_FAILURE, ERROR_AUTHENTICATION_FAILURE, SEC_E_INVALID_TOKEN);`,
    );
    for (const code of made) {
      expect(code.length).toBeLessThan(100);
      expect(code.match(/\d+/g)?.map(Number)).toEqual([1326, 691, 2148074248]);
      expect(code).not.toMatch(/ERROR_|SEC_E_/);
    }
  });

  it.each([
    ["win32", "ERROR_ACCESS_DENIED", 5],
    ["hresult", "E_ACCESSDENIED", 2147942405],
    ["ntstatus", "STATUS_LOGON_FAILURE", 3221225581],
    ["eap", "EAP_E_CERT_STORE_INACCESSIBLE", 2151809040],
    ["nps", "IAS_NO_POLICY_MATCH", 48],
    ["lm", "NERR_UseNotFound", 2250],
    ["inet", "ERROR_WINHTTP_TIMEOUT", 12002],
    ["tapi", "LINEERR_ALLOCATED", 2147483649],
    ["sspi", "ISC_REQ_MUTUAL_AUTH", 2],
  ])("of one constant of ./%s has that number", async (entry, name, value) => {
    const made = await bundles(
      `one-${entry}`,
      `import { ${name} } from "@sallyport/errors/${entry}"; console.log(${name});`,
    );
    for (const code of made) {
      expect(code.length).toBeLessThan(50);
      expect(code.match(/\d+/g)?.map(Number)).toEqual([value]);
    }
  });

  it("that throws a WindowsError has no table", async () => {
    const made = await bundles(
      "throwing",
      `import { WindowsError } from "@sallyport/errors/index";
       import { ERROR_ACCESS_DENIED } from "@sallyport/errors/win32";
       throw new WindowsError({ ERROR_ACCESS_DENIED }, { space: "win32" });`,
    );
    for (const code of made) {
      expect(code.length).toBeLessThan(2500);
      expect(new Set(code.match(/[A-Z]+(?:_[A-Z]+)+/g))).toEqual(new Set(["ERROR_ACCESS_DENIED"]));
    }
  });
});

/** Gzipped bytes of each entry with what it imports at once; of ./lookup also what it loads later. */
const budgets: Readonly<Record<string, number>> = {
  index: 2_000,
  ras: 6_500,
  sspi: 10_000,
  eap: 2_500,
  nps: 7_000,
  decode: 1_500,
  lookup: 13_000,
  messages: 55_000,
  win32: 38_000,
  hresult: 41_000,
  ntstatus: 34_000,
  lm: 4_000,
  inet: 2_500,
  tapi: 4_000,
  "node/winerror": 18_000,
};

describe("the built entries", () => {
  const outDir = join(folder, "dist");

  beforeAll(async () => {
    const configuration = new URL("../tsup.config.ts", import.meta.url).href;
    const { default: builds } = (await import(configuration)) as { default: Options[] };
    for (const options of builds) {
      await buildWithEsbuild({ ...options, config: false, outDir, clean: false });
    }
  });

  /** The files that an entry imports, itself included. */
  function files(file: string, imports: RegExp, found: Set<string> = new Set()): Set<string> {
    if (found.has(file)) return found;
    found.add(file);
    for (const [, specifier = ""] of readFileSync(file, "utf8").matchAll(imports))
      files(join(dirname(file), specifier), imports, found);
    return found;
  }
  const atOnce = /(?:\bfrom|\bimport)\s*"(\.{1,2}\/[^"]+)"/g;
  const atAll = /(?:\bfrom|\bimport)\s*\(?"(\.{1,2}\/[^"]+)"/g;
  const size = (paths: Iterable<string>): number =>
    [...paths].reduce((sum, path) => sum + gzipSync(readFileSync(path), { level: 9 }).length, 0);

  it("are those of package.json, each with a budget", () => {
    const entries = Object.keys(manifest.exports)
      .filter((key) => key !== "./package.json")
      .map((key) => (key === "." ? "index" : key.slice(2)));
    expect(Object.keys(budgets).sort()).toEqual([...entries, "node/winerror"].sort());
  });

  it.each(Object.entries(budgets))("%s stays within %i bytes", (entry, budget) => {
    const bytes = size(files(join(outDir, `${entry}.js`), atOnce));
    expect(bytes).toBeLessThan(budget);
    // A budget that is far too wide guards nothing.
    expect(bytes).toBeGreaterThan(budget / 3);
  });

  it("lookup with all its tables stays within 145 kB", () => {
    expect(size(files(join(outDir, "lookup.js"), atAll))).toBeLessThan(145_000);
  });

  it("no entry but the command imports from Node or from anywhere else", () => {
    for (const entry of Object.keys(budgets).filter((name) => name !== "node/winerror")) {
      for (const file of files(join(outDir, `${entry}.js`), atAll)) {
        const code = readFileSync(file, "utf8");
        const imports = Array.from(
          code.matchAll(/^(?:import|export)\b[^"']*?\bfrom\s*"([^"]+)"|\bimport\("([^"]+)"\)/gm),
        );
        const strange = imports.map(([, one, two]) => one ?? two).filter((name) => !name?.startsWith("."));
        expect(strange, file).toEqual([]);
      }
    }
  });

  it("no entry loads the packed names before it is asked", () => {
    for (const entry of Object.keys(budgets)) {
      const names = [...files(join(outDir, `${entry}.js`), atOnce)].map((file) => basename(file));
      expect(names.filter((name) => name.startsWith("names.generated"))).toEqual([]);
    }
    const later = [...files(join(outDir, "lookup.js"), atAll)].map((file) => basename(file));
    expect(later.filter((name) => name.startsWith("names.generated"))).toHaveLength(1);
  });
});
