import { finished } from "node:stream/promises";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import type { ExtensionForm } from "../host/load-extension.ts";
import { heapLimitMb, watchMemory } from "./memory-watch.ts";
import type { FromWorker, ToWorker, WorkerStart } from "./worker-messages.ts";

export interface ModuleThreadOptions {
  readonly specifier: string;
  readonly importer: string | undefined;
  readonly name: string;
  readonly newestForm: ExtensionForm;
  readonly memoryLimitMb: number;
}

/** What a thread tells its keeper. After `ended` nothing but the rest of its output comes. */
export interface ModuleThreadEvents {
  message(message: FromWorker): void;
  /** What the module printed. */
  output(text: string): void;
  ended(reason: string, error?: unknown): void;
}

/** How many messages a module may send past its log before it counts as flooding its host. */
const strayMessages = 100;

/** One life of the worker thread of a module: its messages, and the one event of its end. */
export class ModuleThread {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #states: MessagePort;
  readonly #stateCount = new Int32Array(new SharedArrayBuffer(4));
  readonly #events: ModuleThreadEvents;
  readonly #memoryLimitMb: number;
  readonly #stopWatch: () => void;
  #error: unknown;
  #alive = true;
  #stray = 0;

  constructor(options: ModuleThreadOptions, events: ModuleThreadEvents) {
    const { specifier, importer, name, newestForm, memoryLimitMb } = options;
    const messages = new MessageChannel();
    const states = new MessageChannel();
    const start: WorkerStart = {
      specifier,
      importer,
      name,
      newestForm,
      port: messages.port2,
      states: states.port2,
      stateCount: this.#stateCount,
    };
    this.#events = events;
    this.#memoryLimitMb = memoryLimitMb;
    this.#port = messages.port1;
    this.#states = states.port1;
    this.#worker = new Worker(new URL(import.meta.resolve("@sallyport/nps/node/worker")), {
      name,
      workerData: { start },
      transferList: [messages.port2, states.port2],
      resourceLimits: { maxOldGenerationSizeMb: heapLimitMb(memoryLimitMb, Worker.prototype) },
      stdout: true,
      stderr: true,
    });
    this.#stopWatch = watchMemory(this.#worker, memoryLimitMb, () =>
      this.kill(`it needed more than ${memoryLimitMb} MB of memory`),
    );
    this.#port.on("message", (message: FromWorker) => {
      if (this.#alive) events.message(message);
    });
    this.#port.on("messageerror", (error) => this.kill("a message of its could not be read", error));
    this.#worker.on("message", () => this.#countStray());
    this.#worker.on("messageerror", () => this.#countStray());
    this.#worker.on("error", (error) => {
      this.#error = error;
    });
    this.#worker.on("exit", (code) => this.#end(this.#reason(code), this.#error));
    for (const stream of [this.#worker.stdout, this.#worker.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        events.output(text);
      });
    }
  }

  /** @throws {DOMException} when something in the message cannot be copied */
  post(message: ToWorker): void {
    this.#port.postMessage(message);
  }

  /** Answers a worker that waits for a State; null refuses it. */
  sendState(state: Uint8Array<ArrayBuffer> | null): void {
    this.#states.postMessage(state);
    Atomics.add(this.#stateCount, 0, 1);
    Atomics.notify(this.#stateCount, 0);
  }

  /** Ends the thread; `ended` is told before this returns. */
  kill(reason: string, error?: unknown): void {
    this.#end(reason, error);
  }

  /** Ends the thread and tells nobody. */
  async close(): Promise<void> {
    this.#alive = false;
    await this.#release();
  }

  #end(reason: string, error: unknown): void {
    if (!this.#alive) return;
    this.#alive = false;
    void this.#release();
    this.#events.ended(reason, error);
  }

  async #release(): Promise<void> {
    this.#stopWatch();
    this.#port.close();
    this.#states.close();
    const { stdout, stderr } = this.#worker;
    const printed = [stdout, stderr].map((stream) => finished(stream).catch(() => {}));
    await this.#worker.terminate();
    // What it printed last is still on its way.
    await Promise.all(printed);
  }

  #countStray(): void {
    if (++this.#stray > strayMessages) this.kill("it flooded its host with messages");
  }

  #reason(code: number): string {
    if (this.#error === undefined) return `it ended with exit code ${code}`;
    if ((this.#error as { code?: unknown }).code === "ERR_WORKER_OUT_OF_MEMORY") {
      return `it needed more than ${this.#memoryLimitMb} MB of memory`;
    }
    const words = this.#error instanceof Error ? this.#error.message : String(this.#error);
    return `it threw what nobody caught: ${words}`;
  }
}
