import { createRequire, registerHooks } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Where this program's own packages live: modules outside of it get them from here. */
const here = import.meta.url;

let registered = false;

/**
 * Lets extension modules and settings files anywhere on the disk import `@sallyport/*`: they get the copies of this
 * server, so that a single file outside any project is a working extension. A `.ts` file that no package.json
 * declares to be something else is an ECMAScript module.
 */
export function allowOwnPackages(): void {
  if (registered) return;
  registered = true;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      // Asking for the next resolution changes the context that the hook was given.
      const { parentURL } = context;
      if (specifier.startsWith("@sallyport/") && isForeign(parentURL)) {
        try {
          return nextResolve(specifier, { ...context, parentURL: here });
        } catch {
          // Not a package of the server's own: the module's surroundings may have it.
        }
      }
      const resolved = nextResolve(specifier, { ...context, parentURL });
      const typeless = !resolved.format && /\.ts(\?|$)/.test(resolved.url);
      return typeless ? { ...resolved, format: "module-typescript" } : resolved;
    },
  });
}

/** Imports an extension by its file URL. */
export function importExtension(url: string): Promise<unknown> {
  allowOwnPackages();
  return import(url);
}

/** The file URL of a package's entry, searched from a folder and then among the server's own; undefined if there is none. */
export function resolvePackage(name: string, folder: string): string | undefined {
  for (const from of [pathToFileURL(join(folder, "noop.js")).href, here]) {
    try {
      return pathToFileURL(createRequire(from).resolve(name)).href;
    } catch {
      // Next place.
    }
  }
  return undefined;
}

/** This package and the packages it is made of; found before the hook runs, because finding them runs it. */
const ownFolders: readonly string[] = [
  fileURLToPath(new URL("../", here)),
  ...["accounts", "crypto", "eap", "eap-radius", "errors", "nps", "radius", "ras-security", "runtime"].map(
    (name) => fileURLToPath(new URL(".", import.meta.resolve(`@sallyport/${name}`))),
  ),
];

function isForeign(parentURL: string | undefined): boolean {
  if (parentURL === undefined || !parentURL.startsWith("file:")) return false;
  const parent = fileURLToPath(parentURL);
  return !ownFolders.some((folder) => parent.startsWith(folder));
}
