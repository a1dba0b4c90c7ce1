import type { Log } from "@sallyport/runtime";
import type { Mistake } from "../settings/mistake.ts";
import { SettingsError } from "../settings/mistake.ts";
import type { Settings } from "../settings/settings.ts";

/** What a reload came to. */
export type ReloadReport =
  | {
      readonly kind: "applied";
      /** What has changed in the file and takes effect with a restart only. */
      readonly needsRestart: readonly string[];
    }
  | {
      /** Nothing has changed. */
      readonly kind: "refused";
      readonly problem: string;
      readonly mistakes?: readonly Mistake[];
    };

export interface ReloadSteps {
  /** Reads and validates the settings; rejects when they cannot be used. */
  load(): Promise<Settings>;
  /** Puts them in force as a whole, or rejects and changes nothing. Resolves to what needs a restart. */
  apply(settings: Settings): Promise<readonly string[]>;
  readonly log: Log;
  readonly onReport?: (report: ReloadReport) => void;
}

/**
 * Makes the function that reloads a server's settings. Reloads happen one after another; those that are asked for while
 * one waits are the same as the one that waits. It never rejects.
 */
export function createReload(steps: ReloadSteps): () => Promise<ReloadReport> {
  let running: Promise<unknown> = Promise.resolve();
  let waiting: Promise<ReloadReport> | undefined;
  return () => {
    waiting ??= running.then(() => {
      waiting = undefined;
      const report = reload(steps);
      running = report;
      void report.then(steps.onReport);
      return report;
    });
    return waiting;
  };
}

async function reload({ load, apply, log }: ReloadSteps): Promise<ReloadReport> {
  const tell = (severity: "information" | "warning" | "error", message: string): void =>
    log.write({ source: "Sallyport", id: 0, severity, message });
  try {
    const needsRestart = await apply(await load());
    tell("information", "the settings were reloaded");
    if (needsRestart.length > 0) tell("warning", `only a restart changes ${needsRestart.join(", ")}`);
    return { kind: "applied", needsRestart };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    tell("error", `the settings were not reloaded, everything stays as it was: ${problem}`);
    return {
      kind: "refused",
      problem,
      ...(error instanceof SettingsError && { mistakes: error.mistakes }),
    };
  }
}
