import { Worker } from "node:worker_threads";
import { TlsError } from "../tls-error.ts";
import type { Outcome } from "./outcome.ts";
import type { FromWorker, ToWorker } from "./worker-messages.ts";

interface Waiting {
  resolve(outcome: Outcome): void;
  reject(error: TlsError): void;
}

/** One life of one worker, seen from the pool. */
export class PoolWorker {
  /** Sessions that it has. */
  sessions = 0;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #error: unknown;
  #alive = true;

  constructor(file: URL, onLost: (worker: PoolWorker, error: unknown) => void) {
    this.#worker = new Worker(file, { name: "sallyport-tls", workerData: { sallyportTls: true } });
    // A server has sockets that keep it alive; a pool alone is no reason to stay.
    this.#worker.unref();
    this.#worker.on("message", ({ session, outcome }: FromWorker) => this.#settle(session, outcome));
    this.#worker.on("error", (error) => {
      this.#error = error;
    });
    this.#worker.on("exit", (code) => {
      const wanted = !this.#alive;
      this.#alive = false;
      this.#failAll(new TlsError(wanted ? "ended" : "worker-lost"));
      if (!wanted) onLost(this, this.#error ?? new Error(`the worker ended with ${code}`));
    });
  }

  get alive(): boolean {
    return this.#alive;
  }

  tell(message: ToWorker): void {
    if (this.#alive) this.#worker.postMessage(message);
  }

  ask(message: Extract<ToWorker, { kind: "perform" }>): Promise<Outcome> {
    if (!this.#alive) return Promise.reject(new TlsError("worker-lost"));
    return new Promise((resolve, reject) => {
      if (this.#waiting.size === 0) this.#worker.ref();
      this.#waiting.set(message.session, { resolve, reject });
      this.#worker.postMessage(message);
    });
  }

  /** The session has ended: nobody waits for it any more. */
  end(session: number): void {
    this.#taken(session)?.reject(new TlsError("ended"));
    this.tell({ kind: "end", session });
  }

  async stop(): Promise<void> {
    this.#alive = false;
    await this.#worker.terminate();
  }

  #settle(session: number, outcome: Outcome): void {
    this.#taken(session)?.resolve(outcome);
  }

  #taken(session: number): Waiting | undefined {
    const waiting = this.#waiting.get(session);
    if (waiting === undefined) return undefined;
    this.#waiting.delete(session);
    if (this.#waiting.size === 0) this.#worker.unref();
    return waiting;
  }

  #failAll(error: TlsError): void {
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}
