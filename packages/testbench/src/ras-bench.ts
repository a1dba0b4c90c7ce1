import {
  type CallerStep,
  type CallLogEntry,
  type CallOutcome,
  callLogLine,
  type PortKind,
  RasSecurityHost,
  type RasSecurityHostOptions,
  type RasSecurityLimits,
  type RasSecurityModule,
  type SecurityLine,
  securityModule,
} from "@sallyport/ras-security";
import {
  createMemoryLog,
  createSeededRandom,
  createVirtualClock,
  type MemoryLog,
  type Milliseconds,
  type VirtualClock,
} from "@sallyport/runtime";
import { type BenchCaller, benchCaller } from "./bench-caller.ts";
import { faultyLine, type LineFaults } from "./bench-line.ts";

/** What the host on the bench consists of; limits are as {@link RasSecurityHostOptions} has them. */
export interface RasBenchOptions extends Partial<RasSecurityLimits> {
  /** What `import * as dialog` or `await import()` gives, or a module; without one, calls go straight to PPP. */
  readonly module?: RasSecurityModule | { readonly default: RasSecurityModule };
  /** Reaches the module as `port.settings`. */
  readonly settings?: unknown;
  /** The name of the module in events. Default `"security-module"`. */
  readonly name?: string;
  /** Where the wall clock starts, milliseconds since the Unix epoch. Default: 2026-01-01T00:00:00Z. */
  readonly now?: Milliseconds;
  /** What the faults of lines are derived from, a whole number. Default 1: the same in every run. */
  readonly seed?: number;
}

/** How somebody dials in. */
export interface BenchDial {
  /** The name of the port. Default `COM1`, `COM2` ... */
  readonly deviceName?: string;
  readonly kind?: PortKind;
  /** Answers the dialog without further ado. */
  readonly script?: readonly CallerStep[];
  /** Whether the caller's software lets a person answer (RAS-57). Default true. */
  readonly pausedStates?: boolean;
  readonly faults?: LineFaults;
}

/** A security host on a bench: people dial in, and what they and the administrator see can be looked at. */
export interface RasBench {
  /** Stands still until the test, or something that a caller waits for, moves it. */
  readonly clock: VirtualClock;
  /** Every event that the host and the module wrote. */
  readonly log: MemoryLog;
  /** The call log of all calls: `COM1 RasSecurityDialogEnd -> ERROR_PORT_DISCONNECTED (619)`. */
  readonly calls: readonly string[];
  /** Dials in, and lets the module do what it does at once. */
  dial(options?: BenchDial): Promise<BenchCaller>;
  /** Stops the host: every dialog is ended, within the limits. */
  stop(): Promise<void>;
}

/** The first byte of a PPP frame: how the bench shows that the dialog is over and PPP has begun. */
const pppFlag = 0x7e;

/**
 * Puts a security module on a bench: the real host with virtual time, callers who type, and lines that fail as told. No
 * sockets.
 *
 * @throws {WindowsError} when the module lacks an entry point, as when a server loads it
 *
 * @example
 * ```ts
 * const bench = createRasBench({ module: await import("./my-dialog.ts") });
 * const caller = await bench.dial();
 * await caller.expect("Username: ");
 * await caller.type("alice\r");
 * await caller.expect("Passcode: ");
 * await caller.type("123456\r");
 * const outcome = await caller.ended(); // { kind: "success", userName: "alice", ... }
 * ```
 */
export function createRasBench(options: RasBenchOptions): RasBench {
  const { module, settings, name = "security-module", now, seed = 1, ...limits } = options;
  const clock = createVirtualClock({ now: now ?? Date.UTC(2026, 0, 1) });
  const log = createMemoryLog();
  const random = createSeededRandom(seed);
  const entries: CallLogEntry[] = [];
  const hostOptions: RasSecurityHostOptions = {
    ...limits,
    module: module && securityModule(module, { name, settings }),
    clock,
    log,
    onCall: (entry) => void entries.push(entry),
  };
  const host = new RasSecurityHost(hostOptions);
  let ports = 0;

  async function dial(how: BenchDial = {}): Promise<BenchCaller> {
    const { kind = "async", deviceName = `COM${++ports}`, faults = {}, ...callerOptions } = how;
    let outcome: CallOutcome | undefined;
    let isUp = true;
    const lose = (): void => {
      if (!isUp) return;
      isUp = false;
      call.lost();
      side.lost();
    };
    const { toModule, toCaller } = faultyLine({ faults, clock, random, lose });
    const { caller, side } = benchCaller(
      {
        clock,
        call: () => call,
        outcome: () => outcome,
        calls: () => entries.filter(({ handle }) => handle === call.handle).map(callLogLine),
        send: (bytes) => {
          if (isUp) toModule(bytes, (arrived) => isUp && call.received(arrived));
        },
        hangUp: lose,
      },
      callerOptions,
    );
    const line: SecurityLine = {
      deviceName,
      kind,
      write: (bytes, written) =>
        toCaller(bytes, (arrived) => {
          if (isUp) side.received(arrived);
          written();
        }),
      hangUp: () => {
        isUp = false;
        side.lost();
      },
    };
    const call = host.answer(line, (ended) => {
      outcome = ended;
      const goesOn = ended.kind === "success" || ended.kind === "no dialog";
      if (goesOn) toCaller(Uint8Array.of(pppFlag), (arrived) => side.received(arrived));
    });
    side.connected();
    await clock.advanceAsync(0);
    return caller;
  }

  return {
    clock,
    log,
    get calls() {
      return entries.map((entry) => `${entry.deviceName} ${callLogLine(entry)}`);
    },
    dial,
    async stop() {
      const stopping = host.stop();
      let stopped = false;
      const done = stopping.then(() => {
        stopped = true;
      });
      while (!stopped) await clock.advanceAsync(100);
      await done;
    },
  };
}
