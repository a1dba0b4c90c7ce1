import { WindowsError } from "@sallyport/errors";
import { ERROR_DLL_INIT_FAILED } from "@sallyport/errors/win32";
import { type Clock, type Log, type Milliseconds, silentLog, systemClock } from "@sallyport/runtime";
import { isolatedModule } from "../host/isolated-module.ts";
import {
  type CrashConsequence,
  type ExtensionOptions,
  messageOf,
  type NpsExtension,
  npsExtension,
} from "../host/load-extension.ts";
import { ModuleCrash } from "../host/module-crash.ts";
import { ModuleWorker } from "./module-worker.ts";

export interface IsolatedExtensionOptions extends ExtensionOptions {
  /** What a request gets whose call the worker did not survive (NPS-82, X-17). Default `"discard"`. */
  readonly onCrash?: CrashConsequence;
  /**
   * How much memory the worker may use for objects and buffers, in megabytes, what is not collected yet included.
   * Default 512.
   */
  readonly memoryLimitMb?: number;
  /** How long loading and initializing may take, each, in milliseconds. Default 30 000. */
  readonly startTimeoutMs?: Milliseconds;
  /**
   * How long a worker may take, in milliseconds, to acknowledge that the host has given up on a call. One that does not
   * hangs in an endless loop, and is replaced. Default 1000.
   */
  readonly graceMs?: Milliseconds;
  /**
   * The file URL of a module whose `importExtension(specifier)` imports the extension inside the worker. Default: plain
   * `import()`.
   */
  readonly importer?: string;
  readonly clock?: Clock;
  /** Where the ends and starts of the worker are told. */
  readonly log?: Log;
}

/** An extension in a worker of its own. */
export interface IsolatedExtension extends NpsExtension {
  /** Ends the worker without `RadiusExtensionTerm`: for an extension that is not handed to a server after all. */
  close(): Promise<void>;
  /** Whether its worker serves, and how often it was started again. */
  state(): { readonly serving: boolean; readonly restarts: number };
}

/**
 * Loads a module into a worker thread and takes it as an extension: what it throws, hangs in or dies of costs its own
 * calls in flight, and the worker is started again after 100 ms, then 200, up to half a minute.
 *
 * The module behaves as it does inline. What crosses the border is copied: its settings, the data of its challenges.
 * To be listed at both points, load it once and list the result, or one with another scope that has the same `module`.
 * A worker is isolation from faults, not a sandbox against malice: the module has the rights of the process.
 *
 * @param specifier what to import, a file URL or a package
 * @throws {WindowsError} as `loadNpsExtension`; ERROR_DLL_INIT_FAILED (1114) when the worker ends or hangs while it loads
 *
 * @example
 * ```ts
 * import { Nps } from "@sallyport/nps";
 * import { loadIsolatedExtension } from "@sallyport/nps/node";
 *
 * const extension = await loadIsolatedExtension(new URL("./my-extension.ts", import.meta.url).href, {
 *   name: "my-extension",
 *   onCrash: "reject",
 * });
 * ```
 */
export async function loadIsolatedExtension(
  specifier: string,
  options: IsolatedExtensionOptions,
): Promise<IsolatedExtension> {
  const { name, settings, scope, onCrash = "discard" } = options;
  const worker = new ModuleWorker({
    specifier,
    importer: options.importer,
    name,
    newestForm: options.newestForm ?? 3,
    memoryLimitMb: options.memoryLimitMb ?? 512,
    onCrash,
    startTimeoutMs: options.startTimeoutMs ?? 30_000,
    graceMs: options.graceMs ?? 1_000,
    clock: options.clock ?? systemClock,
    log: options.log ?? silentLog,
  });
  try {
    const module = isolatedModule(await worker.load(), worker);
    const extension = npsExtension(module, { name, settings, scope });
    return { ...extension, onCrash, close: () => worker.close(), state: () => worker.state };
  } catch (error) {
    await worker.close();
    throw error instanceof ModuleCrash ? loadCrash(name, error) : error;
  }
}

function loadCrash(name: string, crash: ModuleCrash): WindowsError {
  return new WindowsError(
    { ERROR_DLL_INIT_FAILED },
    {
      space: "win32",
      message: `extension ${name} cannot be loaded: ${messageOf(crash)}`,
      cause: crash.cause,
    },
  );
}
