import { SEC_E_UNFINISHED_CONTEXT_DELETED } from "@sallyport/errors/sspi";
import { type AsyncCalls, asyncCalls } from "./calls/async-calls.ts";
import { type ImpersonationFunctions, impersonationFunctions } from "./calls/impersonation.ts";
import { type MessageFunctions, messageFunctions } from "./calls/messages.ts";
import { type QueryFunctions, queryFunctions } from "./calls/queries.ts";
import { type TransferFunctions, transferFunctions } from "./calls/transfer.ts";
import { type AsyncContextFunctions, asyncContextFunctions } from "./machine/async-functions.ts";
import { Core, type SspiProviderOptions } from "./machine/core.ts";

/** How many objects of a provider live: what is not zero at the end was not freed. */
export interface SspiObjects {
  readonly asyncContexts: number;
  readonly pendingCalls: number;
  readonly contexts: number;
  readonly credentials: number;
}

/**
 * SSPI with its packages: every function under its Windows name, with its Windows parameters. They need no `this`, so
 * they can be taken out of it.
 */
export interface SspiProvider
  extends AsyncContextFunctions,
    AsyncCalls,
    MessageFunctions,
    QueryFunctions,
    ImpersonationFunctions,
    TransferFunctions {
  /** What lives at this moment. */
  objects(): SspiObjects;
  /**
   * Takes no further calls (SEC_E_SHUTDOWN_IN_PROGRESS), cuts off those that can be, and deletes every context and credential
   * that is left. Resolves when the last call has ended.
   */
  shutdown(): Promise<void>;
}

/**
 * Makes a provider of security packages.
 *
 * @throws {TypeError} when two packages have the same name
 * @throws {RangeError} for a limit that is none, or a key of another length
 *
 * @example
 * ```ts
 * import { createSspiProvider, SEC_I_ASYNC_CALL_PENDING } from "@sallyport/sspi";
 *
 * const { SspiCreateAsyncContext, SspiGetAsyncCallStatus, SspiFreeAsyncContext } = createSspiProvider({ packages: [] });
 * const call = SspiCreateAsyncContext();
 * SspiGetAsyncCallStatus(call) === SEC_I_ASYNC_CALL_PENDING; // false: nothing is queued
 * SspiFreeAsyncContext(call);
 * ```
 */
export function createSspiProvider(options: SspiProviderOptions): SspiProvider {
  const core = new Core(options);
  let stopped: Promise<void> | undefined;
  return {
    ...asyncContextFunctions(core),
    ...asyncCalls(core),
    ...messageFunctions(core),
    ...queryFunctions(core),
    ...impersonationFunctions(core),
    ...transferFunctions(core),
    objects: () => ({
      asyncContexts: core.asyncContexts,
      pendingCalls: core.pending.size,
      contexts: core.contexts.size,
      credentials: core.credentials.size,
    }),
    shutdown: () => (stopped ??= stop(core)),
  };
}

async function stop(core: Core): Promise<void> {
  core.stopping = true;
  for (const operation of core.pending) {
    if (operation.isAtWork) operation.interrupt();
    else if (!operation.mayBeAbandoned) operation.cut(SEC_E_UNFINISHED_CONTEXT_DELETED);
  }
  while (core.pending.size > 0) await Promise.race([...core.pending].map((operation) => operation.ended()));
  for (const entry of core.contexts) entry.delete(core);
  for (const entry of core.credentials) {
    core.credentials.remove(entry);
    entry.letGo(core);
  }
}
