import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packages, root } from "./sources.ts";

/** A way into a package that has a page in the reference. */
export interface EntryPoint {
  /** As it is imported: `@sallyport/nps/node`. */
  readonly name: string;
  /** The source, relative to the root of the repository. */
  readonly source: string;
  /** Its place in the site: `api/nps/node`. */
  readonly path: string;
}

/** Tables of thousands of constants have a page of their own, which is the `winerror` command. */
const tables = new Set(
  ["win32", "hresult", "ntstatus", "lm", "inet", "tapi"].map((name) => `@sallyport/errors/${name}`),
);

/** The entry points of the package in a folder, tables left out. */
export function entryPointsOf(folder: string): readonly EntryPoint[] {
  const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as {
    readonly name: string;
    readonly exports?: Readonly<Record<string, string>>;
  };
  return Object.entries(manifest.exports ?? {})
    .filter(([, file]) => file.endsWith(".ts"))
    .map(([entry, file]) => ({
      name: manifest.name + entry.slice(1),
      source: `${folder}/${file.slice(2)}`,
      path: `${folder.replace(/^packages/, "api")}${file.replace(/^\.\/src/, "").replace(/(?:\/index)?\.ts$/, "")}`,
    }))
    .filter(({ name }) => !tables.has(name));
}

/** The page of a package, with a line below its title that leads to the reference of each of its entry points. */
export function withReferenceLinks(markdown: string, source: string): string {
  if (!packages.some((page) => page.source === source)) return markdown;
  const links = entryPointsOf(source.replace(/\/README\.md$/, "")).map(
    ({ name, path }) => `[\`${name}\`](/${path})`,
  );
  if (links.length === 0) return markdown;
  return markdown.replace(/^# .+\n/m, (title) => `${title}\nReference: ${links.join(", ")}\n`);
}

/** A page of the reference under the name by which it is imported, with a link to the page of its package. */
export function referencePage(markdown: string, module: string): string {
  const room = module.split("/")[0] ?? module;
  const head = `---\npageClass: reference\n---\n\n# @sallyport/${module}\n\nPackage: [\`@sallyport/${room}\`](/packages/${room})\n`;
  return head + markdown.replace(/^# .+\n/, "");
}
