import { WindowsError } from "@sallyport/errors";
import {
  SEC_E_INSUFFICIENT_MEMORY,
  SEC_E_INTERNAL_ERROR,
  SEC_E_INVALID_HANDLE,
  SEC_E_INVALID_PARAMETER,
  SEC_E_NO_AUTHENTICATING_AUTHORITY,
  SEC_E_SHUTDOWN_IN_PROGRESS,
  SEC_E_UNFINISHED_CONTEXT_DELETED,
  SEC_I_ASYNC_CALL_PENDING,
} from "@sallyport/errors/sspi";
import { type Cancel, isThenable, type Milliseconds } from "@sallyport/runtime";
import type { CallSignal } from "../contract/call-signal.ts";
import { type AsyncCall, liveCall } from "./async-context.ts";
import { CallView } from "./call-view.ts";
import type { ContextEntry } from "./context-entry.ts";
import type { Core } from "./core.ts";
import { type Flow, keepFlow } from "./flow.ts";

/** What a call may carry that Windows does not know (SSPI-09). */
export interface CallLimits {
  /** Aborts the call: it completes with SEC_E_UNFINISHED_CONTEXT_DELETED. */
  readonly signal?: CallSignal | undefined;
  /**
   * Milliseconds from queueing on; then it completes with SEC_E_NO_AUTHENTICATING_AUTHORITY. The wait does not keep the process
   * alive (SSPI-55).
   */
  readonly timeoutMs?: Milliseconds | undefined;
}

/**
 * The async context for a new call, or the error because of which the call cannot be queued. These are all there are;
 * whatever else is wrong becomes the outcome (SSPI-04).
 */
export function admitted(core: Core, context: unknown): AsyncCall | number {
  const call = liveCall(core, context);
  if (call === undefined) return SEC_E_INVALID_HANDLE;
  if (call.state !== "idle") return SEC_E_INVALID_PARAMETER;
  if (core.stopping) return SEC_E_SHUTDOWN_IN_PROGRESS;
  if (core.pending.size >= core.limits.pendingCalls) return SEC_E_INSUFFICIENT_MEMORY;
  return call;
}

/**
 * One call on its way: queued, begun in a turn of its own, settled by the package, told to the caller. `Answer` is what the
 * package gives; a number that `begin` returns means that it was not asked.
 */
export abstract class Operation<Answer> {
  readonly core: Core;
  readonly call: AsyncCall;
  /** The context that the call works on, in whose line it stands. */
  readonly entry: ContextEntry | undefined;
  /** The next call in that line. */
  next: Operation<unknown> | undefined;
  /** The async context was freed: nobody is told, nothing is written (SSPI-51). */
  isDetached = false;
  abstract readonly view: CallView;
  #isSettled = false;
  #hasReturned = false;
  #isWaiting = false;
  /** The flow of the caller, kept when others may cause the end: who aborts, deletes, or stood before it in the line. */
  #flow: Flow | undefined;
  #cutStatus: number | undefined;
  #whenEnded: (() => void) | undefined;
  #stopWatching: (() => void) | undefined;
  #cancelTimer: Cancel | undefined;

  constructor(core: Core, call: AsyncCall, entry: ContextEntry | undefined) {
    this.core = core;
    this.call = call;
    this.entry = entry;
  }

  /** Checks what must hold and calls the package. A promise is returned only when the package returned one. */
  protected abstract begin(): Answer | PromiseLike<Answer>;
  /** Takes the answer: writes the outputs, unless detached, and gives the status. */
  protected abstract deliver(answer: Answer): number;
  /** The call fails without an answer; leaves the outputs as a failure does. */
  protected abstract fail(status: number): void;
  /** An answer that nobody wants any more: releases what it made. */
  protected abstract discard(answer: Answer): void;
  /** Deleting and freeing may be left to themselves: their async context may be freed at once (SSPI-52). */
  readonly mayBeAbandoned: boolean = false;

  /** Whether the package has been asked and has not answered. */
  get isAtWork(): boolean {
    return this.#isWaiting && !this.#hasReturned;
  }

  /** Whether the call was, or will be, ended before the package answers. */
  get isCut(): boolean {
    return this.#cutStatus !== undefined;
  }

  /** Resolves when the outcome is known. */
  ended(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenEnded = resolve;
    });
  }

  /** Queues the call; it begins in a turn of its own. */
  queue(limits: CallLimits | undefined): void {
    this.call.state = "queued";
    this.call.status = SEC_I_ASYNC_CALL_PENDING;
    this.call.operation = this;
    this.core.pending.add(this);
    if (limits !== undefined) this.#watch(limits);
    if (this.entry === undefined || this.entry.line(this)) queueMicrotask(() => this.#run());
    else this.#flow = keepFlow();
  }

  /** Lets a delete of the context, or the stop of the provider, cut the call off if it can be (SSPI-64). */
  interrupt(): void {
    if (this.#isWaiting && CallView.isInterruptible(this.view)) this.cut(SEC_E_UNFINISHED_CONTEXT_DELETED);
  }

  /** Ends the call soon, or in its turn if that has not come yet (SSPI-49). The package's answer will be late. */
  cut(status: number): void {
    if (this.#isSettled) return;
    this.#cutStatus ??= status;
    if (this.#isWaiting) this.#flow?.(() => this.#cutNow());
  }

  #cutNow(): void {
    if (this.#isSettled) return;
    CallView.abort(this.view, new Error("the SSPI call was cut off"));
    this.occupied();
    this.#failed(this.#cutStatus ?? SEC_E_UNFINISHED_CONTEXT_DELETED, undefined);
  }

  /** Begins when the call before it in the line has ended, in the flow of its own caller. */
  #takeTurn(): void {
    this.#flow?.(() => this.#run());
  }

  #run(): void {
    if (this.#cutStatus !== undefined) {
      this.#failed(this.#cutStatus, undefined);
      return;
    }
    if (this.call.state === "queued") this.call.state = "running";
    try {
      const answer = this.begin();
      if (isThenable(answer)) this.#wait(answer);
      else this.#returned(answer);
    } catch (error) {
      this.#threw(error);
    }
  }

  #wait(answer: PromiseLike<Answer>): void {
    this.#isWaiting = true;
    this.#flow = keepFlow();
    if (this.#cancelTimer === undefined && this.core.operationTimeoutMs !== Infinity) {
      this.#timeOutAfter(this.core.operationTimeoutMs);
    }
    answer.then(
      (value) => this.#returned(value),
      (error: unknown) => this.#threw(error),
    );
    // Whoever takes the signal only now may already be wanted gone.
    const yieldTo = (): void => {
      if (this.core.stopping || this.entry?.isDeleting === true) this.interrupt();
    };
    CallView.whenTaken(this.view, yieldTo);
    yieldTo();
  }

  #returned(answer: Answer): void {
    if (this.#hasReturned || this.#isSettled) {
      this.#discardLate(answer);
      return;
    }
    this.#hasReturned = true;
    let status: number;
    try {
      status = this.deliver(answer);
    } catch (error) {
      this.#failed(SEC_E_INTERNAL_ERROR, error);
      return;
    }
    this.#complete(status);
  }

  #threw(error: unknown): void {
    if (this.#hasReturned || this.#isSettled) {
      this.#returnedLate();
      return;
    }
    this.#hasReturned = true;
    const code = WindowsError.is(error) && isErrorStatus(error.code) ? error.code : SEC_E_INTERNAL_ERROR;
    if (code === SEC_E_INTERNAL_ERROR) this.core.complain("a security package failed", error);
    this.#failed(code, error);
  }

  #failed(status: number, cause: unknown): void {
    this.call.cause = cause;
    try {
      this.fail(status);
    } catch (error) {
      this.call.cause ??= error;
    }
    this.#complete(status);
  }

  #discardLate(answer: Answer): void {
    try {
      this.discard(answer);
    } catch (error) {
      this.core.complain("a late answer could not be put away", error);
    }
    this.#returnedLate();
  }

  #returnedLate(): void {
    if (this.#hasReturned) return;
    this.#hasReturned = true;
    this.late();
  }

  /** The package was cut off and still works. */
  protected occupied(): void {}

  /** The package has come back after it was cut off. */
  protected late(): void {}

  #complete(status: number): void {
    this.#isSettled = true;
    this.#stopWatching?.();
    this.#cancelTimer?.();
    const { core, call, entry } = this;
    core.pending.delete(this);
    this.#whenEnded?.();
    if (entry !== undefined) {
      const next = entry.leave(this);
      if (next !== undefined) next.#takeTurn();
    }
    if (this.isDetached) {
      core.asyncContexts -= 1;
      return;
    }
    call.status = status;
    call.state = "complete";
    call.operation = undefined;
    if (call.callback !== null) notify(call);
  }

  #watch({ signal, timeoutMs }: CallLimits): void {
    const hasTimeout = timeoutMs !== undefined && timeoutMs !== Infinity;
    if ((hasTimeout && !(timeoutMs >= 0)) || (signal !== undefined && !isSignal(signal))) {
      this.#cutStatus = SEC_E_INVALID_PARAMETER; // an outcome as every wrong argument (SSPI-05)
      return;
    }
    if (hasTimeout) this.#timeOutAfter(timeoutMs);
    if (signal === undefined) return;
    const abort = (): void => this.cut(SEC_E_UNFINISHED_CONTEXT_DELETED);
    if (signal.aborted) this.#cutStatus = SEC_E_UNFINISHED_CONTEXT_DELETED;
    signal.addEventListener("abort", abort, { once: true });
    this.#stopWatching = () => signal.removeEventListener("abort", abort);
  }

  #timeOutAfter(delay: Milliseconds): void {
    // A timer runs in the flow in which it was set: no turn more is needed.
    this.#cancelTimer = this.core.clock.after(delay, () => {
      if (this.#isSettled) return;
      this.#cutStatus ??= SEC_E_NO_AUTHENTICATING_AUTHORITY;
      if (this.#isWaiting) this.#cutNow();
    });
  }
}

function isSignal(signal: unknown): boolean {
  return typeof signal === "object" && signal !== null && "addEventListener" in signal;
}

/** A number that can be the outcome of a call that failed: an error of any kind, unsigned. */
function isErrorStatus(code: number): boolean {
  return Number.isInteger(code) && code > 0x7fffffff && code <= 0xffffffff;
}

/** The callback's own failure is the program's, not the operation's (SSPI-48). */
function notify(call: AsyncCall): void {
  try {
    call.callback?.(call.context);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/** The status of a package's answer: any 32-bit number but "pending" (E-08). SEC_E_INTERNAL_ERROR for anything else. */
export function packageStatus(status: unknown): number {
  if (typeof status !== "number" || !Number.isInteger(status)) return SEC_E_INTERNAL_ERROR;
  if (status < -0x80000000 || status > 0xffffffff) return SEC_E_INTERNAL_ERROR;
  const unsigned = status >>> 0;
  return unsigned === SEC_I_ASYNC_CALL_PENDING ? SEC_E_INTERNAL_ERROR : unsigned;
}
