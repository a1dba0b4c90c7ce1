import type { AccountSource, ScryptVerifier } from "@sallyport/accounts";
import type { Answer, ReceivedRequest } from "@sallyport/radius";
import { revealUserPassword } from "@sallyport/radius";
import { type Clock, isThenable, type Log, type Milliseconds, type Random } from "@sallyport/runtime";
import { responseAnswer } from "./answer.ts";
import { Audit, type AuditOptions } from "./audit/audit.ts";
import { watchedAccounts } from "./audit/watched-accounts.ts";
import { ChallengeTable } from "./challenge/challenge-table.ts";
import type { EapService } from "./eap/eap-service.ts";
import { eventSource, NpsEvent } from "./events.ts";
import { ExtensionHost } from "./host/extension-host.ts";
import type { NpsExtension } from "./host/load-extension.ts";
import { defaultDomainName } from "./identity.ts";
import { AccountLockout, type AccountLockoutOptions } from "./lockout/account-lockout.ts";
import type { AccountingLog } from "./pipeline/accounting-log.ts";
import { accessPipeline, accountingPipeline, runPipeline } from "./pipeline/pipeline.ts";
import { challengeOverflowReport, pipelineReports } from "./pipeline/reports.ts";
import {
  type ChangePassword,
  type Compatibility,
  type Disposition,
  discard,
  type PipelineContext,
  type RemoteServers,
} from "./pipeline/stage.ts";
import {
  type ConnectionRequestPolicy,
  defaultConnectionRequestPolicy,
  defaultNetworkPolicy,
  type NetworkPolicy,
} from "./policies/policy.ts";
import { prepareConnectionRequestPolicies, prepareNetworkPolicies } from "./policies/prepared-policy.ts";
import { Reason } from "./reason.ts";
import { finalReason, NpsRequest } from "./request.ts";
import { RequestTrace } from "./trace/request-trace.ts";

export interface NpsOptions {
  readonly extensions?: {
    /** ExtensionDLLs: called at the authentication point, in order. */
    readonly authentication?: readonly NpsExtension[];
    /** AuthorizationDLLs: called at the authorization point, in order. */
    readonly authorization?: readonly NpsExtension[];
  };
  readonly accounts: AccountSource;
  readonly accountingLog: AccountingLog;
  /** Default: everybody is authenticated here. */
  readonly connectionRequestPolicies?: readonly ConnectionRequestPolicy[];
  /** Default: every account that may dial in is admitted. */
  readonly networkPolicies?: readonly NetworkPolicy[];
  /** The NetBIOS domain of user names that carry none (NPS-70). Default {@link defaultDomainName}. */
  readonly defaultDomain?: string;
  /** Rejected at once, without policies, modules or log (NPS-81). */
  readonly pingUserName?: string | undefined;
  /** Accepts MS-CHAP, version 1, whose answers can be broken in a day. Default false; MS-CHAPv2 is always accepted. */
  readonly allowMsChap?: boolean;
  /** Verifies passwords that are kept as scrypt hash: `scryptVerifier()` of `@sallyport/accounts/node`. */
  readonly scryptVerifier?: ScryptVerifier;
  /** Stores a password that a peer has changed by MS-CHAPv2; without it, changes are refused. */
  readonly changePassword?: ChangePassword;
  /** Carries EAP inside RADIUS: `EapRadiusServer` of `@sallyport/eap-radius`. Without it, EAP is refused. */
  readonly eap?: EapService;
  readonly remoteServers?: RemoteServers;
  /** How long a module may take, in milliseconds. Default 30 000 (NPS-83). */
  readonly moduleTimeoutMs?: Milliseconds;
  /** Makes the attribute arrays of the first and second form unusable after the call, for tests of modules (NPS-14). */
  readonly revokeAttributes?: boolean;
  /** Locks accounts out after too many wrong passwords. Default: never, as on Windows. */
  readonly lockout?: AccountLockoutOptions | undefined;
  readonly challenges?: {
    /** How many may be open at once; beyond it the oldest is forgotten, with an event. Default 10 000. */
    readonly limit?: number;
    /** How long one can be answered, in milliseconds. Default 120 000. */
    readonly lifetimeMs?: Milliseconds;
  };
  readonly compatibility?: Partial<Compatibility>;
  /** Writes an event for each request that was granted, denied or discarded (6272 to 6278, NPS-89). Default: none. */
  readonly audit?: AuditOptions | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Called once for every request, when its answer is known. What it throws is logged, and changes no answer. */
  readonly onTrace?: (trace: RequestTrace) => void;
}

/**
 * The NPS pipeline: takes requests that a RADIUS receiver found valid, and gives their answers.
 *
 * @example
 * ```ts
 * const nps = new Nps({ accounts, accountingLog, clock: systemClock, random: systemRandom, log, extensions });
 * await nps.start();
 * const receiver = new RadiusReceiver({ port: "authentication", clients, clock: systemClock, handler: nps.handle });
 * ```
 */
export class Nps {
  #generation: Generation;
  /** Generations that still have requests in progress. */
  readonly #retiring = new Set<Generation>();
  #options: NpsOptions;
  readonly #challenges: ChallengeTable;
  readonly #lockout: AccountLockout | undefined;
  #audit: Audit | undefined;
  #lastId = 0;

  constructor(options: NpsOptions) {
    const { clock, random, log } = options;
    this.#options = options;
    this.#challenges = new ChallengeTable({
      clock,
      random,
      limit: options.challenges?.limit ?? 10_000,
      lifetime: options.challenges?.lifetimeMs ?? 120_000,
      onOverflow: challengeOverflowReport(log, clock),
    });
    this.#lockout = options.lockout && new AccountLockout(options.lockout, clock, log);
    this.#generation = new Generation(pipelineContext(options, this.#challenges, this.#lockout));
    this.#audit = options.audit && new Audit(options.audit, log, clock);
  }

  /**
   * Initializes every extension; to be awaited before anything listens (NPS-06).
   *
   * @throws {WindowsError} the code with which an extension prevented the start
   */
  start(): Promise<void> {
    return this.#generation.context.extensions.start();
  }

  /**
   * Goes on with other settings: what comes from now on is handled by them, what is in progress is finished under the old
   * ones. Modules that stay in the lists stay as they are; new ones are initialized first, and when that fails, nothing
   * has changed. Challenges that are open stay open; the limits of challenges, the lockout, clock, random and log stay, too.
   *
   * @returns once the new settings are in force; `retired` resolves when nothing is left of the old ones: their requests
   *   are answered and the modules that are listed no more are terminated
   * @throws {WindowsError} the code with which a new extension refused to start
   */
  async reload(changes: NpsReload): Promise<{ readonly retired: Promise<void> }> {
    const options = { ...this.#options, ...changes };
    const next = new Generation(pipelineContext(options, this.#challenges, this.#lockout));
    const previous = this.#generation;
    await next.context.extensions.start(previous.context.extensions);
    const { audit, log, clock } = options;
    if ("audit" in changes) this.#audit = audit && new Audit(audit, log, clock);
    this.#options = options;
    this.#generation = next;
    this.#retiring.add(previous);
    const retired = previous
      .drained()
      .then(() => previous.context.extensions.retire(next.context.extensions))
      .then(() => void this.#retiring.delete(previous));
    return { retired };
  }

  /** Where wrong passwords are counted, for who tries passwords by other ways than RADIUS; undefined without `lockout`. */
  get lockout(): AccountLockout | undefined {
    return this.#lockout;
  }

  /** Gives up on calls that still run, then terminates every extension. To be called when nothing listens any more. */
  async stop(): Promise<void> {
    this.#challenges.close();
    this.#lockout?.close();
    for (const { context } of this.#retiring)
      await context.extensions.retire(this.#generation.context.extensions);
    await this.#generation.context.extensions.stop();
  }

  /**
   * Answers one valid request; null means silence. Never throws and never rejects. A promise is returned only when
   * an extension, an account source or the accounting log returned one.
   */
  readonly handle = (received: ReceivedRequest): Answer | null | Promise<Answer | null> => {
    const id = ++this.#lastId;
    const trace = new RequestTrace(id, received, this.#options.clock);
    const request = new NpsRequest(received, {
      uniqueId: id >>> 0,
      trace,
      revealPassword: (hidden) =>
        revealUserPassword(hidden, received.client.secret.reveal(), received.packet.authenticator),
    });
    const answer = this.#process(request, trace);
    // A stage may have found the challenge that this request answers; identical resends share its answer.
    if (request.challenge !== undefined) this.#challenges.settle(request.challenge, answer);
    request.eap?.round.settle(answer);
    return answer;
  };

  #process(request: NpsRequest, trace: RequestTrace): Answer | null | Promise<Answer | null> {
    const generation = this.#generation;
    try {
      const stages = request.isAccess ? accessPipeline : accountingPipeline;
      const disposition = runPipeline(stages, request, generation.context);
      if (!isThenable(disposition)) return this.#finish(request, trace, disposition);
      generation.enter();
      return disposition.then(
        (settled) => {
          generation.leave();
          return this.#finish(request, trace, settled);
        },
        (error: unknown) => {
          generation.leave();
          return this.#failed(request, trace, error);
        },
      );
    } catch (error) {
      return this.#failed(request, trace, error);
    }
  }

  #finish(request: NpsRequest, trace: RequestTrace, disposition: Disposition): Answer | null {
    const silent = disposition.kind === "discard";
    const made = (): Answer | null => (silent ? null : responseAnswer(request, this.#options.random));
    const answer = disposition.kind === "repeat" ? disposition.answer : made();
    const reason = disposition.kind === "discard" ? disposition.reason : finalReason(request);
    trace.finish(answer ?? undefined, reason);
    if (this.#audit !== undefined && disposition.kind !== "repeat" && !this.#isPing(request))
      this.#audit.finished(request, answer, reason);
    this.#tellOf(trace);
    return answer;
  }

  #tellOf(trace: RequestTrace): void {
    try {
      this.#options.onTrace?.(trace);
    } catch (error) {
      this.#options.log.write({
        source: eventSource,
        id: NpsEvent.ProcessingError,
        severity: "error",
        message: "who hears of traces has failed",
        fields: { request: trace.id, error },
      });
    }
  }

  /** A ping leaves no log (NPS-81). */
  #isPing(request: NpsRequest): boolean {
    const { pingUserName } = this.#options;
    return pingUserName !== undefined && request.userName === pingUserName;
  }

  /** Something other than a module failed: an account source, or this package. */
  #failed(request: NpsRequest, trace: RequestTrace, error: unknown): null {
    this.#options.log.write({
      source: eventSource,
      id: NpsEvent.ProcessingError,
      severity: "error",
      message: `request ${request.uniqueId} was discarded: processing it failed`,
      fields: { request: request.uniqueId, client: request.received.client.name, error },
    });
    trace.step("Error", error instanceof Error ? error.message : String(error));
    this.#finish(request, trace, discard(Reason.InternalError));
    return null;
  }
}

/** What {@link Nps.reload} can change. */
export type NpsReload = Partial<Omit<NpsOptions, "challenges" | "lockout" | "clock" | "random" | "log">>;

/** The settings of a while, with the requests in progress under them. */
class Generation {
  readonly context: PipelineContext;
  #inProgress = 0;
  #drained: (() => void) | undefined;

  constructor(context: PipelineContext) {
    this.context = context;
  }

  enter(): void {
    this.#inProgress++;
  }

  leave(): void {
    if (--this.#inProgress === 0) this.#drained?.();
  }

  /** Resolves when no request is in progress; nobody enters any more. */
  drained(): Promise<void> {
    if (this.#inProgress === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#drained = resolve;
    });
  }
}

function pipelineContext(
  options: NpsOptions,
  challenges: ChallengeTable,
  lockout: AccountLockout | undefined,
): PipelineContext {
  const { clock, random, log } = options;
  const compatibility: Compatibility = {
    process2AfterReject: false,
    allowAuthorizationAccept: false,
    rawErrorCodes: false,
    littleEndianAddresses: false,
    enforceNetworkPolicyOnChallengeResponse: true,
    ...options.compatibility,
  };
  return {
    extensions: new ExtensionHost({
      authentication: options.extensions?.authentication ?? [],
      authorization: options.extensions?.authorization ?? [],
      moduleTimeoutMs: options.moduleTimeoutMs ?? 30_000,
      revokeAttributes: options.revokeAttributes ?? false,
      clock,
      random,
      log,
      readings: compatibility,
    }),
    connectionRequestPolicies: prepareConnectionRequestPolicies(
      options.connectionRequestPolicies ?? [defaultConnectionRequestPolicy],
    ),
    networkPolicies: prepareNetworkPolicies(options.networkPolicies ?? [defaultNetworkPolicy]),
    eap: options.eap,
    accounts: watchedAccounts(options.accounts, log),
    defaultDomain: options.defaultDomain ?? defaultDomainName,
    pingUserName: options.pingUserName,
    allowMsChap: options.allowMsChap ?? false,
    scryptVerifier: options.scryptVerifier,
    changePassword: options.changePassword,
    random,
    remoteServers: options.remoteServers,
    accountingLog: options.accountingLog,
    challenges,
    lockout,
    compatibility,
    clock,
    report: pipelineReports(log),
  };
}
