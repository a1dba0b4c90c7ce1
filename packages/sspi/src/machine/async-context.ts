import type { Core } from "./core.ts";
import type { Operation } from "./operation.ts";

/**
 * Called when an operation has completed (SSPI-46): once, never within the call that queued it, with the status final and
 * the outputs written. It may queue the next call on the same context, or free it.
 */
export type SspiAsyncNotifyCallback<Data = unknown> = (Handle: SspiAsyncContext, CallbackData: Data) => void;

/** Where the one operation of an async context stands. */
export interface AsyncCall {
  readonly owner: Core;
  readonly context: SspiAsyncContext;
  state: "idle" | "queued" | "running" | "complete" | "freed";
  status: number;
  /** With its data bound to it. */
  callback: ((context: SspiAsyncContext) => void) | null;
  operation: Operation<unknown> | undefined;
  /** What made the operation fail, where something was thrown. */
  cause: unknown;
}

let readCall: (context: SspiAsyncContext) => AsyncCall;
let isContext: (value: object) => value is SspiAsyncContext;

/**
 * The place where one asynchronous call at a time reports how it stands: made by SspiCreateAsyncContext, freed by
 * SspiFreeAsyncContext, and opaque in between.
 */
export class SspiAsyncContext {
  readonly #call: AsyncCall;

  constructor(owner: Core) {
    this.#call = {
      owner,
      context: this,
      state: "idle",
      status: 0,
      callback: null,
      operation: undefined,
      cause: undefined,
    };
  }

  static {
    readCall = (context) => context.#call;
    isContext = (value): value is SspiAsyncContext => #call in value;
  }
}

/** What is behind an async context of this provider that was not freed; undefined for anything else. */
export function liveCall(core: Core, value: unknown): AsyncCall | undefined {
  if (typeof value !== "object" || value === null || !isContext(value)) return undefined;
  const call = readCall(value);
  return call.owner === core && call.state !== "freed" ? call : undefined;
}
