import type { Cancel, Clock, Log, Milliseconds, Severity } from "@sallyport/runtime";
import type { ExtensionEnvironment, ExtensionLog } from "../contract/extension-module.ts";
import { eventSource, NpsEvent } from "../events.ts";
import type { CallHost, ModuleSeam, ModuleShape } from "../host/isolated-module.ts";
import type { CrashConsequence } from "../host/load-extension.ts";
import { ModuleCrash } from "../host/module-crash.ts";
import { type PlainCall, type PlainOutcome, revivedError } from "../host/plain-call.ts";
import { ModuleThread, type ModuleThreadOptions } from "./module-thread.ts";
import { OutputLines } from "./output-lines.ts";
import { RestartBackOff } from "./restart-back-off.ts";
import type { FromWorker, PlainLogEntry } from "./worker-messages.ts";

export interface ModuleWorkerOptions extends ModuleThreadOptions {
  readonly onCrash: CrashConsequence;
  /** How long loading and initializing may take, each. */
  readonly startTimeoutMs: Milliseconds;
  /** How long a worker may take to acknowledge that a call was given up; one that does not hangs in a loop. */
  readonly graceMs: Milliseconds;
  readonly clock: Clock;
  readonly log: Log;
}

/** How many calls may be in a worker, and how many may wait for it, at once; more fail. */
const mostCalls = 10_000;

interface RunningInvocation {
  readonly host: CallHost;
  settle(outcome: PlainOutcome): void;
  fail(crash: ModuleCrash): void;
}

/** A module in a worker thread that is started again when it ends: the far side of the seam, seen from the host. */
export class ModuleWorker implements ModuleSeam {
  readonly #options: ModuleWorkerOptions;
  readonly #backOff: RestartBackOff;
  readonly #output: OutputLines;
  readonly #calls = new Map<number, RunningInvocation>();
  readonly #cancelled = new Map<number, Cancel>();
  #waiting: { begin(thread: ModuleThread): void; fail(crash: ModuleCrash): void }[] = [];
  #thread: ModuleThread | undefined;
  #ready = false;
  #closed = false;
  #cancelRestart: Cancel | undefined;
  #environment: ExtensionEnvironment | undefined;
  #form = 0;
  #lastId = 0;
  #restarts = 0;
  /** What the thread was asked for outside of calls, and what its end means to whoever asked. */
  #expected: { message(message: FromWorker): void; ended(crash: ModuleCrash): void } | undefined;

  constructor(options: ModuleWorkerOptions) {
    this.#options = options;
    this.#backOff = new RestartBackOff(options.clock);
    this.#output = new OutputLines(options.clock, (message) =>
      options.log.write({ source: options.name, id: 0, severity: "information", message }),
    );
  }

  get state(): { readonly serving: boolean; readonly restarts: number } {
    return { serving: this.#ready, restarts: this.#restarts };
  }

  /** Starts the first thread and imports the module. */
  async load(): Promise<ModuleShape> {
    const shape = await this.#load();
    this.#form = shape.form;
    return shape;
  }

  async initialize(environment: ExtensionEnvironment): Promise<PlainOutcome> {
    this.#environment = environment;
    let begun = false;
    try {
      const outcome = await this.#initialize();
      begun = outcome.kind === "returned" && outcome.status === 0;
      return outcome;
    } finally {
      if (!begun) await this.close();
    }
  }

  invoke(call: PlainCall, host: CallHost): Promise<PlainOutcome> {
    const thread = this.#thread;
    if (this.#ready && thread !== undefined) return this.#call(thread, call, host);
    const crash = new ModuleCrash("its worker is being started again");
    if (this.#closed || this.#options.onCrash !== "restart" || this.#waiting.length >= mostCalls) {
      return Promise.reject(crash);
    }
    return new Promise((resolve, reject) => {
      const waiting = {
        begin: (started: ModuleThread) => resolve(this.#call(started, call, host)),
        fail: reject,
      };
      this.#waiting.push(waiting);
      onAbort(host, () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
        reject(crash);
      });
    });
  }

  async terminate(): Promise<PlainOutcome> {
    if (!this.#ready) {
      await this.close();
      return { kind: "returned", status: 0 };
    }
    this.#ready = false;
    try {
      const { outcome } = await this.#ask("terminated", () => this.#thread?.post({ kind: "terminate" }));
      return outcome;
    } finally {
      await this.close();
    }
  }

  /** Ends the worker for good. Calls that still run fail. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#ready = false;
    this.#cancelRestart?.();
    const thread = this.#thread;
    this.#thread = undefined;
    this.#failCalls(new ModuleCrash("its worker was stopped"));
    await thread?.close();
  }

  #call(thread: ModuleThread, call: PlainCall, host: CallHost): Promise<PlainOutcome> {
    if (this.#calls.size >= mostCalls) {
      return Promise.reject(new Error(`more than ${mostCalls} calls are in its worker`));
    }
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { host, settle: resolve, fail: reject });
      onAbort(host, () => {
        if (!this.#calls.delete(id) || thread !== this.#thread) return;
        reject(new ModuleCrash("the host has given up on the call"));
        this.#cancel(thread, id);
      });
      try {
        thread.post({ kind: "call", id, call });
      } catch (error) {
        this.#calls.delete(id);
        reject(error);
      }
    });
  }

  /** A worker that lives says within the grace that it knows; one that loops never will. */
  #cancel(thread: ModuleThread, id: number): void {
    thread.post({ kind: "cancel", id, reason: "the host has given up on the call" });
    const { clock, graceMs } = this.#options;
    this.#cancelled.set(
      id,
      clock.after(graceMs, () => thread.kill("it did not answer and does not listen any more")),
    );
  }

  async #load(): Promise<ModuleShape> {
    const thread: ModuleThread = new ModuleThread(this.#options, {
      message: (message) => this.#receive(thread, message),
      output: (text) => this.#output.add(text),
      ended: (reason, error) => {
        if (thread === this.#thread)
          this.#ended(new ModuleCrash(`its worker is gone: ${reason}`, { cause: error }));
      },
    });
    this.#thread = thread;
    const answer = await this.#ask(["loaded", "not-loaded"], () => {});
    if (answer.kind === "loaded") return answer.shape;
    await this.close();
    throw revivedError(answer.error);
  }

  async #initialize(): Promise<PlainOutcome> {
    const environment = this.#environment;
    if (environment === undefined) throw new TypeError("the module was not initialized yet");
    const { name, settings, readings } = environment;
    const message = { kind: "initialize", name, settings, readings } as const;
    const { outcome } = await this.#ask("initialized", () => this.#thread?.post(message));
    if (outcome.kind === "returned" && outcome.status === 0) this.#begin();
    return outcome;
  }

  #begin(): void {
    const thread = this.#thread;
    if (thread === undefined) return;
    this.#ready = true;
    this.#backOff.began();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { begin } of waiting) begin(thread);
  }

  /** Waits for one kind of message, not longer than a start may take. */
  #ask<Kind extends FromWorker["kind"]>(
    kinds: Kind | readonly Kind[],
    send: () => void,
  ): Promise<Extract<FromWorker, { readonly kind: Kind }>> {
    const { clock, startTimeoutMs } = this.#options;
    const wanted: readonly string[] = [kinds].flat();
    if (this.#thread === undefined) return Promise.reject(new ModuleCrash("its worker has ended"));
    return new Promise((resolve, reject) => {
      const cancel = clock.after(startTimeoutMs, () =>
        this.#thread?.kill(`it did not answer within ${startTimeoutMs} ms`),
      );
      const settle = (): void => {
        cancel();
        this.#expected = undefined;
      };
      this.#expected = {
        message: (message) => {
          if (!wanted.includes(message.kind)) return;
          settle();
          resolve(message as Extract<FromWorker, { readonly kind: Kind }>);
        },
        ended: (crash) => {
          settle();
          reject(crash);
        },
      };
      try {
        send();
      } catch (error) {
        settle();
        reject(error);
      }
    });
  }

  #receive(thread: ModuleThread, message: FromWorker): void {
    switch (message.kind) {
      case "outcome": {
        const call = this.#calls.get(message.id);
        this.#calls.delete(message.id);
        call?.settle(message.outcome);
        break;
      }
      case "cancelled":
        this.#cancelled.get(message.id)?.();
        this.#cancelled.delete(message.id);
        break;
      case "issue-state":
        thread.sendState(this.#calls.get(message.id)?.host.issueState?.(message.data) ?? null);
        break;
      case "log":
        this.#write(message);
        break;
      default:
        this.#expected?.message(message);
    }
  }

  #write({ id, severity, message, fields, dropped }: PlainLogEntry): void {
    const log: ExtensionLog | undefined = this.#calls.get(id)?.host.log ?? this.#environment?.log;
    log?.[severity](message, {
      ...Object.fromEntries(
        fields.map(([name, value]) => [name, "json" in value ? JSON.parse(value.json) : revivedError(value)]),
      ),
      ...(dropped > 0 && { dropped }),
    });
  }

  #ended(crash: ModuleCrash): void {
    const began = this.#ready;
    const inFlight = this.#calls.size;
    this.#ready = false;
    this.#thread = undefined;
    this.#failCalls(crash, { keepWaiting: true });
    // One that had not begun to serve is the business of whoever was starting it.
    if (began && !this.#closed) this.#restartLater(crash, inFlight);
  }

  #restartLater(crash: ModuleCrash, inFlight: number): void {
    const { clock, name } = this.#options;
    const delay = this.#backOff.next();
    this.#event("error", `extension ${name}: ${crash.message}; it is started again in ${delay} ms`, {
      extension: name,
      callsFailed: inFlight,
      restartInMs: delay,
      error: crash.cause,
    });
    this.#cancelRestart = clock.after(delay, () => void this.#restart());
  }

  async #restart(): Promise<void> {
    const { name } = this.#options;
    try {
      const { form } = await this.#load();
      if (form !== this.#form) throw new Error("the module offers another form than when the server started");
      const outcome = await this.#initialize();
      if (outcome.kind === "threw") throw revivedError(outcome.error);
      if (outcome.status !== 0) throw new Error(`RadiusExtensionInit returned ${String(outcome.status)}`);
      this.#restarts++;
      this.#event("information", `extension ${name}: its worker was started again`, { extension: name });
    } catch (error) {
      const thread = this.#thread;
      this.#thread = undefined;
      await thread?.close();
      if (this.#closed) return;
      const words = error instanceof Error ? error.message : String(error);
      this.#restartLater(
        new ModuleCrash(`its worker cannot be started again: ${words}`, { cause: error }),
        0,
      );
    }
  }

  #failCalls(crash: ModuleCrash, { keepWaiting = false } = {}): void {
    const running = [...this.#calls.values()];
    this.#calls.clear();
    for (const cancel of this.#cancelled.values()) cancel();
    this.#cancelled.clear();
    for (const { fail } of running) fail(crash);
    this.#expected?.ended(crash);
    if (keepWaiting) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { fail } of waiting) fail(crash);
  }

  #event(severity: Severity, message: string, fields: Readonly<Record<string, unknown>>): void {
    this.#options.log.write({ source: eventSource, id: NpsEvent.ProcessingError, severity, message, fields });
  }
}

function onAbort({ signal }: CallHost, listener: () => void): void {
  if (signal.aborted) listener();
  else signal.addEventListener("abort", listener, { once: true });
}
