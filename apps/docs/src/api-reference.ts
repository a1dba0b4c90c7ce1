import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Application, type TypeDocOptions } from "typedoc";
import { packages, root } from "./sources.ts";

/** Writes the reference of every entry point of every package as Markdown, a page each. */
export async function writeApiReference(folder: string): Promise<void> {
  const application = await Application.bootstrapWithPlugins({
    entryPoints: entryPoints(),
    outputs: [{ name: "markdown", path: folder }],
    tsconfig: join(root, "apps/docs/tsconfig.api.json"),
    plugin: ["typedoc-plugin-markdown"],
    router: "module",
    entryFileName: "index",
    name: "Reference",
    readme: "none",
    disableGit: true,
    disableSources: true,
    excludeInternal: true,
    excludePrivate: true,
    excludeProtected: true,
    excludeExternals: true,
    hidePageHeader: true,
    hideBreadcrumbs: true,
    validation: false,
    logLevel: "Error",
  } as Partial<TypeDocOptions>);
  const project = await application.convert();
  if (project === undefined) throw new Error("the sources of the packages could not be read: see above");
  // Pages are called as the entry points are imported: nps, nps/node.
  for (const module of project.children ?? []) module.name = module.name.replace(/\/src(?=\/|$)/, "");
  await application.generateOutputs(project);
  if (application.logger.hasErrors()) throw new Error("the reference could not be written: see above");
}

/** Tables of thousands of constants have a page of their own, which is the `winerror` command. */
const tables = new Set(
  ["win32", "hresult", "ntstatus", "lm", "inet", "tapi"].map((name) => `errors/./${name}`),
);

function entryPoints(): string[] {
  return packages.flatMap(({ source, title }) => {
    const folder = source.replace(/\/README\.md$/, "");
    const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as {
      readonly exports?: Readonly<Record<string, string>>;
    };
    return Object.entries(manifest.exports ?? {})
      .filter(([entry, file]) => file.endsWith(".ts") && !tables.has(`${title}/${entry}`))
      .map(([, file]) => join(root, folder, file));
  });
}
