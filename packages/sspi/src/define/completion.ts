import { SEC_E_INSUFFICIENT_MEMORY, SEC_E_OK } from "@sallyport/errors/sspi";
import type { SspiAsyncContext } from "../machine/async-context.ts";
import { SspiError } from "../sspi-error.ts";
import type { SspiProvider } from "../sspi-provider.ts";

/** How a queued call ended. */
export interface Completion {
  readonly status: number;
  /** What was thrown, where something was. */
  readonly cause: unknown;
}

/**
 * Queues a call on an async context of its own and settles in the turn in which the callback runs (SSPI-54).
 *
 * @throws {SspiError} when the call could not be queued
 */
export function completion(
  provider: SspiProvider,
  queue: (context: SspiAsyncContext) => number,
): Promise<Completion> {
  const context = provider.SspiCreateAsyncContext();
  if (context === null) return Promise.reject(new SspiError(SEC_E_INSUFFICIENT_MEMORY));
  return new Promise((resolve, reject) => {
    const ended = (): void => {
      const status = provider.SspiGetAsyncCallStatus(context);
      const cause = provider.asyncCallCause(context);
      provider.SspiFreeAsyncContext(context);
      resolve({ status, cause });
    };
    provider.SspiSetAsyncNotifyCallback(context, ended, null);
    const queued = queue(context);
    if (queued === SEC_E_OK) return;
    provider.SspiFreeAsyncContext(context);
    reject(new SspiError(queued));
  });
}
