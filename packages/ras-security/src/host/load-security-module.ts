import { WindowsError } from "@sallyport/errors";
import { ERROR_DLL_NOT_FOUND, ERROR_GEN_FAILURE, ERROR_PROC_NOT_FOUND } from "@sallyport/errors/win32";
import type { Log } from "@sallyport/runtime";
import type { RasSecurityModule } from "../contract/security-module.ts";
import { RasEvent, writeEvent } from "./events.ts";
import { messageOf } from "./module-return.ts";
import { type Registry, securityHostKey } from "./registry.ts";

/** A security module that is ready to be called. */
export interface SecurityModule {
  /** As the settings name it; shown in events. */
  readonly name: string;
  readonly module: RasSecurityModule;
  /** Reaches the module as `port.settings`. */
  readonly settings: unknown;
}

/**
 * Takes an imported module as a security module: its default export where that is an object, else its named exports.
 *
 * @throws {WindowsError} ERROR_PROC_NOT_FOUND (127) when Begin or End is missing (RAS-02)
 *
 * @example
 * ```ts
 * const module = securityModule(await import("./my-dialog.ts"), { name: "my-dialog" });
 * ```
 */
export function securityModule(
  imported: unknown,
  options: { readonly name: string; readonly settings?: unknown },
): SecurityModule {
  const module = entryPoints(imported);
  for (const entryPoint of ["RasSecurityDialogBegin", "RasSecurityDialogEnd"] as const) {
    if (typeof module[entryPoint] !== "function") {
      throw loadError(
        ERROR_PROC_NOT_FOUND,
        options.name,
        `it exports no function ${entryPoint}, nor a defineSecurityDialog(...) as its default`,
      );
    }
  }
  return { name: options.name, module, settings: options.settings };
}

/** What {@link loadSecurityModule} needs. */
export interface LoadSecurityModuleOptions {
  /** Where `DLLPath` is looked up (Table R-3). */
  readonly registry: Registry;
  /** Imports what `DLLPath` names. */
  readonly importModule: (path: string) => Promise<unknown>;
  readonly log: Log;
  /** Reaches the module as `port.settings`. */
  readonly settings?: unknown;
}

/**
 * Loads the module that the registry names; undefined where it names none (RAS-03). Every failure leaves an event (RAS-04).
 *
 * @throws {WindowsError} ERROR_DLL_NOT_FOUND (1157) when it cannot be imported, ERROR_PROC_NOT_FOUND (127) when it lacks an
 *   entry point, ERROR_GEN_FAILURE (31) when the key cannot be opened
 *
 * @example
 * ```ts
 * const registry = createMemoryRegistry();
 * registry.set(securityHostKey, "DLLPath", "./my-dialog.ts");
 * const module = await loadSecurityModule({ registry, importModule: (path) => import(path), log });
 * ```
 */
export async function loadSecurityModule(
  options: LoadSecurityModuleOptions,
): Promise<SecurityModule | undefined> {
  const { registry, importModule, log, settings } = options;
  const path = pathOf(registry, log);
  if (path === undefined) return undefined;
  try {
    const imported = await importModule(path).catch((cause: unknown) => {
      throw loadError(ERROR_DLL_NOT_FOUND, path, `importing it failed: ${messageOf(cause)}`, cause);
    });
    return securityModule(imported, { name: path, settings });
  } catch (error) {
    const code = WindowsError.is(error) ? error.code : ERROR_DLL_NOT_FOUND;
    writeEvent(log, RasEvent.SecurityModuleLoad, "error", messageOf(error), { module: path, code });
    throw error;
  }
}

function pathOf(registry: Registry, log: Log): string | undefined {
  try {
    const path = registry.read(securityHostKey, "DLLPath");
    return path === "" ? undefined : path;
  } catch (cause) {
    const message = `${securityHostKey} cannot be opened: ${messageOf(cause)}`;
    writeEvent(log, RasEvent.SecurityHostKey, "error", message);
    throw new WindowsError(ERROR_GEN_FAILURE, { space: "win32", message, cause });
  }
}

function entryPoints(imported: unknown): RasSecurityModule {
  const exported = typeof imported === "object" && imported !== null ? imported : {};
  const byDefault: unknown = (exported as { default?: unknown }).default;
  return (typeof byDefault === "object" && byDefault !== null ? byDefault : exported) as RasSecurityModule;
}

function loadError(code: number, name: string, problem: string, cause?: unknown): WindowsError {
  const message = `the security module ${name} cannot be loaded: ${problem}`;
  return new WindowsError(code, { space: "win32", message, cause });
}
