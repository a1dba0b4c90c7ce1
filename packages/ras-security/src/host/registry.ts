/** What the host reads of a configuration store with keys and values as in the Windows registry. */
export interface Registry {
  /**
   * The text of a value (REG_SZ); undefined where the key or the value does not exist.
   *
   * @throws when the key exists but cannot be opened
   */
  read(key: string, value: string): string | undefined;
}

/** Table R-3: `DLLPath` here names the one security module. */
export const securityHostKey = "HKLM\\SOFTWARE\\Microsoft\\RAS\\SecurityHost";
/** Table R-3: `DLLPath` here names the admin modules, separated by semicolons. */
export const adminDllKey = "HKLM\\SOFTWARE\\Microsoft\\RAS\\AdminDll";

/** A registry in memory: `set` and `delete` do what an administrator would. */
export interface MemoryRegistry extends Registry {
  set(key: string, value: string, text: string): void;
  delete(key: string, value: string): void;
}

/**
 * Makes a registry in memory. Keys and values are found whatever case they are written in, as on Windows.
 *
 * @example
 * ```ts
 * const registry = createMemoryRegistry();
 * registry.set(securityHostKey, "DLLPath", "./my-dialog.ts");
 * ```
 */
export function createMemoryRegistry(): MemoryRegistry {
  const values = new Map<string, string>();
  const name = (key: string, value: string): string => `${key}\\${value}`.toLowerCase();
  return {
    read: (key, value) => values.get(name(key, value)),
    set: (key, value, text) => void values.set(name(key, value), text),
    delete: (key, value) => void values.delete(name(key, value)),
  };
}
