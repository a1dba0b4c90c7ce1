import { hostname } from "node:os";
import { type AccountingLog, localTimeIn, withFailureRule } from "@sallyport/nps";
import { LogFiles } from "@sallyport/nps/node";
import { type Log, systemClock } from "@sallyport/runtime";
import type { Settings } from "../settings/settings.ts";
import { StartError } from "../start-error.ts";

/** Log files under the failure rule of the settings. */
export interface OpenLogFiles extends AccountingLog {
  /** Writes what waits. */
  close(): Promise<void>;
}

/**
 * Opens the log files that the settings ask for; undefined where they ask for none (NPS-91).
 *
 * @throws {StartError} when the folder cannot be made or written
 */
export async function openLogFiles(settings: Settings, log: Log): Promise<OpenLogFiles | undefined> {
  const { log: wanted, fsync } = settings.accounting;
  if (wanted === undefined) return undefined;
  const { onFailure, ...options } = wanted;
  try {
    const files = await LogFiles.open({
      ...options,
      fsync,
      computer: hostname(),
      clock: systemClock,
      localTime: localTimeIn(settings.timeZone),
    });
    const guarded = withFailureRule(files, { onFailure, clock: systemClock, log });
    return {
      recordsAuthentication: guarded.recordsAuthentication,
      write: (record) => guarded.write(record),
      close: () => files.close(),
    };
  } catch (cause) {
    throw new StartError(
      `the folder ${wanted.folder} of the accounting log cannot be used: ${(cause as Error).message}`,
      "let this user write there, or set accounting.log.folder to another folder",
      cause,
    );
  }
}

/** Accounting goes to the store and to the files, authentication to the files only. */
export function storeAndFiles(store: AccountingLog, files: AccountingLog): AccountingLog {
  return {
    recordsAuthentication: files.recordsAuthentication,
    write(record) {
      const written = files.write(record);
      if (record.packetType !== accountingRequest) return written;
      return Promise.all([store.write(record), written]).then(() => {});
    },
  };
}

const accountingRequest = 4;
