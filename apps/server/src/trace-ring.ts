import type { RequestTrace } from "@sallyport/nps";

/** The traces of the last requests; when full, the oldest goes. */
export class TraceRing {
  readonly #slots: (RequestTrace | undefined)[];
  readonly #listeners = new Set<(trace: RequestTrace) => void>();
  #next = 0;

  constructor(size: number) {
    this.#slots = Array.from({ length: size });
  }

  add(trace: RequestTrace): void {
    this.#slots[this.#next] = trace;
    this.#next = (this.#next + 1) % this.#slots.length;
    for (const listener of this.#listeners) listener(trace);
  }

  find(id: number): RequestTrace | undefined {
    return this.#slots.find((trace) => trace?.id === id);
  }

  /** The newest traces, oldest first. */
  last(count: number): RequestTrace[] {
    const inOrder = [...this.#slots.slice(this.#next), ...this.#slots.slice(0, this.#next)];
    return inOrder.filter((trace) => trace !== undefined).slice(-count);
  }

  /** Calls back for every trace to come, until the returned function is called. */
  follow(listener: (trace: RequestTrace) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
