import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadNpsExtension, type NpsExtension, npsExtension } from "@sallyport/nps";
import { type IsolatedExtension, loadIsolatedExtension } from "@sallyport/nps/node";
import type { Log } from "@sallyport/runtime";
import type { WorkerState } from "../metrics/metrics.ts";
import type { ExtensionSetting, Settings } from "../settings/settings.ts";
import { StartError } from "../start-error.ts";
import { importExtension } from "./import-module.ts";

/** The extensions of one set of settings. */
export interface LoadedExtensions {
  readonly authentication: readonly NpsExtension[];
  readonly authorization: readonly NpsExtension[];
  /** How the modules in workers are. */
  readonly workers: () => WorkerState[];
  /** Ends the workers, for extensions that come into no list after all. */
  close(): Promise<void>;
}

/** Loads extensions, and remembers what the inline ones were made of: their modules cannot be loaded twice. */
export class ExtensionLoader {
  readonly #log: Log;
  /** The file and the settings with which an inline module was first loaded. */
  readonly #inline = new Map<string, { readonly contents: string; readonly settings: string }>();

  constructor(log: Log) {
    this.#log = log;
  }

  /**
   * Loads the modules of both lists; one that stands in both is loaded once. Every isolated module gets a new worker.
   *
   * @throws {StartError} when a module cannot be loaded; the workers that were started are ended again
   */
  async load({ extensions }: Settings): Promise<LoadedExtensions> {
    const workers = new Map<string, IsolatedExtension>();
    const close = async (): Promise<void> => {
      for (const worker of workers.values()) await worker.close();
    };
    try {
      return {
        authentication: await this.#list(extensions.authentication, workers),
        authorization: await this.#list(extensions.authorization, workers),
        workers: () => [...workers.values()].map(({ name, state }) => ({ extension: name, ...state() })),
        close,
      };
    } catch (error) {
      await close();
      throw error;
    }
  }

  /** What of the inline modules differs from what runs, and takes effect with a restart only. */
  changedInline({ extensions }: Settings): string[] {
    const changed: string[] = [];
    for (const setting of [...extensions.authentication, ...extensions.authorization]) {
      const first = this.#inline.get(setting.url);
      if (setting.isolation !== undefined || first === undefined) continue;
      const now = fingerprint(setting);
      if (now.contents !== first.contents)
        changed.push(`the file of extension ${setting.name}, which runs inline`);
      if (setting.settings !== undefined && now.settings !== first.settings)
        changed.push(`the settings of extension ${setting.name}, which runs inline`);
    }
    return [...new Set(changed)];
  }

  async #list(
    settings: readonly ExtensionSetting[],
    workers: Map<string, IsolatedExtension>,
  ): Promise<NpsExtension[]> {
    const extensions: NpsExtension[] = [];
    for (const setting of settings) {
      try {
        extensions.push(await this.#one(setting, workers));
      } catch (cause) {
        throw new StartError(
          (cause as Error).message,
          "correct the module, or take it out of extensions",
          cause,
        );
      }
    }
    return extensions;
  }

  async #one(setting: ExtensionSetting, workers: Map<string, IsolatedExtension>): Promise<NpsExtension> {
    const { name, url, settings, scope, isolation } = setting;
    if (isolation === undefined) {
      const extension = await loadNpsExtension(url, importExtension, { name, settings, scope });
      if (!this.#inline.has(url)) this.#inline.set(url, fingerprint(setting));
      return extension;
    }
    const known = workers.get(url);
    if (known !== undefined) {
      const { onCrash } = isolation;
      return { ...npsExtension(known.module, { name, settings, scope }), onCrash };
    }
    const importer = import.meta.resolve("@sallyport/server/extension-importer");
    const worker = await loadIsolatedExtension(url, {
      ...{ name, settings, scope, importer, log: this.#log },
      ...isolation,
    });
    workers.set(url, worker);
    return worker;
  }
}

function fingerprint({ url, settings }: ExtensionSetting): {
  readonly contents: string;
  readonly settings: string;
} {
  let contents = "";
  try {
    contents = createHash("sha256")
      .update(readFileSync(fileURLToPath(url)))
      .digest("hex");
  } catch {
    // A file that cannot be read any more has changed, too.
  }
  return { contents, settings: JSON.stringify(settings) ?? "" };
}
