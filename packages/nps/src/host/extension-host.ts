import { WindowsError } from "@sallyport/errors";
import { NO_ERROR } from "@sallyport/errors/win32";
import { type Clock, isThenable, type Log, type Milliseconds, type Random } from "@sallyport/runtime";
import type { RadiusAttributes } from "../contract/attribute.ts";
import { repAuthentication, repAuthorization } from "../contract/constants.ts";
import type { ContractReadings, ExtensionLog } from "../contract/extension-module.ts";
import { eventSource, NpsEvent } from "../events.ts";
import { messageOf, type NpsExtension } from "./load-extension.ts";
import { ModuleCrash } from "./module-crash.ts";
import { RunningCall } from "./running-call.ts";

export interface ExtensionHostOptions {
  /** ExtensionDLLs, in order. */
  readonly authentication: readonly NpsExtension[];
  /** AuthorizationDLLs, in order. */
  readonly authorization: readonly NpsExtension[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** How long a call may stay unanswered (NPS-83). */
  readonly moduleTimeoutMs: Milliseconds;
  /** Whether attribute arrays become unusable when their call has ended (NPS-14). */
  readonly revokeAttributes: boolean;
  /** Told to the modules. */
  readonly readings: ContractReadings;
}

/** Why a call counts as an error return. */
export interface CallFailure {
  readonly why: "error code" | "exception" | "timeout" | "nonsense" | "stopping" | "crash";
  /** The status number, where the module gave one. */
  readonly code: number | undefined;
  readonly message: string;
  readonly error?: unknown;
}

/** Performs the calls into modules: start and stop in order, status numbers, exceptions, time-outs, cancellation. */
export class ExtensionHost {
  /** Both lists are taken when the host is made; later changes of the arrays have no effect (NPS-11). */
  readonly authentication: readonly NpsExtension[];
  readonly authorization: readonly NpsExtension[];
  readonly #options: ExtensionHostOptions;
  readonly #logs = new Map<string, ExtensionLog>();
  readonly #running = new Set<RunningCall>();
  #initialized: NpsExtension[] = [];

  constructor(options: ExtensionHostOptions) {
    this.#options = options;
    this.authentication = [...options.authentication];
    this.authorization = [...options.authorization];
  }

  /**
   * Calls `RadiusExtensionInit` of every module, once each, in list order (NPS-05, NPS-06, NPS-08).
   *
   * @param previous the host that this one follows: modules that it has initialized are taken over as they are
   * @throws {WindowsError} the code that a module returned; those initialized here were terminated, last first
   */
  async start(previous?: ExtensionHost): Promise<void> {
    const known = new Set((previous === undefined ? [] : previous.#initialized).map(({ module }) => module));
    const takenOver = this.#distinct().filter(({ module }) => known.has(module));
    for (const extension of this.#distinct()) {
      this.#warnOfMissingPoints(extension);
      if (known.has(extension.module)) continue;
      const failure = await this.#init(extension);
      if (failure === undefined) {
        this.#initialized.push(extension);
        continue;
      }
      this.#options.log.write({
        source: eventSource,
        id: NpsEvent.ProcessingError,
        severity: "error",
        message: `extension ${extension.name} prevented the start: ${failure.message}`,
        fields: { extension: extension.name, code: failure.code },
      });
      await this.stop();
      throw new WindowsError(failure.code ?? 0, {
        space: "win32",
        message: `extension ${extension.name}: RadiusExtensionInit ${failure.message}`,
        cause: failure.error,
      });
    }
    this.#initialized.unshift(...takenOver);
  }

  /** Calls `RadiusExtensionTerm` of the modules that the host which follows has not taken over, last first. */
  async retire(successor: ExtensionHost): Promise<void> {
    const kept = new Set(successor.#initialized.map(({ module }) => module));
    this.#initialized = this.#initialized.filter(({ module }) => !kept.has(module));
    await this.stop();
  }

  /**
   * Aborts the calls that still run and calls `RadiusExtensionTerm` of every initialized module, last first. One that throws
   * or never ends does not keep the others from being called.
   */
  async stop(): Promise<void> {
    for (const call of this.#running) call.abort(new Error("the server is stopping"));
    for (const extension of this.#initialized.splice(0).reverse()) {
      const failure = await this.#term(extension);
      if (failure !== undefined) this.logOf(extension).warning(`RadiusExtensionTerm ${failure.message}`);
    }
  }

  /**
   * Runs one entry point. Undefined means that it returned NO_ERROR; a promise is returned only when the module
   * returned one.
   */
  run(
    extension: NpsExtension,
    call: RunningCall,
    entryPoint: () => unknown,
  ): CallFailure | undefined | Promise<CallFailure | undefined> {
    let returned: unknown;
    try {
      returned = entryPoint();
    } catch (error) {
      call.end();
      return thrown(error);
    }
    if (isThenable(returned)) return this.#settle(extension, call, returned);
    call.end();
    return statusOf(returned);
  }

  /** Hands an attribute array to a module, until it is taken back (NPS-14). */
  lend(attributes: RadiusAttributes): { readonly attributes: RadiusAttributes; takeBack(): void } {
    if (!this.#options.revokeAttributes) return { attributes, takeBack: keep };
    const { proxy, revoke } = Proxy.revocable(attributes, {});
    return { attributes: proxy, takeBack: revoke };
  }

  /** The log that a module writes to: events under its own name. */
  logOf(extension: NpsExtension): ExtensionLog {
    let log = this.#logs.get(extension.name);
    if (log === undefined) {
      log = extensionLog(extension.name, this.#options.log);
      this.#logs.set(extension.name, log);
    }
    return log;
  }

  #warnOfMissingPoints({ name, module }: NpsExtension): void {
    const lists = { authentication: this.authentication, authorization: this.authorization };
    for (const [point, list] of Object.entries(lists)) {
      const wanted = point === "authentication" ? repAuthentication : repAuthorization;
      if (module.points?.includes(wanted) !== true || list.some((entry) => entry.module === module)) continue;
      this.#options.log.write({
        source: eventSource,
        id: NpsEvent.ProcessingError,
        severity: "warning",
        message: `extension ${name} has an ${point} function, but is not listed there; add it to extensions.${point}`,
        fields: { extension: name },
      });
    }
  }

  #distinct(): NpsExtension[] {
    const byModule = new Map<NpsExtension["module"], NpsExtension>();
    for (const extension of [...this.authentication, ...this.authorization]) {
      const known = byModule.get(extension.module);
      if (known?.settings === undefined) byModule.set(extension.module, extension);
    }
    return [...byModule.values()];
  }

  async #init(extension: NpsExtension): Promise<CallFailure | undefined> {
    const { clock, random, readings } = this.#options;
    const log = this.logOf(extension);
    const environment = { name: extension.name, settings: extension.settings, log, clock, random, readings };
    const { module } = extension;
    if (module.RadiusExtensionInit === undefined) return undefined;
    return this.run(extension, new RunningCall(log), () => module.RadiusExtensionInit?.(environment));
  }

  async #term(extension: NpsExtension): Promise<CallFailure | undefined> {
    const { module } = extension;
    return this.run(extension, new RunningCall(this.logOf(extension)), () => {
      const ended = module.RadiusExtensionTerm?.();
      return isThenable(ended) ? ended.then(() => NO_ERROR) : NO_ERROR;
    });
  }

  #settle(
    extension: NpsExtension,
    call: RunningCall,
    promise: PromiseLike<unknown>,
  ): Promise<CallFailure | undefined> {
    const { clock, moduleTimeoutMs } = this.#options;
    this.#running.add(call);
    return new Promise((resolve) => {
      const finish = (failure: CallFailure | undefined): void => {
        cancel();
        this.#running.delete(call);
        resolve(failure);
      };
      const cancel = clock.after(moduleTimeoutMs, () => {
        const message = `did not answer within ${moduleTimeoutMs} ms`;
        call.abort(new Error(`extension ${extension.name} ${message}`));
        finish({ why: "timeout", code: undefined, message });
      });
      promise.then(
        (returned) => {
          const failure = call.live ? statusOf(returned) : stopping;
          call.end();
          finish(failure);
        },
        (error: unknown) => {
          call.end();
          finish(thrown(error));
        },
      );
    });
  }
}

const keep = (): void => {};

const stopping: CallFailure = {
  why: "stopping",
  code: undefined,
  message: "answered after the server had stopped",
};

/** The number that an entry point returned; anything but a number is no status (NPS-16). */
function statusOf(returned: unknown): CallFailure | undefined {
  if (returned === NO_ERROR) return undefined;
  if (typeof returned !== "number" || !Number.isInteger(returned)) {
    const message = `returned ${describe(returned)} where a status number was expected`;
    return { why: "nonsense", code: undefined, message };
  }
  return { why: "error code", code: returned, message: `returned error ${returned}` };
}

/** A thrown WindowsError counts as its code; any other exception has none (NPS-82). */
export function thrown(error: unknown): CallFailure {
  if (error instanceof ModuleCrash) {
    return { why: "crash", code: undefined, message: `failed: ${error.message}`, error: error.cause };
  }
  const message = `failed: ${messageOf(error)}`;
  const code = WindowsError.is(error) && error.code !== NO_ERROR ? error.code : undefined;
  return { why: "exception", code, message, error };
}

function describe(value: unknown): string {
  return value === null || typeof value !== "object" ? String(value) : "an object";
}

function extensionLog(source: string, log: Log): ExtensionLog {
  const writer =
    (severity: "error" | "warning" | "information" | "debug") =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}): void =>
      log.write({ source, id: 0, severity, message, fields });
  return {
    error: writer("error"),
    warning: writer("warning"),
    information: writer("information"),
    debug: writer("debug"),
  };
}
