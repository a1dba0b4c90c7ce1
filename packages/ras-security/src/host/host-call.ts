import {
  ERROR_AUTH_INTERNAL,
  ERROR_INVALID_SIZE,
  ERROR_PORT_DISCONNECTED,
  ERROR_PORT_NOT_OPEN,
  ERROR_REMOTE_DISCONNECTION,
  ERROR_REQUEST_TIMEOUT,
  ERROR_USER_DISCONNECTION,
} from "@sallyport/errors/ras";
import type { Cancel, Clock, Milliseconds } from "@sallyport/runtime";
import type {
  CallSignal,
  ModuleLog,
  RasSecurityDialogComplete,
  TerminalWindow,
} from "../contract/security-module.ts";
import { ReceiveQueue } from "../engine/receive-queue.ts";
import { statusName } from "../engine/status-name.ts";
import { Transaction, type TransactionEffect, type TransactionOutcome } from "../engine/transaction.ts";
import type { TransactionState } from "../engine/transaction-table.ts";
import type { Verdict } from "../engine/verdict.ts";
import { deferred } from "./deferred.ts";
import { RasEvent, writeEvent } from "./events.ts";
import { LineEnd } from "./hang-up.ts";
import { HostPort, type PortOwner } from "./host-port.ts";
import type { SecurityLine } from "./line.ts";
import type { SecurityModule } from "./load-security-module.ts";
import { callModule, type ModuleReturn, messageOf } from "./module-return.ts";
import type { RasSecurityHostOptions, RasSecurityLimits } from "./options.ts";
import { type CallOutcome, isSameUser } from "./outcome.ts";
import { printableName } from "./printable-name.ts";
import { reportOutcome, type WriteEvent } from "./report-outcome.ts";

/** What a call needs of its host. */
export interface CallHost {
  readonly options: RasSecurityHostOptions;
  readonly limits: RasSecurityLimits;
  readonly module: SecurityModule;
  readonly moduleLog: ModuleLog;
  /** The CompleteFn that came with a port. */
  completeOf(call: HostCall): RasSecurityDialogComplete;
  /** Begin has returned: the next call may begin. */
  released(): void;
  ended(call: HostCall): void;
}

/** One call with its transaction: performs the effects of the engine, and calls the module. */
export class HostCall implements PortOwner {
  readonly handle: number;
  readonly deviceName: string;
  /** When the call came, wall clock, milliseconds since the Unix epoch. */
  readonly since: Milliseconds;
  readonly receiveQueue: ReceiveQueue;
  readonly #host: CallHost;
  readonly #transaction: Transaction;
  readonly #line: SecurityLine;
  readonly #lineEnd: LineEnd;
  readonly #onOutcome: (outcome: CallOutcome) => void;
  #port: HostPort | undefined;
  #hasVerdict = false;
  #controller: AbortController | undefined;
  #cancelDialogLimit: Cancel | undefined;
  #cancelDelayLimit: Cancel | undefined;

  constructor(handle: number, line: SecurityLine, host: CallHost, onOutcome: (outcome: CallOutcome) => void) {
    const { clock } = host.options;
    this.handle = handle;
    this.deviceName = line.deviceName;
    this.since = clock.now();
    this.receiveQueue = new ReceiveQueue({ clock, limit: host.limits.maxTypeahead });
    this.#host = host;
    this.#transaction = new Transaction({ maxEndCalls: host.limits.maxEndCalls });
    this.#line = line;
    this.#lineEnd = new LineEnd(line, {
      clock,
      flushMs: host.limits.flushMs,
      onHangUp: () => this.called("hang up"),
    });
    this.#onOutcome = onOutcome;
  }

  get state(): TransactionState {
    return this.#transaction.state;
  }

  get lineGone(): boolean {
    return this.#lineEnd.isGone;
  }

  get clock(): Clock {
    return this.#host.options.clock;
  }

  get log(): ModuleLog {
    return this.#host.moduleLog;
  }

  get settings(): unknown {
    return this.#host.module.settings;
  }

  get window(): TerminalWindow | undefined {
    return this.#line.window;
  }

  get hasVerdict(): boolean {
    return this.#hasVerdict;
  }

  get strict(): boolean {
    return this.#host.limits.strict;
  }

  get room(): number {
    return this.#host.limits.maxUnsent - this.#lineEnd.unsent;
  }

  /** Made when a module asks for it: many never do. */
  get signal(): CallSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      const { abortError } = this.#transaction;
      if (abortError !== 0) this.#controller.abort(abortReason(abortError));
    }
    return this.#controller.signal;
  }

  /** Whether a port is the one that the module was given for this call. */
  owns(port: unknown): boolean {
    return port === this.#port;
  }

  answer(): void {
    this.#perform(this.#transaction.answered());
  }

  received(bytes: Uint8Array): void {
    if (this.state === "Closed" || this.#transaction.abortError !== 0) return;
    const event = this.receiveQueue.arrived(bytes);
    if (event !== undefined) this.signalEvent(event);
    if (!this.receiveQueue.overflown) return;
    this.#write(
      RasEvent.SecurityError,
      "error",
      `more than ${this.#host.limits.maxTypeahead} bytes arrived unasked`,
      {
        code: ERROR_INVALID_SIZE,
      },
    );
    this.abort(ERROR_INVALID_SIZE); // RAS-27
  }

  lost(error: number = ERROR_REMOTE_DISCONNECTION): void {
    this.#lineEnd.lost();
    this.abort(error);
  }

  disconnect(): void {
    this.abort(ERROR_USER_DISCONNECTION);
  }

  /** Ends the call without a verdict (RAS-47). */
  abort(error: number): void {
    if (this.state === "Closed" || this.#transaction.abortError !== 0) return;
    this.called(`abnormal end: ${statusName(error)}`);
    this.#perform(this.#transaction.abort(error));
  }

  complete(verdict: Verdict): void {
    this.#hasVerdict = true;
    this.#perform(this.#transaction.complete(verdict));
  }

  /** The host waits no longer, whatever the module does. */
  giveUp(): void {
    if (this.state.startsWith("Beginning"))
      this.#perform(this.#transaction.beginReturned(ERROR_AUTH_INTERNAL));
    this.#perform(this.#transaction.limitReached());
  }

  transmit(bytes: Uint8Array<ArrayBuffer>): void {
    this.#lineEnd.write(bytes);
  }

  called(step: string, result?: number): void {
    const { onCall, clock } = this.#host.options;
    onCall?.({ at: clock.now(), handle: this.handle, deviceName: this.deviceName, step, result });
  }

  diagnose(message: string): void {
    this.#write(RasEvent.Other, "debug", message);
  }

  signalEvent(event: () => void): void {
    deferred(() => {
      try {
        event();
      } catch (error) {
        this.#write(RasEvent.SecurityError, "error", `the event of a receive failed: ${messageOf(error)}`, {
          error,
        });
      }
    });
  }

  #perform(effects: readonly TransactionEffect[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case "call Begin":
          this.#callBegin();
          break;
        case "release accept loop":
          this.#host.released();
          break;
        case "abort signal":
          this.#abortModule(effect.error);
          break;
        case "call End":
          this.#endReceive();
          this.#boundDelay();
          deferred(() => this.#callEnd());
          break;
        case "diagnostic":
          this.diagnose(effect.message);
          break;
        case "closed":
          this.#close(effect.outcome);
          break;
      }
    }
  }

  #callBegin(): void {
    const { module, limits } = this.#host;
    this.#boundDialog();
    const memory = new ArrayBuffer(2 * limits.bufferSize);
    const sendBuffer = new Uint8Array(memory, 0, limits.bufferSize);
    const receiveBuffer = new Uint8Array(memory, limits.bufferSize);
    const port = new HostPort(this, sendBuffer, receiveBuffer);
    this.#port = port;
    let over = false;
    const returned = (result: ModuleReturn): void => {
      if (over) return;
      over = true;
      for (const cancel of timers) cancel();
      this.called("RasSecurityDialogBegin", result.code);
      this.#tellException("RasSecurityDialogBegin", result);
      this.#perform(this.#transaction.beginReturned(result.code));
    };
    const timers: Cancel[] = [];
    const later = callModule(
      () =>
        module.module.RasSecurityDialogBegin(port, sendBuffer, receiveBuffer, this.#host.completeOf(this)),
      ERROR_AUTH_INTERNAL,
      returned,
    );
    if (!later) return;
    const warn = (): void =>
      this.#write(
        RasEvent.Other,
        "warning",
        `Begin has not returned within ${limits.beginWarnMs} ms; no call is taken meanwhile`,
      );
    const give = (): void =>
      returned({
        code: ERROR_AUTH_INTERNAL,
        exception: `did not return within ${limits.beginLimitMs} ms`,
        error: undefined,
      });
    timers.push(this.clock.after(limits.beginWarnMs, warn), this.clock.after(limits.beginLimitMs, give));
  }

  /** RAS-12: the buffers are the module's until it has given its verdict. */
  #endReceive(): void {
    const outstanding = this.receiveQueue.cancel(ERROR_PORT_NOT_OPEN);
    if (outstanding !== undefined) this.signalEvent(outstanding);
  }

  #callEnd(): void {
    const { module } = this.#host.module;
    const port = this.#port;
    if (port === undefined || this.state === "Closed") return;
    callModule(
      () => module.RasSecurityDialogEnd(port),
      ERROR_PORT_DISCONNECTED,
      (result) => {
        this.called("RasSecurityDialogEnd", result.code);
        this.#tellException("RasSecurityDialogEnd", result);
        this.#perform(this.#transaction.endReturned(result.code));
      },
    );
  }

  #tellException(entryPoint: string, result: ModuleReturn): void {
    if (result.exception === undefined) return;
    const { error, exception, code } = result;
    this.#write(
      RasEvent.SecurityError,
      "error",
      `${entryPoint} ${exception}; that counts as ${statusName(code)}`,
      {
        code,
        error,
      },
    );
  }

  /** RAS-48: the signal first, then the outstanding receive; End follows. Nobody can talk to the caller any more. */
  #abortModule(error: number): void {
    this.#controller?.abort(abortReason(error));
    const event = this.receiveQueue.fail(error);
    if (event !== undefined) this.signalEvent(event);
    this.#lineEnd.hangUp(() => {});
  }

  #boundDialog(): void {
    const { dialogLimitMs } = this.#host.limits;
    if (dialogLimitMs === undefined) return;
    this.#cancelDialogLimit = this.clock.after(dialogLimitMs, () => {
      if (this.state !== "Active" && this.state !== "Beginning") return;
      this.#write(
        RasEvent.AuthenticationTimeout,
        "warning",
        `the dialog took longer than ${dialogLimitMs} ms`,
      );
      this.abort(ERROR_REQUEST_TIMEOUT);
    });
  }

  /** From the first End on, so that an End that never returns is bounded as well. */
  #boundDelay(): void {
    const { delayLimitMs } = this.#host.limits;
    this.#cancelDelayLimit ??= this.clock.after(delayLimitMs, () =>
      this.#perform(this.#transaction.limitReached()),
    );
  }

  #close(outcome: TransactionOutcome): void {
    this.#cancelDialogLimit?.();
    this.#cancelDelayLimit?.();
    if (outcome.kind === "success" && !this.lineGone) {
      const { userName, domain } = outcome;
      const { requireSameUser } = this.#host.limits;
      this.#end({
        kind: "success",
        userName,
        domain,
        unread: this.receiveQueue.takeAll(),
        admits: (identity) => !requireSameUser || isSameUser(outcome, identity),
      });
      return;
    }
    const ended = reportOutcome(outcome, this.#transaction.abortError, (...event: Parameters<WriteEvent>) =>
      this.#write(...event),
    );
    this.#lineEnd.hangUp(() => this.#end(ended));
  }

  #end(outcome: CallOutcome): void {
    this.called(outcome.kind === "success" ? "PPP" : "port released");
    this.#host.ended(this);
    this.#onOutcome(outcome);
  }

  #write(id: RasEvent, severity: Parameters<typeof writeEvent>[2], what: string, fields: object = {}): void {
    const { deviceName, handle } = this;
    writeEvent(this.#host.options.log, id, severity, `port ${printableName(deviceName)}: ${what}`, {
      port: deviceName,
      handle,
      module: this.#host.module.name,
      ...fields,
    });
  }
}

function abortReason(error: number): Error {
  return new Error(`the dialog was ended: ${statusName(error)}`);
}
