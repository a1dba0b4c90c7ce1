/** A name that npm takes for a package without a scope: at most 214 characters, no upper case, URL-safe. */
const permitted = /^[a-z0-9][a-z0-9._-]{0,213}$/;

/**
 * The package name for a project in a folder of this name: what can be kept of it.
 *
 * @returns undefined where nothing of it can be a name
 */
export function projectName(folderName: string): string | undefined {
  const name = folderName
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[._-]+|-+$/g, "");
  return permitted.test(name) ? name : undefined;
}
