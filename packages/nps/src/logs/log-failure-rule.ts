import { type Clock, isThenable, type Log } from "@sallyport/runtime";
import { eventSource, NpsEvent } from "../events.ts";
import { messageOf } from "../host/load-extension.ts";
import type { AccountingLog, AccountingRecord } from "../pipeline/accounting-log.ts";

/** What a server does that cannot write its log (NPS-94). */
export type LogFailureRule =
  /** It stops serving: requests whose record cannot be written are discarded, reason 80. */
  | "discard"
  /** It goes on without records, and tells so. */
  | "continue";

/**
 * A log under a failure rule. With `continue` a failure is told by an event, once in ten seconds, and so is the first record
 * that is written again; the request is answered. With `discard` nothing is changed: the pipeline discards the request.
 *
 * @example
 * ```ts
 * import { withFailureRule } from "@sallyport/nps";
 *
 * const accountingLog = withFailureRule(files, { onFailure: "continue", clock: systemClock, log });
 * ```
 */
export function withFailureRule(
  accountingLog: AccountingLog,
  options: { readonly onFailure: LogFailureRule; readonly clock: Clock; readonly log: Log },
): AccountingLog {
  const { onFailure, clock, log } = options;
  if (onFailure === "discard") return accountingLog;
  let lost = 0;
  let untold = 0;
  let quietUntil = Number.NEGATIVE_INFINITY;
  const event = (severity: "error" | "information", message: string, fields: Record<string, unknown>): void =>
    log.write({ source: eventSource, id: NpsEvent.ProcessingError, severity, message, fields });
  const written = (): void => {
    if (lost === 0) return;
    event("information", `the accounting log is written again; ${lost} records were lost`, { lost });
    lost = 0;
    untold = 0;
    quietUntil = Number.NEGATIVE_INFINITY;
  };
  const failed = (error: unknown): void => {
    lost += 1;
    untold += 1;
    if (clock.monotonic() < quietUntil) return;
    quietUntil = clock.monotonic() + 10_000;
    const what = untold === 1 ? "a record was lost" : `${untold} records were lost`;
    event("error", `the accounting log cannot be written, ${what}: ${messageOf(error)}`, {
      lost: untold,
      error,
    });
    untold = 0;
  };
  return {
    recordsAuthentication: accountingLog.recordsAuthentication,
    write(record: AccountingRecord): void | PromiseLike<void> {
      try {
        const writing = accountingLog.write(record);
        if (isThenable(writing)) return writing.then(written, failed);
        written();
      } catch (error) {
        failed(error);
      }
    },
  };
}
