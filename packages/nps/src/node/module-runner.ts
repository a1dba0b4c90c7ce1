import { receiveMessageOnPort } from "node:worker_threads";
import { isThenable, systemClock, systemRandom } from "@sallyport/runtime";
import type { ContractReadings, NpsExtensionModule } from "../contract/extension-module.ts";
import { type Invocation, invokeEntryPoint, invokeModule } from "../host/invoke-module.ts";
import { loadNpsExtension } from "../host/load-extension.ts";
import { type PlainCall, plainError } from "../host/plain-call.ts";
import { WorkerLog } from "./worker-log.ts";
import type { FromWorker, ToWorker, WorkerStart } from "./worker-messages.ts";

/** How long a worker waits for a State from its host, in milliseconds; far more than a host that lives ever takes. */
const stateTimeout = 30_000;

/** The side of the seam inside a worker: imports the module, then carries out what the host asks for. */
export class ModuleRunner {
  readonly #start: WorkerStart;
  readonly #log: WorkerLog;
  readonly #open = new Map<number, Invocation>();
  #readings: ContractReadings = {
    rawErrorCodes: false,
    littleEndianAddresses: false,
    allowAuthorizationAccept: false,
  };

  constructor(start: WorkerStart) {
    this.#start = start;
    this.#log = new WorkerLog(systemClock, (entry) => this.#post(entry));
  }

  /** Imports the module, tells the host what it is, and listens. */
  async run(): Promise<void> {
    const { specifier, name, newestForm, port } = this.#start;
    try {
      const { module, form } = await loadNpsExtension(specifier, await this.#importer(), {
        name,
        newestForm,
      });
      port.on("message", (message: ToWorker) => void this.#obey(message, module));
      this.#post({ kind: "loaded", shape: { form, points: module.points && [...module.points] } });
    } catch (error) {
      this.#post({ kind: "not-loaded", error: plainError(error) });
    }
  }

  async #importer(): Promise<(specifier: string) => Promise<unknown>> {
    const { importer } = this.#start;
    if (importer === undefined) return (specifier) => import(specifier);
    const { importExtension } = (await import(importer)) as {
      importExtension: (specifier: string) => Promise<unknown>;
    };
    return importExtension;
  }

  async #obey(message: ToWorker, module: NpsExtensionModule): Promise<void> {
    switch (message.kind) {
      case "initialize": {
        const { name, settings, readings } = message;
        this.#readings = readings;
        const tools = { log: this.#log.of(0), clock: systemClock, random: systemRandom };
        const environment = { name, settings, readings, ...tools };
        const enter = (): unknown => module.RadiusExtensionInit?.(environment) ?? 0;
        this.#post({ kind: "initialized", outcome: await invokeEntryPoint(enter) });
        break;
      }
      case "call":
        this.#call(module, message.id, message.call);
        break;
      case "cancel":
        this.#open.get(message.id)?.abort(new Error(message.reason));
        this.#open.delete(message.id);
        this.#post({ kind: "cancelled", id: message.id });
        break;
      case "terminate": {
        const enter = (): unknown => {
          const ended = module.RadiusExtensionTerm?.();
          return isThenable(ended) ? ended.then(() => 0) : 0;
        };
        this.#post({ kind: "terminated", outcome: await invokeEntryPoint(enter) });
      }
    }
  }

  #call(module: NpsExtensionModule, id: number, plain: PlainCall): void {
    const invocation = invokeModule(module, plain, {
      extension: this.#start.name,
      readings: this.#readings,
      log: this.#log.of(id),
      issueState: (data) => this.#issueState(id, data),
    });
    const { outcome } = invocation;
    if (!isThenable(outcome)) {
      this.#post({ kind: "outcome", id, outcome });
      return;
    }
    this.#open.set(id, invocation);
    void outcome.then((settled) => {
      if (this.#open.delete(id)) this.#post({ kind: "outcome", id, outcome: settled });
    });
  }

  /** A module gets its State in the same turn, as it does inline: the worker waits for the host, which never waits for a worker. */
  #issueState(id: number, data: unknown): Uint8Array<ArrayBuffer> {
    const { stateCount, states } = this.#start;
    const before = Atomics.load(stateCount, 0);
    this.#post({ kind: "issue-state", id, data });
    Atomics.wait(stateCount, 0, before, stateTimeout);
    const received = receiveMessageOnPort(states) as
      | { readonly message: Uint8Array<ArrayBuffer> | null }
      | undefined;
    const state = received?.message ?? null;
    if (state === null) throw new Error("the host gives no State to a call that has ended");
    return state;
  }

  #post(message: FromWorker): void {
    this.#start.port.postMessage(message);
  }
}
