import {
  type ExtensionOptions,
  type NpsExtension,
  type NpsExtensionModule,
  npsExtension,
} from "@sallyport/nps";

/** What `import * as extension` or `await import()` gives: the entry points as named exports, or behind `default`. */
export type ImportedExtension = NpsExtensionModule | { readonly default: NpsExtensionModule };

/** An imported extension together with what a server's settings would say about it. */
export interface BenchModule extends Partial<ExtensionOptions> {
  readonly module: ImportedExtension;
}

/** One entry of an extension list: an imported module, the same with name and settings, or an extension that is made already. */
export type BenchExtension = ImportedExtension | BenchModule | NpsExtension;

/**
 * Makes the lists of a server of what a test names. A module that stands in both lists is one module with one name, as
 * a DLL would be; without a name it is called `extension-1`, `extension-2` and so on.
 */
export function extensionLists<Point extends string>(
  lists: Readonly<Record<Point, readonly BenchExtension[]>>,
): Record<Point, NpsExtension[]> {
  const entries = Object.entries<readonly BenchExtension[]>(lists).flatMap(([point, list]) =>
    list.map((entry) => ({ point, entry: isMade(entry) ? entry : asBenchModule(entry) })),
  );
  const names = new Map<ImportedExtension, string>();
  for (const { entry } of entries) if (entry.name !== undefined) names.set(entry.module, entry.name);
  for (const { entry } of entries) {
    if (!names.has(entry.module)) names.set(entry.module, `extension-${names.size + 1}`);
  }
  const made = Object.fromEntries(Object.keys(lists).map((point) => [point, [] as NpsExtension[]]));
  for (const { point, entry } of entries) {
    made[point]?.push(isMade(entry) ? entry : ready(entry, names.get(entry.module) ?? "extension"));
  }
  return made as Record<Point, NpsExtension[]>;
}

function ready({ module, ...options }: BenchModule, name: string): NpsExtension {
  return npsExtension(module, { ...options, name });
}

function isMade(entry: BenchExtension): entry is NpsExtension {
  return "module" in entry && "form" in entry && !hasEntryPoints(entry);
}

function asBenchModule(entry: ImportedExtension | BenchModule): BenchModule {
  return "module" in entry && !hasEntryPoints(entry) ? entry : { module: entry as ImportedExtension };
}

function hasEntryPoints(entry: object): boolean {
  return Object.keys(entry).some((name) => name.startsWith("RadiusExtension"));
}
