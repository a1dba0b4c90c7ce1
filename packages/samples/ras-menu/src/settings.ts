import type { ModuleLog } from "@sallyport/ras-security";

/** The settings of the menu. */
export interface MenuSettings {
  /** Shown when a caller chooses the news. */
  readonly news?: string;
  /** Keeps a line about a call: a database, a file, a web service. Default: the module's log. */
  readonly keep?: (line: string) => Promise<void>;
}

export function settingsOf(settings: unknown): MenuSettings {
  return Object(settings) as MenuSettings;
}

/** Keeps a line. A failure is told, and does not keep the port for ever. */
export async function keep(
  { settings, log }: { readonly settings: unknown; readonly log: ModuleLog },
  line: string,
): Promise<void> {
  const { keep: own } = settingsOf(settings);
  try {
    if (own === undefined) log.information(line);
    else await own(line);
  } catch (error) {
    log.error("the line was not kept", { error });
  }
}
