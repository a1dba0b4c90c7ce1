import { ERROR_PORT_DISCONNECTED } from "@sallyport/errors/ras";
import type { Milliseconds } from "@sallyport/runtime";
import type { RasSecurityDialogComplete } from "../contract/security-module.ts";
import type { TransactionState } from "../engine/transaction-table.ts";
import { readVerdict, type Verdict } from "../engine/verdict.ts";
import { RasEvent, writeEvent } from "./events.ts";
import { type CallHost, HostCall } from "./host-call.ts";
import type { SecurityLine } from "./line.ts";
import type { SecurityModule } from "./load-security-module.ts";
import { moduleLog } from "./module-log.ts";
import { limitsOf, type RasSecurityHostOptions, type RasSecurityLimits } from "./options.ts";
import type { CallOutcome } from "./outcome.ts";

/** A call that the host has taken: what its transport tells about it, and what an administrator may do. */
export interface SecurityCall {
  /** The number of the handle; 0 for a call without a dialog. */
  readonly handle: number;
  readonly deviceName: string;
  readonly state: TransactionState;
  /** When the call came, wall clock, milliseconds since the Unix epoch. */
  readonly since: Milliseconds;
  /** Bytes arrived from the caller. */
  received(bytes: Uint8Array): void;
  /** The line is gone. @param error why; 629 (the caller hung up) unless told otherwise */
  lost(error?: number): void;
  /** An administrator ends the call (631). */
  disconnect(): void;
}

/**
 * The RAS security host: runs one security module for all calls, with the terminate handshake of Windows.
 *
 * @example
 * ```ts
 * const host = new RasSecurityHost({ module: securityModule(dialog, { name: "dialog" }), clock: systemClock, log });
 * const call = host.answer(line, (outcome) => console.log(outcome.kind));
 * socket.on("data", (bytes) => call.received(bytes)).on("close", () => call.lost());
 * ```
 */
export class RasSecurityHost {
  readonly #options: RasSecurityHostOptions;
  readonly #limits: RasSecurityLimits;
  readonly #calls = new Map<number, HostCall>();
  /** Calls that wait for Begin, in the order in which they came. */
  readonly #ringing = new Set<HostCall>();
  readonly #host: CallHost | undefined;
  #beginning = 0;
  #turning = false;
  #handles = 0;
  #stopped: (() => void) | undefined;
  #stopping: Promise<void> | undefined;

  /** @throws {RangeError} when a limit is out of its range */
  constructor(options: RasSecurityHostOptions) {
    this.#options = options;
    this.#limits = limitsOf(options);
    this.#host = options.module && this.#callHost(options.module);
  }

  /** The calls in progress, oldest first. */
  get calls(): readonly SecurityCall[] {
    return [...this.#calls.values()];
  }

  /**
   * Takes a call. `onOutcome` is called once, when the security stage is over: within this call where there is none.
   */
  answer(line: SecurityLine, onOutcome: (outcome: CallOutcome) => void): SecurityCall {
    if (this.#stopping !== undefined || this.#calls.size >= this.#limits.maxCalls)
      return this.#refuse(line, onOutcome);
    if (this.#host === undefined || !this.#limits.kinds.includes(line.kind)) {
      onOutcome({ kind: "no dialog" });
      return withoutDialog(line, this.#options.clock.now());
    }
    const call = new HostCall(++this.#handles, line, this.#host, onOutcome);
    this.#calls.set(call.handle, call);
    this.#ringing.add(call);
    call.called("answer");
    this.#turn();
    return call;
  }

  /**
   * Takes no call any more and aborts those in progress (RAS-56). Resolves when all of them are closed: at the latest when the
   * delay limit is over.
   */
  stop(): Promise<void> {
    this.#stopping ??= Promise.resolve().then(() => this.#stop());
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    for (const call of [...this.#calls.values()]) call.abort(ERROR_PORT_DISCONNECTED);
    if (this.#calls.size === 0) return;
    const { delayLimitMs } = this.#limits;
    const cancel = this.#options.clock.after(delayLimitMs, () => {
      for (const call of [...this.#calls.values()]) call.giveUp();
    });
    await new Promise<void>((resolve) => {
      this.#stopped = resolve;
    });
    cancel();
  }

  #refuse(line: SecurityLine, onOutcome: (outcome: CallOutcome) => void): SecurityCall {
    const why =
      this.#stopping !== undefined
        ? "the host is stopping"
        : `there are ${this.#limits.maxCalls} calls already`;
    writeEvent(
      this.#options.log,
      RasEvent.Other,
      "warning",
      `port ${line.deviceName}: a call was refused: ${why}`,
    );
    line.hangUp();
    onOutcome({ kind: "refused", error: ERROR_PORT_DISCONNECTED });
    return withoutDialog(line, this.#options.clock.now());
  }

  /** RAS-08: while Begin runs, further calls ring. */
  #turn(): void {
    if (this.#turning) return;
    this.#turning = true;
    for (const call of this.#ringing) {
      if (this.#limits.serializeBegin && this.#beginning > 0) break;
      this.#ringing.delete(call);
      this.#beginning++;
      call.answer();
    }
    this.#turning = false;
  }

  #callHost(module: SecurityModule): CallHost {
    return {
      options: this.#options,
      limits: this.#limits,
      module,
      moduleLog: moduleLog(module.name, this.#options.log),
      completeOf: (call) => this.#completeOf(call, module),
      released: () => {
        this.#beginning--;
        this.#turn();
      },
      ended: (call) => {
        this.#ringing.delete(call);
        this.#calls.delete(call.handle);
        if (this.#calls.size === 0) this.#stopped?.();
      },
    };
  }

  /** One function for all calls, as on Windows: the message says which one it is about (RAS-15). */
  #completeOf(own: HostCall, module: SecurityModule): RasSecurityDialogComplete {
    return (message) => {
      const { verdict, port } = readMessage(message);
      const call = this.#callOf(port, own);
      (call ?? own).called(`RasSecurityDialogComplete(${messageNames[verdict.kind]})`);
      if (call === undefined || call.state === "Closed") {
        const fields = { module: module.name };
        const text = `${module.name} called Complete for a port that is in no transaction; it is ignored`;
        writeEvent(this.#options.log, RasEvent.Other, "debug", text, fields); // RAS-40
        return;
      }
      call.complete(verdict);
    };
  }

  #callOf(port: unknown, own: HostCall): HostCall | undefined {
    if (port === undefined) return own;
    if (typeof port === "number") return this.#calls.get(port);
    if (own.owns(port)) return own;
    // Another port's; one of another host, or of a transaction that is over, is nobody's.
    const handle =
      typeof port === "object" && port !== null ? (port as { handle?: unknown }).handle : undefined;
    const call = typeof handle === "number" ? this.#calls.get(handle) : undefined;
    return call?.owns(port) ? call : undefined;
  }
}

/** A module may hand over anything, also an object whose fields throw. */
function readMessage(message: unknown): { readonly verdict: Verdict; readonly port: unknown } {
  try {
    const port: unknown = (message as { port?: unknown } | null | undefined)?.port;
    return { verdict: readVerdict(message), port };
  } catch {
    return { verdict: readVerdict(undefined), port: undefined };
  }
}

const messageNames = {
  success: "SECURITYMSG_SUCCESS",
  failure: "SECURITYMSG_FAILURE",
  error: "SECURITYMSG_ERROR",
} as const;

function withoutDialog(line: SecurityLine, since: Milliseconds): SecurityCall {
  const nothing = (): void => {};
  const { deviceName } = line;
  return {
    handle: 0,
    deviceName,
    state: "Closed",
    since,
    received: nothing,
    lost: nothing,
    disconnect: nothing,
  };
}
