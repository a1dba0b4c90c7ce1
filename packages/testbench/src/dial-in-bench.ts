import { type AccountSettings, settingsAccounts } from "@sallyport/accounts";
import type { EapMethod } from "@sallyport/eap";
import {
  AddressPool,
  type PingResult,
  type PppAuthenticationProtocol,
  type PppCallerCredentials,
  type PppConnection,
  type PppLinkSettings,
} from "@sallyport/ppp";
import {
  type AccountingRecord,
  callDiagram,
  callTraceLine,
  type DialerEnd,
  type DialerTraceEntry,
  RasConnectionManager,
  RasDialer,
  type RasProvider,
  windowsProvider,
} from "@sallyport/ras";
import {
  adminModule,
  type CallerStep,
  type RasAdminModule,
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
import { faultyLine, type LineFaults } from "./bench-line.ts";
import { accountsProvider } from "./eap/accounts-provider.ts";

/** What the server on the bench consists of. */
export interface DialInBenchOptions {
  /** The security module; without one, calls go straight to PPP. */
  readonly module?: RasSecurityModule | { readonly default: RasSecurityModule };
  /** Reaches the module as `port.settings`. */
  readonly settings?: unknown;
  readonly adminModules?: readonly RasAdminModule[];
  /** Whom the Windows provider knows. Default: alice, whose password is wonderland. */
  readonly accounts?: readonly AccountSettings[];
  /** In the place of the Windows provider. */
  readonly provider?: RasProvider;
  /** In the order in which callers are asked for them. Default: MS-CHAPv2, CHAP; EAP first where there are methods. */
  readonly protocols?: readonly PppAuthenticationProtocol[];
  /** As authenticators: from `openEapMethods`. */
  readonly eapMethods?: readonly EapMethod[];
  /** Default: 10.99.0.2 to 10.99.0.254, this side 10.99.0.1. */
  readonly addresses?: { readonly first: string; readonly last: string; readonly local: string };
  readonly ppp?: PppLinkSettings;
  /** Where the wall clock starts, milliseconds since the Unix epoch. Default: 2026-01-01T00:00:00Z. */
  readonly now?: Milliseconds;
  /** What random numbers and the faults of lines are derived from. Default 1: the same in every run. */
  readonly seed?: number;
}

/** How somebody dials in. */
export interface BenchDialIn {
  /** Answers the dialog. */
  readonly script?: readonly CallerStep[];
  /** Who the caller is for PPP. Default: alice, whose password is wonderland. */
  readonly credentials?: PppCallerCredentials;
  readonly faults?: LineFaults;
}

/** A caller who has dialled in. All waiting is virtual. */
export interface BenchConnection {
  /** What the server sent before PPP. */
  readonly screen: string;
  /** RASCONNSTATE of the caller's side. */
  readonly state: number;
  /** What the two sides agreed on; undefined while the network is not up. */
  readonly connection: PppConnection | undefined;
  /** How it ended for the caller; undefined while it has not. */
  readonly end: DialerEnd | undefined;
  /** The server's trace of the call, in the words of Windows. */
  readonly steps: readonly string[];
  /** The call as a ladder diagram. */
  diagram(): string;
  /**
   * Waits for the network.
   *
   * @throws {Error} with the end and the trace, when it does not come up
   */
  up(): Promise<PppConnection>;
  /** Sends an echo request to the server. */
  ping(): Promise<PingResult>;
  /** Hangs up in order, and waits for the end. */
  hangUp(): Promise<DialerEnd>;
  /** The line is lost, without a word. */
  cut(): Promise<void>;
}

/** A RAS server on a bench, with callers who go on to PPP. */
export interface DialInBench {
  /** Stands still until the test, or something that a caller waits for, moves it. */
  readonly clock: VirtualClock;
  readonly log: MemoryLog;
  /** The accounting records of the Windows provider. */
  readonly accounting: readonly AccountingRecord[];
  dial(options?: BenchDialIn): Promise<BenchConnection>;
  stop(): Promise<void>;
}

/** How far the clock is moved while something is waited for, and for how long at most, in virtual milliseconds. */
const step: Milliseconds = 100;
const patience: Milliseconds = 300_000;

/**
 * Puts a whole RAS server on a bench: security module, PPP, accounts, EAP methods, admin modules, with virtual time and lines that
 * fail as told. No sockets.
 *
 * @throws {WindowsError} when a module lacks an entry point, or prevents the start
 *
 * @example
 * ```ts
 * const bench = await createDialInBench({ module: await import("./my-dialog.ts") });
 * const caller = await bench.dial({ script: [{ expect: "Username: ", send: "alice\r" }] });
 * const { local } = await caller.up(); // "10.99.0.2"
 * await caller.ping(); // { kind: "reply", ... }
 * await caller.hangUp();
 * console.log(caller.steps.join("\n"));
 * ```
 */
export async function createDialInBench(options: DialInBenchOptions = {}): Promise<DialInBench> {
  const { module, settings, adminModules = [], eapMethods, ppp, now, seed = 1 } = options;
  const clock = createVirtualClock({ now: now ?? Date.UTC(2026, 0, 1) });
  const log = createMemoryLog();
  const random = createSeededRandom(seed);
  const accounting: AccountingRecord[] = [];
  const accounts = settingsAccounts(options.accounts ?? [{ name: "alice", password: "wonderland" }]);
  const provider =
    options.provider ??
    windowsProvider({
      accounts,
      clock,
      eapProvider: accountsProvider(accounts, clock),
      ...(eapMethods !== undefined && { eapMethods }),
      account: (record) => void accounting.push(record),
    });
  const manager = new RasConnectionManager({
    security: { module: module && securityModule(module, { name: "security-module", settings }) },
    adminModules: adminModules.map((admin, index) => adminModule(admin, { name: `admin-${index + 1}` })),
    clock,
    random,
    log,
  });
  await manager.start();
  const own: readonly PppAuthenticationProtocol[] = ["MS-CHAPv2", "CHAP"];
  const service = {
    provider,
    protocols: options.protocols ?? (eapMethods === undefined ? own : ["EAP" as const, ...own]),
    addresses: new AddressPool(
      options.addresses ?? { first: "10.99.0.2", last: "10.99.0.254", local: "10.99.0.1" },
    ),
    ppp,
  };
  let lines = 0;

  async function until<Value>(found: () => Value | undefined): Promise<Value | undefined> {
    for (let waited = 0; waited < patience; waited += step) {
      const value = found();
      if (value !== undefined) return value;
      await clock.advanceAsync(step);
    }
    return found();
  }

  async function dial({ script = [], credentials, faults = {} }: BenchDialIn = {}): Promise<BenchConnection> {
    const entries: DialerTraceEntry[] = [];
    let screen = "";
    let connection: PppConnection | undefined;
    let end: DialerEnd | undefined;
    let isUp = true;
    const lose = (): void => {
      if (!isUp) return;
      isUp = false;
      call.lost();
      dialer.lost();
    };
    const { toModule, toCaller } = faultyLine({ faults, clock, random, lose });
    const dialer = new RasDialer({
      clock,
      random,
      log,
      script,
      pausedStates: script.length > 0,
      credentials: credentials ?? {
        userName: "alice",
        password: "wonderland",
        ...(eapMethods !== undefined && { eap: { methods: eapMethods } }),
      },
      send: (octets) => {
        if (isUp) toModule(octets, (arrived) => isUp && call.received(arrived));
      },
      hangUp: () => void clock.after(0, lose),
      events: {
        text: (bytes) => {
          screen += new TextDecoder("latin1").decode(bytes);
        },
        trace: (entry) => void entries.push(entry),
        connected: (agreed) => {
          connection = agreed;
        },
        ended: (how) => {
          end = how;
        },
      },
    });
    const deviceName = `COM${++lines}`;
    const line: SecurityLine = {
      deviceName,
      kind: "async",
      write: (octets, written) =>
        toCaller(octets, (arrived) => {
          if (isUp) dialer.received(arrived);
          written();
        }),
      hangUp: () => void clock.after(0, lose),
    };
    const call = manager.answer(line, service, { from: deviceName });
    dialer.connected();
    await clock.advanceAsync(0);
    const steps = (): string[] => call.trace.entries.map(callTraceLine);
    return {
      get screen() {
        return screen;
      },
      get state() {
        return dialer.state;
      },
      get connection() {
        return connection;
      },
      get end() {
        return end;
      },
      get steps() {
        return steps();
      },
      diagram: () => callDiagram(entries, { server: deviceName }),
      async up() {
        await until(() => connection ?? end);
        if (connection !== undefined) return connection;
        throw new Error(`not connected: ${end?.reason ?? "no answer"}\n${steps().join("\n")}`);
      },
      async ping() {
        let result: PingResult | undefined;
        void dialer.ping().then((found) => {
          result = found;
        });
        return (await until(() => result)) ?? { kind: "no-reply" };
      },
      async hangUp() {
        dialer.hangUp();
        const ended = await until(() => end);
        await clock.advanceAsync(step);
        if (ended === undefined) throw new Error("the call does not end");
        return ended;
      },
      async cut() {
        lose();
        await clock.advanceAsync(0);
      },
    };
  }

  return {
    clock,
    log,
    accounting,
    dial,
    async stop() {
      let stopped: true | undefined;
      void manager.stop().then(() => {
        stopped = true;
      });
      await until(() => stopped);
    },
  };
}
