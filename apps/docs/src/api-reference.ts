import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Application, type TypeDocOptions } from "typedoc";
import { entryPointsOf, referencePage } from "./reference-links.ts";
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
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".md") || file === "index.md") continue;
    const path = join(folder, file);
    writeFileSync(path, referencePage(readFileSync(path, "utf8"), file.slice(0, -3).replaceAll("\\", "/")));
  }
}

function entryPoints(): string[] {
  return packages.flatMap(({ source }) =>
    entryPointsOf(source.replace(/\/README\.md$/, "")).map((entry) => join(root, entry.source)),
  );
}
