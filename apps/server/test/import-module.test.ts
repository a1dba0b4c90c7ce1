import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "sallyport-import-"));

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Imports a file of a folder outside any project in a process of its own, and returns its default export. */
function imported(files: Readonly<Record<string, string>>): unknown {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const loader = new URL("../src/extensions/import-module.ts", import.meta.url);
  const script = `
    const { importExtension } = await import(${JSON.stringify(loader.href)});
    const module = await importExtension(${JSON.stringify(pathToFileURL(join(folder, "extension.ts")).href)});
    console.log(JSON.stringify(module.default));`;
  return JSON.parse(
    execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" }),
  );
}

it("gives an extension outside of any project the server's own packages", () => {
  const source = `import { rcAccessAccept } from "@sallyport/nps"; export default rcAccessAccept;`;
  expect(imported({ "extension.ts": source })).toBe(2);
});

it("lets an extension import a package of this family that only its own project has", () => {
  const own = "node_modules/@sallyport/own-words";
  expect(
    imported({
      "extension.ts": `import word from "@sallyport/own-words"; export default word;`,
      [`${own}/package.json`]: `{ "name": "@sallyport/own-words", "type": "module", "exports": "./index.js" }`,
      [`${own}/index.js`]: `export default "found";`,
    }),
  ).toBe("found");
});
