import { Secret } from "@sallyport/crypto";
import {
  type Clock,
  type Log,
  type Milliseconds,
  type Random,
  silentLog,
  systemRandom,
} from "@sallyport/runtime";
import type { PeerIdentity } from "../contract/attributes.ts";
import type { SecurityPackage } from "../contract/security-package.ts";
import { HandleTable } from "../handles/handle-table.ts";
import { backgroundClock } from "../node/background-clock.ts";
import { createIdentityScope, type IdentityScope } from "../node/identity-scope.ts";
import { processWarning } from "../node/process-warning.ts";
import type { ContextEntry } from "./context-entry.ts";
import type { CredentialEntry } from "./credential-entry.ts";
import type { Operation } from "./operation.ts";

/** How much of everything there may be at one time. */
export interface SspiLimits {
  /** Async contexts; SspiCreateAsyncContext returns null beyond it. Default 100 000. */
  readonly asyncContexts: number;
  /** Calls queued and running; queueing beyond it is SEC_E_INSUFFICIENT_MEMORY. Default 100 000. */
  readonly pendingCalls: number;
  /** Security contexts; a handshake beyond it ends with SEC_E_INSUFFICIENT_MEMORY. Default 100 000. */
  readonly contexts: number;
  /** Credentials; acquiring beyond it ends with SEC_E_INSUFFICIENT_MEMORY. Default 10 000. */
  readonly credentials: number;
}

/** Something in the program that wants to be put right. Each is told once a provider. */
export type SspiWarning = "SSPI_FREED_WHILE_PENDING" | "SSPI_CONTEXT_NOT_DELETED" | "SSPI_INPUT_CHANGED";

/** What a provider is made of. Everything but the packages has a default. */
export interface SspiProviderOptions {
  /** The security packages, in the order in which they are enumerated. */
  readonly packages: readonly SecurityPackage[];
  /** Names of packages in that list that this provider shall not have (SSPI-98). */
  readonly exclude?: readonly string[];
  /** Default: the clock of the computer, whose timers do not keep the process alive. */
  readonly clock?: Clock;
  /** Default: the cryptographic random numbers of the system. */
  readonly random?: Random;
  /** Where packages that fail are told of. Default: nowhere. */
  readonly log?: Log;
  /** The environment variables that packages may see, `process.env` for all. Default: none (SSPI-106). */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly limits?: Partial<SspiLimits>;
  /** How long a package may leave a call unanswered that has no deadline of its own. Default 120 000; Infinity for ever. */
  readonly operationTimeoutMs?: Milliseconds;
  /** Copies input when a call is queued, and warns when the caller changes it before the call has begun (SSPI-07). */
  readonly debug?: boolean;
  /** Default: a warning of the process. */
  readonly warn?: (code: SspiWarning, message: string) => void;
  /**
   * Called by ImpersonateSecurityContext; what it returns is called by RevertSecurityContext. Absent:
   * SEC_E_NO_IMPERSONATION (SSPI-99).
   */
  readonly impersonate?: (identity: PeerIdentity) => (() => void) | undefined;
  /** 32 bytes that exported contexts are sealed with. Default: random, so that only this provider can import them. */
  readonly exportKey?: Uint8Array | Secret;
  /** The machine that exported contexts are bound to. Default: the name of the computer; the same text everywhere lifts the bond. */
  readonly exportMachine?: string;
}

/** What all functions of one provider share. */
export class Core {
  readonly packages: readonly SecurityPackage[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly limits: SspiLimits;
  readonly operationTimeoutMs: Milliseconds;
  readonly debug: boolean;
  readonly impersonate: SspiProviderOptions["impersonate"];
  readonly exportMachine: string | undefined;
  readonly credentials: HandleTable<CredentialEntry>;
  readonly contexts: HandleTable<ContextEntry>;
  readonly pending: Set<Operation<unknown>> = new Set();
  /** What FreeContextBuffer accepts. */
  readonly allocated: WeakSet<object> = new WeakSet();
  readonly impersonation: IdentityScope<Impersonation> = createIdentityScope();
  asyncContexts = 0;
  stopping = false;
  readonly #byName = new Map<string, SecurityPackage>();
  readonly #warn: (code: SspiWarning, message: string) => void;
  readonly #warned = new Set<SspiWarning>();
  #exportKey: Secret | undefined;

  constructor(options: SspiProviderOptions) {
    this.packages = chosen(options);
    for (const securityPackage of this.packages) this.#register(securityPackage);
    this.clock = options.clock ?? backgroundClock;
    this.random = options.random ?? systemRandom;
    this.log = options.log ?? silentLog;
    this.environment = options.environment ?? nothing;
    this.limits = checkedLimits(options.limits ?? {});
    this.operationTimeoutMs = options.operationTimeoutMs ?? 120_000;
    if (!(this.operationTimeoutMs > 0)) {
      throw new RangeError(`operationTimeoutMs must be more than 0, not ${this.operationTimeoutMs}`);
    }
    this.debug = options.debug ?? false;
    this.impersonate = options.impersonate;
    this.exportMachine = options.exportMachine;
    this.#exportKey = givenKey(options.exportKey);
    this.#warn = options.warn ?? processWarning;
    this.credentials = new HandleTable(this.limits.credentials);
    this.contexts = new HandleTable(this.limits.contexts);
  }

  /** The package of a name, whatever its case (SSPI-32). */
  find(name: string): SecurityPackage | undefined {
    return this.#byName.get(name.toLowerCase());
  }

  /** The key of exported contexts; made when it is needed first. */
  exportKey(): Uint8Array {
    this.#exportKey ??= new Secret(this.random(32));
    return this.#exportKey.reveal();
  }

  warn(code: SspiWarning, message: string): void {
    if (this.#warned.has(code)) return;
    this.#warned.add(code);
    this.#warn(code, message);
  }

  /** A package did what it must not: told to the log, since nobody waits for an answer here. */
  complain(what: string, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.log.write({ source: "SSPI", id: 1, severity: "error", message: `${what}: ${message}` });
  }

  #register(securityPackage: SecurityPackage): void {
    for (const name of [securityPackage.info.name, ...(securityPackage.aliases ?? [])]) {
      const key = name.toLowerCase();
      if (this.#byName.has(key)) throw new TypeError(`packages: two are called "${name}"`);
      this.#byName.set(key, securityPackage);
    }
  }
}

/** An identity that the program has taken on, and how to give it back. */
export interface Impersonation {
  readonly entry: ContextEntry;
  readonly identity: PeerIdentity;
  readonly revert: (() => void) | undefined;
  readonly outer: Impersonation | undefined;
}

const nothing: Readonly<Record<string, string | undefined>> = Object.freeze({});

function chosen({ packages, exclude = [] }: SspiProviderOptions): readonly SecurityPackage[] {
  const unwanted = new Set(exclude.map((name) => name.toLowerCase()));
  return packages.filter(({ info }) => !unwanted.has(info.name.toLowerCase()));
}

function checkedLimits(given: Partial<SspiLimits>): SspiLimits {
  const limits = {
    asyncContexts: 100_000,
    pendingCalls: 100_000,
    contexts: 100_000,
    credentials: 10_000,
    ...given,
  };
  for (const [name, value] of Object.entries(limits)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(`limits.${name} must be a whole number of at least 1, not ${value}`);
    }
  }
  return limits;
}

function givenKey(key: Uint8Array | Secret | undefined): Secret | undefined {
  if (key === undefined) return undefined;
  const secret = key instanceof Secret ? key : new Secret(key);
  if (secret.length !== 32) throw new RangeError(`exportKey must have 32 bytes, not ${secret.length}`);
  return secret;
}
