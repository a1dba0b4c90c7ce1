import { type AccountSettings, type AccountSource, settingsAccounts } from "@sallyport/accounts";
import {
  type EapConformance,
  EapEntryConfiguration,
  type EapMethod,
  type EapMethodRegistration,
  type EapMethodRegistry,
  type EapProvider,
  type EapUserIdentityRequest,
  type EapUserIdentityResult,
  getEapUserIdentity,
  openEapMethods,
} from "@sallyport/eap";
import { defaultDomainName } from "@sallyport/nps";
import {
  createMemoryLog,
  createSeededRandom,
  createVirtualClock,
  type MemoryLog,
  type Milliseconds,
  type VirtualClock,
} from "@sallyport/runtime";
import { accountsProvider } from "./accounts-provider.ts";
import { EapBenchSession, type EapSessionOptions } from "./eap-session.ts";
import { EapTranscript } from "./eap-transcript.ts";
import { type EapBenchUser, virtualUser } from "./eap-user.ts";
import { observedDialogs } from "./observed-method.ts";
import { Activity, type PassingTime, passUntil, passWords, ScheduledClock } from "./passing-time.ts";
import type { EapSide } from "./side.ts";

/**
 * A method as a test has it: made by `defineEapMethod`, or by a function like `md5Challenge()`; what `import * as method`
 * gives of a module with such a default export; or a ported module's entry points with its registration around them.
 */
export type BenchMethod = EapMethodRegistration | { readonly default: EapMethodRegistration };

/** What a bench consists of. What sessions may have of their own is here the default for all of them. */
export interface EapBenchOptions extends EapSessionOptions {
  /** The method on the bench, in both roles. */
  readonly method?: BenchMethod;
  /** Several: in the order in which they are offered, and preferred. */
  readonly methods?: readonly BenchMethod[];
  /** Others for one side only. */
  readonly authenticatorMethods?: readonly BenchMethod[];
  readonly peerMethods?: readonly BenchMethod[];
  /** Accounts for a provider: it verifies clear passwords and MD5-challenge answers against them. */
  readonly accounts?: readonly AccountSettings[] | AccountSource;
  /** A provider instead. */
  readonly provider?: EapProvider;
  /** Default: what a method is lent is overwritten after each call, so that a method that keeps it is found out (EAP-10). */
  readonly conformance?: EapConformance;
  /** Where the wall clock starts, milliseconds since the Unix epoch. Default: 2026-01-01T00:00:00Z. */
  readonly now?: Milliseconds;
  /** What the random numbers are derived from, a whole number. Default 1: the same in every run. */
  readonly seed?: number;
}

/** What a dialog before the connection is asked with. */
export type EapIdentityOptions = Omit<EapUserIdentityRequest, "method" | "user" | "signal"> & {
  readonly user?: EapBenchUser;
};

/** What a method's configuration dialog came to. */
export interface EapConfigured {
  /** What RasEapInvokeConfigUI returned. */
  readonly status: number;
  /** What goes to begin from now on. */
  readonly connectionData: Uint8Array | null;
  /** What happened, as lines. */
  readonly lines: readonly string[];
}

/** Methods on a bench: the real hosts of both sides with a line between them. */
export interface EapBench {
  /** Passes by itself in `connect` and `finished`; otherwise when the test says so. */
  readonly clock: VirtualClock;
  /** Every event that the hosts wrote. */
  readonly log: MemoryLog;
  /** The methods that are available: asked for their functions, and initialized. */
  methods(side: EapSide): Promise<readonly EapMethod[]>;
  /** Begins a session; what follows happens in its `until` and `finished`, or when the test moves the clock. */
  start(options?: EapSessionOptions): Promise<EapBenchSession>;
  /** Begins a session and lets time pass until both sides have ended. */
  connect(options?: EapSessionOptions): Promise<EapBenchSession>;
  /** Asks the user who he is, as is done before a connection is made; the result's `user` is for a session's `peer`. */
  identity(
    options?: EapIdentityOptions,
  ): Promise<EapUserIdentityResult & { readonly lines: readonly string[] }>;
  /** Shows the first method's configuration dialog for a phone-book entry. */
  configure(options?: {
    readonly user?: EapBenchUser;
    readonly connectionData?: Uint8Array | null;
    readonly flags?: number;
  }): Promise<EapConfigured>;
  /** Ends the sessions that still go on, and calls Initialize(FALSE). */
  stop(): Promise<void>;
}

/**
 * Puts EAP methods on a bench: the real authenticator and the real peer around them, a line between the two on which
 * packets can be lost, and virtual time.
 *
 * @throws {TypeError} without a method
 *
 * @example
 * ```ts
 * import { md5Challenge } from "@sallyport/eap";
 * import { createEapBench, drop } from "@sallyport/testbench";
 *
 * const bench = createEapBench({
 *   method: md5Challenge(),
 *   accounts: [{ name: "alice", password: "wonderland" }],
 * });
 * const session = await bench.connect({ faults: [drop({ to: "peer", nth: 2 })] });
 * session.succeeded; // true: the request was sent again
 * console.log(session.diagram());
 * ```
 */
export function createEapBench(options: EapBenchOptions): EapBench {
  const { method, methods, authenticatorMethods, peerMethods, now, seed = 1, ...rest } = options;
  const { accounts, provider, conformance = { overwriteBuffers: true }, ...defaults } = rest;
  const both = [...(method === undefined ? [] : [method]), ...(methods ?? [])].map(registration);
  if (both.length === 0 && authenticatorMethods === undefined && peerMethods === undefined) {
    throw new TypeError("a bench needs a method");
  }
  const clock = createVirtualClock({ now: now ?? Date.UTC(2026, 0, 1) });
  const log = createMemoryLog();
  const schedule = new ScheduledClock(clock);
  const time: PassingTime = {
    clock,
    schedule,
    methodSchedule: new ScheduledClock(clock),
    activity: new Activity(),
  };
  const shared = { clock: schedule, log, conformance };
  const known =
    accounts &&
    (isAccountSource(accounts) ? accounts : settingsAccounts(accounts, { defaultDomain: defaultDomainName }));
  const verifier = provider ?? (known && accountsProvider(known, schedule));
  const authenticator = {
    ...shared,
    random: createSeededRandom(seed),
    ...(verifier && { provider: verifier }),
  };
  // A stream of its own: what one side draws does not depend on the other.
  const peer = { ...shared, random: createSeededRandom(seed + 1) };
  const sessions = new Set<EapBenchSession>();

  const open = (own: readonly BenchMethod[]): Promise<EapMethodRegistry> =>
    openEapMethods(own.map(registration), { log });
  let opened: Promise<Record<EapSide, EapMethodRegistry>> | undefined;
  const registries = (): Promise<Record<EapSide, EapMethodRegistry>> => (opened ??= openAll());
  async function openAll(): Promise<Record<EapSide, EapMethodRegistry>> {
    const common = await open(both);
    return {
      authenticator: authenticatorMethods === undefined ? common : await open(authenticatorMethods),
      peer: peerMethods === undefined ? common : await open(peerMethods),
    };
  }

  const usable = async (side: EapSide): Promise<readonly EapMethod[]> =>
    (await registries())[side].usable({ role: side });
  async function begin(own: EapSessionOptions): Promise<EapBenchSession> {
    const available = { authenticator: await usable("authenticator"), peer: await usable("peer") };
    const session = new EapBenchSession(
      { ...time, authenticator, peer, methods: available },
      { ...defaults, ...own },
    );
    sessions.add(session);
    return session;
  }

  /** A dialog outside of any session, with a user in front of it. */
  async function dialog<Result>(
    user: EapBenchUser | undefined,
    show: (
      method: EapMethod | undefined,
      person: ReturnType<typeof virtualUser> | undefined,
    ) => Promise<Result>,
  ): Promise<{ readonly result: Result; readonly lines: readonly string[] }> {
    const [first] = await usable("peer");
    const transcript = new EapTranscript(() => clock.monotonic());
    const person = user && virtualUser(user, { clock: schedule, transcript, activity: time.activity });
    // The dialog as a whole counts as work below: its calls must not count again.
    const observer = { side: "peer", transcript, activity: new Activity() } as const;
    const observed = first && { ...first, registration: withObservedDialogs(first.registration, observer) };
    let settled = false;
    const shown = show(observed, person).finally(() => (settled = true));
    void time.activity.track(shown);
    const came = await passUntil(time, () => settled, dialogLimit);
    const lines = transcript.entries.map(({ text }) => text);
    if (came !== "happened") throw new Error(`${passWords(came, dialogLimit)}\n${lines.join("\n")}`);
    return { result: await shown, lines };
  }

  return {
    clock,
    log,
    methods: usable,
    async start(own = {}) {
      const session = await begin(own);
      await clock.advanceAsync(0);
      return session;
    },
    connect: async (own = {}) => (await begin(own)).finished(),
    async identity({ user, ...request } = {}) {
      const { result, lines } = await dialog(user, (first, person) =>
        getEapUserIdentity({ ...request, method: first, ...(person && { user: person }) }),
      );
      return { ...result, lines };
    },
    async configure({ user, connectionData = null, flags = 0 } = {}) {
      const { result, lines } = await dialog(user, async (first, person) => {
        if (first === undefined) throw new TypeError("no method is available to the peer");
        const entry = new EapEntryConfiguration(first, connectionData, { flags });
        const status = await entry.configure(person);
        return { status, connectionData: entry.connectionData };
      });
      return { ...result, lines };
    },
    async stop() {
      for (const session of sessions) await session.disconnect();
      sessions.clear();
      if (opened === undefined) return;
      for (const registry of new Set(Object.values(await opened))) await registry.close();
    },
  };
}

/** How long a user may take for a dialog before a connection: a day. */
const dialogLimit = 86_400_000;

function registration(method: BenchMethod): EapMethodRegistration {
  return "default" in method ? method.default : method;
}

function withObservedDialogs(
  registered: EapMethodRegistration,
  observer: Parameters<typeof observedDialogs>[1],
): EapMethodRegistration {
  const { identity, configUI } = registered;
  return {
    ...registered,
    ...(identity && { identity: observedDialogs(identity, observer) }),
    ...(configUI && { configUI: observedDialogs(configUI, observer) }),
  };
}

function isAccountSource(accounts: readonly AccountSettings[] | AccountSource): accounts is AccountSource {
  return !Array.isArray(accounts);
}
