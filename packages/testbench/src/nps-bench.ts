import { type AccountSettings, type AccountSource, settingsAccounts } from "@sallyport/accounts";
import {
  type AccountingLog,
  type AccountingRecord,
  type ConnectionRequestPolicy,
  defaultDomainName,
  type NetworkPolicy,
  Nps,
  type NpsOptions,
  type RequestTrace,
} from "@sallyport/nps";
import { type AttributeInput, RadiusCode, type ReceivedRequest } from "@sallyport/radius";
import {
  createMemoryLog,
  createSeededRandom,
  createVirtualClock,
  type MemoryLog,
  type Milliseconds,
  type VirtualClock,
} from "@sallyport/runtime";
import { type BenchAnswer, benchAnswer } from "./bench-answer.ts";
import { type BenchExtension, extensionLists } from "./bench-extension.ts";
import { type BenchSender, createRequestMaker, withoutCredentials } from "./bench-request.ts";

/** What the server on the bench consists of; everything else is as {@link NpsOptions} has it. */
export interface NpsBenchOptions
  extends Partial<
    Omit<
      NpsOptions,
      "extensions" | "accounts" | "connectionRequestPolicies" | "networkPolicies" | "clock" | "random" | "log"
    >
  > {
  readonly extensions?: {
    /** ExtensionDLLs, in order. */
    readonly authentication?: readonly BenchExtension[];
    /** AuthorizationDLLs, in order. */
    readonly authorization?: readonly BenchExtension[];
  };
  readonly policies?: {
    /** Default: everybody is authenticated here. */
    readonly connectionRequest?: readonly ConnectionRequestPolicy[];
    /** Default: every account that may dial in is admitted. */
    readonly network?: readonly NetworkPolicy[];
  };
  /** Accounts as settings have them, or a source of accounts. */
  readonly accounts: readonly AccountSettings[] | AccountSource;
  /** Default: one that records everything. Whatever it does, its records are in {@link NpsBench.records} as well. */
  readonly accountingLog?: AccountingLog;
  /** Where the wall clock starts, milliseconds since the Unix epoch. Default: 2026-01-01T00:00:00Z. */
  readonly now?: Milliseconds;
  /** What the random numbers are derived from, a whole number. Default 1: the same in every run. */
  readonly seed?: number;
  /** Default true: an array that a module of the first or second form keeps beyond its call fails when it is used. */
  readonly revokeAttributes?: boolean;
}

/** A server on a bench: requests go in, and come back as what an observer could see. */
export interface NpsBench {
  /** Stands still until the test moves it: `await bench.clock.advanceAsync(30_000)`. */
  readonly clock: VirtualClock;
  /** Every event that the server and its modules wrote. */
  readonly log: MemoryLog;
  /** Every accounting record, oldest first. */
  readonly records: readonly AccountingRecord[];
  /**
   * Initializes the modules. The first request does the same.
   *
   * @throws {WindowsError} the code with which a module prevented the start
   */
  start(): Promise<void>;
  /** Sends an Access-Request with exactly these attributes; `User-Password` is given in clear. */
  access(attributes: AttributeInput, sender?: BenchSender): Promise<BenchAnswer>;
  /** Sends an Accounting-Request. */
  accounting(attributes: AttributeInput, sender?: BenchSender): Promise<BenchAnswer>;
  /**
   * Sends the next leg of a dialogue: the request that was challenged, from the same access server, without its
   * credentials and with the State of the challenge. `attributes` are added, or replace what has the same name.
   *
   * @throws {TypeError} when `challenge` is no Access-Challenge of this bench
   */
  answer(challenge: BenchAnswer, attributes: AttributeInput, sender?: BenchSender): Promise<BenchAnswer>;
  /** Aborts the calls that still run and terminates the modules. */
  stop(): Promise<void>;
}

/**
 * Puts extensions on a bench: the real pipeline with virtual time, numbers that are random only in looks, and no
 * sockets.
 *
 * @throws {WindowsError} when a module offers no entry point that can be called, as when a server loads it
 *
 * @example
 * ```ts
 * const bench = createNpsBench({
 *   extensions: { authentication: [{ module: await import("./my-extension.ts"), settings: { limit: 3 } }] },
 *   accounts: [{ name: "alice", password: "wonderland" }],
 * });
 * const answer = await bench.access({ "User-Name": "alice", "User-Password": "wonderland" });
 * answer.codeName; // "Access-Accept"
 * ```
 */
export function createNpsBench(options: NpsBenchOptions): NpsBench {
  const { extensions, policies, accounts, accountingLog, now, seed = 1, onTrace, ...rest } = options;
  const clock = createVirtualClock({ now: now ?? Date.UTC(2026, 0, 1) });
  const log = createMemoryLog();
  const records: AccountingRecord[] = [];
  const traces = new WeakMap<ReceivedRequest, RequestTrace>();
  const dialogues = new WeakMap<BenchAnswer, { attributes: AttributeInput; sender: BenchSender }>();

  const nps = new Nps({
    revokeAttributes: true,
    ...rest,
    extensions: extensionLists({
      authentication: extensions?.authentication ?? [],
      authorization: extensions?.authorization ?? [],
    }),
    ...(policies?.connectionRequest && { connectionRequestPolicies: policies.connectionRequest }),
    ...(policies?.network && { networkPolicies: policies.network }),
    accounts: isAccountSource(accounts)
      ? accounts
      : settingsAccounts(accounts, { defaultDomain: rest.defaultDomain ?? defaultDomainName }),
    accountingLog: {
      recordsAuthentication: accountingLog?.recordsAuthentication ?? true,
      write(record) {
        records.push(record);
        return accountingLog?.write(record);
      },
    },
    clock,
    random: createSeededRandom(seed),
    log,
    onTrace(trace) {
      traces.set(trace.received, trace);
      onTrace?.(trace);
    },
  });
  // A stream of its own: what the modules draw does not depend on how many requests there were.
  const makeRequest = createRequestMaker(clock, createSeededRandom(seed + 1));

  let started: Promise<void> | undefined;
  const start = (): Promise<void> => (started ??= nps.start());

  async function send(
    code: RadiusCode,
    attributes: AttributeInput,
    sender: BenchSender,
  ): Promise<BenchAnswer> {
    await start();
    const request = makeRequest(code, attributes, sender);
    const answer = await nps.handle(request);
    const trace = traces.get(request);
    if (trace === undefined) throw new Error("the pipeline ended without a trace");
    const readable = benchAnswer(answer, trace.toJSON());
    dialogues.set(readable, { attributes, sender });
    return readable;
  }

  return {
    clock,
    log,
    records,
    start,
    access: (attributes, sender = {}) => send(RadiusCode.AccessRequest, attributes, sender),
    accounting: (attributes, sender = {}) => send(RadiusCode.AccountingRequest, attributes, sender),
    async answer(challenge, attributes, sender) {
      const asked = dialogues.get(challenge);
      if (asked === undefined) throw new TypeError("this answer was not given by this bench");
      if (challenge.code !== RadiusCode.AccessChallenge) {
        throw new TypeError(`only an Access-Challenge is answered, this is ${challenge.codeName}`);
      }
      const state = challenge.octets("State");
      const repeated = { ...withoutCredentials(asked.attributes), ...(state && { State: state }) };
      return send(RadiusCode.AccessRequest, { ...repeated, ...attributes }, { ...asked.sender, ...sender });
    },
    stop: () => nps.stop(),
  };
}

function isAccountSource(accounts: NpsBenchOptions["accounts"]): accounts is AccountSource {
  return !Array.isArray(accounts);
}
