import { STATUS_DEVICE_BUSY, STATUS_INVALID_HANDLE, STATUS_SUCCESS } from "@sallyport/errors/ntstatus";
import {
  SEC_E_INVALID_HANDLE,
  SEC_E_INVALID_PARAMETER,
  SEC_E_OK,
  SEC_E_UNFINISHED_CONTEXT_DELETED,
} from "@sallyport/errors/sspi";
import { liveCall, SspiAsyncContext, type SspiAsyncNotifyCallback } from "./async-context.ts";
import type { Core } from "./core.ts";
import type { CallLimits } from "./operation.ts";

/** The functions that manage async contexts (section 5 of the rules: the table of states). */
export interface AsyncContextFunctions {
  /** Makes an async context: idle, no callback. Null when there are as many as there may be (SSPI-40). */
  SspiCreateAsyncContext(): SspiAsyncContext | null;
  /**
   * Frees an async context; what is no live one is ignored. While a call is pending the context is gone at once, the call
   * runs to its end unseen, and what it makes is released (SSPI-50 to SSPI-52).
   */
  SspiFreeAsyncContext(Handle: SspiAsyncContext | null): void;
  /** Makes a context whose call has completed ready for the next one; callback and data stay (SSPI-42, SSPI-43). */
  SspiReinitAsyncContext(Handle: SspiAsyncContext | null): number;
  /** Replaces callback and data; null removes them. Not while a call is pending (SSPI-44). */
  SspiSetAsyncNotifyCallback<Data>(
    Context: SspiAsyncContext | null,
    Callback: SspiAsyncNotifyCallback<Data> | null,
    CallbackData: Data,
  ): number;
  /** Whether a callback is registered; false for what is no live context (SSPI-45). */
  SspiAsyncContextRequiresNotify(AsyncContext: SspiAsyncContext | null): boolean;
  /** SEC_I_ASYNC_CALL_PENDING, then the outcome, until the context is made ready again or freed (SSPI-53). */
  SspiGetAsyncCallStatus(Handle: SspiAsyncContext | null): number;
  /**
   * Not of Windows: aborts the pending call, which then completes with SEC_E_UNFINISHED_CONTEXT_DELETED, as with the signal of
   * a {@link CallLimits}. SEC_E_OK also when none is pending; SEC_E_INVALID_HANDLE for what is no live context.
   */
  abortAsyncCall(Handle: SspiAsyncContext | null): number;
  /** Not of Windows: what was thrown when the last call failed; undefined where nothing was. */
  asyncCallCause(Handle: SspiAsyncContext | null): unknown;
}

/** Makes them for one provider. */
export function asyncContextFunctions(core: Core): AsyncContextFunctions {
  return {
    SspiCreateAsyncContext() {
      if (core.asyncContexts >= core.limits.asyncContexts) return null;
      core.asyncContexts += 1;
      return new SspiAsyncContext(core);
    },
    SspiFreeAsyncContext(Handle) {
      const call = liveCall(core, Handle);
      if (call === undefined) return;
      const { operation, callback } = call;
      call.state = "freed";
      call.callback = null;
      call.cause = undefined;
      if (operation === undefined) {
        core.asyncContexts -= 1;
        return;
      }
      operation.isDetached = true;
      call.operation = undefined;
      if (!operation.mayBeAbandoned || callback !== null) {
        core.warn(
          "SSPI_FREED_WHILE_PENDING",
          "An async context was freed while its call was pending; the outcome of the call is lost.",
        );
      }
    },
    SspiReinitAsyncContext(Handle) {
      const call = liveCall(core, Handle);
      if (call === undefined) return STATUS_INVALID_HANDLE;
      if (call.operation !== undefined) return STATUS_DEVICE_BUSY;
      call.state = "idle";
      call.status = SEC_E_OK;
      call.cause = undefined;
      return STATUS_SUCCESS;
    },
    SspiSetAsyncNotifyCallback(Context, Callback, CallbackData) {
      const call = liveCall(core, Context);
      if (call === undefined) return SEC_E_INVALID_HANDLE;
      if (call.operation !== undefined) return SEC_E_INVALID_PARAMETER;
      if (Callback !== null && typeof Callback !== "function") return SEC_E_INVALID_PARAMETER;
      call.callback = Callback === null ? null : (handle) => Callback(handle, CallbackData);
      return SEC_E_OK;
    },
    SspiAsyncContextRequiresNotify(AsyncContext) {
      const callback = liveCall(core, AsyncContext)?.callback;
      return callback !== undefined && callback !== null;
    },
    SspiGetAsyncCallStatus(Handle) {
      return liveCall(core, Handle)?.status ?? SEC_E_INVALID_HANDLE;
    },
    abortAsyncCall(Handle) {
      const call = liveCall(core, Handle);
      if (call === undefined) return SEC_E_INVALID_HANDLE;
      call.operation?.cut(SEC_E_UNFINISHED_CONTEXT_DELETED);
      return SEC_E_OK;
    },
    asyncCallCause(Handle) {
      return liveCall(core, Handle)?.cause;
    },
  };
}
