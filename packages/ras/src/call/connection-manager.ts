import {
  type AdminModule,
  type CallLogEntry,
  type CallOutcome,
  RasAdminHost,
  RasSecurityHost,
  type RasSecurityLimits,
  type SecurityLine,
  type SecurityModule,
} from "@sallyport/ras-security";
import type { Clock, Log, Milliseconds, Random } from "@sallyport/runtime";
import type { CallHost } from "./call-host.ts";
import { RasCall } from "./ras-call.ts";
import type { RasService } from "./service.ts";

/** What a {@link RasConnectionManager} is made of. */
export interface RasConnectionManagerOptions {
  /** The security dialog of every call; without a module, calls go straight to PPP (RAS-05). */
  readonly security?: Partial<RasSecurityLimits> & { readonly module: SecurityModule | undefined };
  /** Asked about who has passed authentication, in this order (RAS-65). */
  readonly adminModules?: readonly AdminModule[];
  /** How long one call of an admin module may take. Default: 30 000 milliseconds; then it is a refusal. */
  readonly adminCallLimitMs?: Milliseconds;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Whether the traces of calls hold every packet of PPP, in words. Default: false. */
  readonly tracePackets?: boolean;
  /** A call has ended: its trace is whole. */
  readonly onEnded?: (call: RasCall) => void;
}

/** How long a stop waits for callers to answer the end of their links, in milliseconds. */
const stopLimit = 5_000;
/** The same for accounting records and notifications of calls that have ended. */
const workLimit = 40_000;

/**
 * The RAS Connection Manager: takes calls and leads each through its stages: answer, security dialog, LCP,
 * authentication, admin modules, IPCP, connected, hang-up.
 *
 * @example
 * ```ts
 * import { settingsAccounts } from "@sallyport/accounts";
 * import { AddressPool } from "@sallyport/ppp";
 * import { RasConnectionManager, windowsProvider } from "@sallyport/ras";
 * import type { SecurityLine } from "@sallyport/ras-security";
 * import { silentLog, systemClock, systemRandom } from "@sallyport/runtime";
 *
 * declare const line: SecurityLine;
 * const manager = new RasConnectionManager({ clock: systemClock, random: systemRandom, log: silentLog });
 * await manager.start();
 * const accounts = settingsAccounts([{ name: "alice", password: "wonderland" }]);
 * const addresses = new AddressPool({ first: "10.99.0.2", last: "10.99.0.254", local: "10.99.0.1" });
 * const call = manager.answer(line, {
 *   provider: windowsProvider({ accounts, clock: systemClock }),
 *   protocols: ["MS-CHAPv2", "CHAP"],
 *   addresses,
 * });
 * // call.received(bytes) for what the line brings, call.lost() when it is gone
 * ```
 */
export class RasConnectionManager {
  readonly #security: RasSecurityHost;
  readonly #admin: RasAdminHost;
  readonly #options: RasConnectionManagerOptions;
  readonly #host: CallHost;
  readonly #calls = new Map<number, RasCall>();
  /** By the handle of the security host, while their dialogs run. */
  readonly #inDialog = new Map<number, RasCall>();
  readonly #work = new Set<Promise<unknown>>();
  /** Part of every session id: ids of an earlier process are others. */
  readonly #epoch: string;
  #ports = 0;
  #stopping: Promise<void> | undefined;
  /** Whose steps the security host tells while it takes the call. */
  #answering: RasCall | undefined;
  #allEnded: (() => void) | undefined;

  /** @throws {RangeError} when a limit is out of its range */
  constructor(options: RasConnectionManagerOptions) {
    const { clock, random, log, security, adminModules = [], adminCallLimitMs } = options;
    this.#options = options;
    this.#epoch = [...random(5)].map((octet) => octet.toString(16).padStart(2, "0")).join("");
    this.#security = new RasSecurityHost({
      module: undefined,
      ...security,
      clock,
      log,
      onCall: (entry) => this.#securityStep(entry),
    });
    this.#admin = new RasAdminHost({
      modules: adminModules,
      clock,
      log,
      ...(adminCallLimitMs !== undefined && { callLimitMs: adminCallLimitMs }),
      disconnect: (connection) => this.#calls.get(connection)?.disconnect(),
      onCall: (step, connection) => {
        if (connection !== undefined) this.#calls.get(connection)?.trace.add("RAS admin module", step);
      },
    });
    this.#host = this.#callHost();
  }

  /**
   * Initializes the admin modules.
   *
   * @throws {WindowsError} what a module returned: the service does not start (RAS-63)
   */
  async start(): Promise<void> {
    await this.#admin.start();
  }

  /** The security host alone, for lines that go elsewhere than to PPP: with the same module and limits. */
  get security(): Pick<RasSecurityHost, "answer"> {
    return this.#security;
  }

  /** The calls in progress, oldest first. */
  get calls(): readonly RasCall[] {
    return [...this.#calls.values()];
  }

  /**
   * Takes a call.
   *
   * @param from where the caller is, as far as the line tells: Calling-Station-Id
   */
  answer(line: SecurityLine, service: RasService, { from = "" }: { readonly from?: string } = {}): RasCall {
    const port = ++this.#ports;
    const call = new RasCall({ port, line, from, service, host: this.#host });
    this.#calls.set(port, call);
    call.begin();
    return call;
  }

  /** Takes no dialog any more, ends every call in order, then the admin modules. Resolves when all of it is done. */
  stop(): Promise<void> {
    this.#stopping ??= Promise.resolve().then(() => this.#stop());
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    for (const call of this.calls) call.stop();
    await this.#security.stop();
    // A dialog that has succeeded in this moment has a link by now.
    for (const call of this.calls) call.stop();
    if (this.#calls.size > 0) {
      const cancel = this.#options.clock.after(stopLimit, () => {
        for (const call of this.calls) call.giveUp();
      });
      await new Promise<void>((resolve) => {
        this.#allEnded = resolve;
      });
      cancel();
    }
    await this.#workDone();
    await this.#admin.stop();
  }

  /** What providers and admin modules still do for calls that have ended; one that never returns is not waited for. */
  async #workDone(): Promise<void> {
    let isOver = false;
    let giveUp = (): void => {};
    const limit = new Promise<void>((resolve) => {
      giveUp = resolve;
    });
    const cancel = this.#options.clock.after(workLimit, () => {
      isOver = true;
      giveUp();
    });
    while (this.#work.size > 0 && !isOver) await Promise.race([Promise.allSettled(this.#work), limit]);
    cancel();
  }

  #securityStep(entry: CallLogEntry): void {
    const call = this.#inDialog.get(entry.handle) ?? this.#answering;
    if (call === undefined) return;
    if (entry.handle !== 0) this.#inDialog.set(entry.handle, call);
    call.called(entry);
  }

  #callHost(): CallHost {
    const { clock, random, log, tracePackets = false, onEnded } = this.#options;
    const manager = this;
    return {
      clock,
      random,
      log,
      tracePackets,
      admin: this.#admin,
      get isStopping() {
        return manager.#stopping !== undefined;
      },
      sessionId: (port) => `${this.#epoch}${port.toString(16).padStart(6, "0")}`,
      dialog: (line, call, over: (outcome: CallOutcome) => void) => {
        const before = this.#answering;
        this.#answering = call;
        let handle = 0;
        const dialog = this.#security.answer(line, (outcome) => {
          over(outcome);
          this.#inDialog.delete(handle);
        });
        handle = dialog.handle;
        this.#answering = before;
        if (call.end !== undefined) this.#inDialog.delete(handle);
        return dialog;
      },
      track: (work) => {
        const tracked = work.finally(() => this.#work.delete(tracked));
        this.#work.add(tracked);
      },
      ended: (call) => {
        this.#calls.delete(call.handle);
        onEnded?.(call);
        if (this.#calls.size === 0) this.#allEnded?.();
      },
    };
  }
}
