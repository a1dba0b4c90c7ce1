import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { root } from "../src/markdown.ts";
import { run } from "../src/run.ts";

const sources = join(root, "packages/errors/src");

/** The examples in the docstrings of the package, each with its place. */
function examples(): readonly { readonly where: string; readonly code: string }[] {
  return readdirSync(sources, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".generated.ts"))
    .flatMap((file) =>
      Array.from(
        readFileSync(join(sources, file), "utf8").matchAll(/^ *\* ```ts\n([\s\S]*?)^ *\* ```$/gm),
        ([, block = ""]) => ({
          where: file,
          code: block.replaceAll(/^ *\* ?/gm, ""),
        }),
      ),
    );
}

/** A line "expression; // 5" becomes a check that it is so; words behind the value are a remark. */
function checked(code: string): string {
  return code.replaceAll(
    /^([a-z][^;\n]*); \/\/ (true|false|undefined|-?\d+|"[^"]*"|\{.*\})(?::.*)?$/gim,
    (_, expression: string, value: string) => `assert.deepEqual(${expression}, ${value});`,
  );
}

it("every example in the docstrings of the error codes compiles, runs, and is what it says", async () => {
  const folder = mkdtempSync(join(fileURLToPath(new URL("..", import.meta.url)), "documentation-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const all = examples();
  expect(all.length).toBeGreaterThan(20);
  for (const [index, { where, code }] of all.entries()) {
    writeFileSync(
      join(folder, `example-${index}.ts`),
      `// ${where}\nimport assert from "node:assert/strict";\n${checked(code)}\nvoid assert;\n`,
    );
  }
  const checks = all
    .map(({ code }) => checked(code))
    .join("\n")
    .match(/assert\.deepEqual/g);
  expect(checks?.length).toBeGreaterThan(15);
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ extends: "../tsconfig.json", include: ["*.ts"] }),
  );
  const compiled = await run(join(root, "node_modules/.bin/tsc"), ["-p", folder]);
  expect(compiled.stdout + compiled.stderr).toBe("");
  writeFileSync(
    join(folder, "all.ts"),
    all.map((_, index) => `await import("./example-${index}.ts");\n`).join(""),
  );
  const ended = await run(process.execPath, ["--no-warnings", join(folder, "all.ts")]);
  expect(ended).toMatchObject({ status: 0, stderr: "" });
});
