import { WindowsError } from "@sallyport/errors";
import { ERROR_BAD_CONFIGURATION, ERROR_MOD_NOT_FOUND, ERROR_PROC_NOT_FOUND } from "@sallyport/errors/win32";
import type { NpsExtensionModule } from "../contract/extension-module.ts";
import { type ExtensionScope, type PreparedScope, prepareScope } from "./extension-scope.ts";

/** Which processing function of a module is called: the first, second or third form. */
export type ExtensionForm = 1 | 2 | 3;

/** A module that is ready to be listed at an extension point. */
export interface NpsExtension {
  /** As the settings name it; shown in traces and events. */
  readonly name: string;
  readonly form: ExtensionForm;
  readonly module: NpsExtensionModule;
  /** Handed to `RadiusExtensionInit`. */
  readonly settings: unknown;
  /** Which requests it is called for; every one where undefined. */
  readonly scope: PreparedScope | undefined;
  /** What a request gets whose call its worker did not survive; modules that run inline know no crash. */
  readonly onCrash?: CrashConsequence | undefined;
}

/**
 * What becomes of a request when the worker of a module is gone (NPS-82, X-17). The worker is started again in every case.
 *
 * - `"discard"`, the default: silence with reason 10, so that the access server asks another server.
 * - `"reject"`: an Access-Reject with reason 10; accounting requests get silence.
 * - `"restart"`: as `"discard"` for the calls that were running; those that come while the worker is being started
 *   again wait for it, at most until the module's time is up.
 */
export type CrashConsequence = "discard" | "reject" | "restart";

export interface ExtensionOptions {
  readonly name: string;
  readonly settings?: unknown;
  /** Which requests it is called for. Default: every one. */
  readonly scope?: ExtensionScope | undefined;
  /** The newest form that is looked for; older hosts knew only the first, or the first two (NPS-03). Default 3. */
  readonly newestForm?: ExtensionForm;
}

/**
 * Takes an imported module as an extension: its default export where that is an object, else its named exports.
 *
 * @throws {WindowsError} ERROR_PROC_NOT_FOUND (127) when it offers no processing function that this host calls
 *   (NPS-01); ERROR_BAD_CONFIGURATION when an entry point is no function
 *
 * @example
 * ```ts
 * const extension = npsExtension(await import("./my-extension.ts"), { name: "my-extension" });
 * ```
 */
export function npsExtension(imported: unknown, options: ExtensionOptions): NpsExtension {
  const module = entryPoints(imported);
  for (const name of entryPointNames) {
    const entry: unknown = module[name];
    if (entry !== undefined && typeof entry !== "function") {
      throw loadError(
        ERROR_BAD_CONFIGURATION,
        options.name,
        `its ${name} is not a function but ${describe(entry)}`,
      );
    }
  }
  const form = newestForm(module, options.newestForm ?? 3);
  if (form === undefined) {
    throw loadError(
      ERROR_PROC_NOT_FOUND,
      options.name,
      "it exports none of RadiusExtensionProcess2, RadiusExtensionProcessEx and RadiusExtensionProcess, nor a defineNpsExtension({ ... }) as its default; export one of them",
    );
  }
  return {
    name: options.name,
    form,
    module,
    settings: options.settings,
    scope: options.scope && preparedScope(options.scope, options.name),
  };
}

/**
 * Imports a module and takes it as an extension.
 *
 * @param importModule imports a specifier; what it rejects with becomes the cause
 * @throws {WindowsError} ERROR_MOD_NOT_FOUND (126) when the import fails; else as {@link npsExtension}
 */
export async function loadNpsExtension(
  specifier: string,
  importModule: (specifier: string) => Promise<unknown>,
  options: ExtensionOptions,
): Promise<NpsExtension> {
  let imported: unknown;
  try {
    imported = await importModule(specifier);
  } catch (cause) {
    throw loadError(ERROR_MOD_NOT_FOUND, options.name, `importing it failed: ${messageOf(cause)}`, cause);
  }
  return npsExtension(imported, options);
}

const entryPointNames = [
  "RadiusExtensionInit",
  "RadiusExtensionTerm",
  "RadiusExtensionProcess",
  "RadiusExtensionProcessEx",
  "RadiusExtensionFreeAttributes",
  "RadiusExtensionProcess2",
] as const;

function preparedScope(scope: ExtensionScope, name: string): PreparedScope {
  try {
    return prepareScope(scope);
  } catch (cause) {
    throw loadError(ERROR_BAD_CONFIGURATION, name, `its scope is wrong: ${messageOf(cause)}`, cause);
  }
}

function entryPoints(imported: unknown): NpsExtensionModule {
  if (typeof imported !== "object" || imported === null) return {};
  const byDefault: unknown = (imported as { default?: unknown }).default;
  return (typeof byDefault === "object" && byDefault !== null ? byDefault : imported) as NpsExtensionModule;
}

function newestForm(module: NpsExtensionModule, newest: ExtensionForm): ExtensionForm | undefined {
  if (newest >= 3 && module.RadiusExtensionProcess2 !== undefined) return 3;
  if (newest >= 2 && module.RadiusExtensionProcessEx !== undefined) return 2;
  return module.RadiusExtensionProcess === undefined ? undefined : 1;
}

function loadError(code: number, name: string, problem: string, cause?: unknown): WindowsError {
  return new WindowsError(code, {
    space: "win32",
    message: `extension ${name} cannot be loaded: ${problem}`,
    cause,
  });
}

function describe(value: unknown): string {
  return value === null ? "null" : typeof value;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
