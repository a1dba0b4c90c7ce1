import { type RequestTrace, type RequestTraceJson, TraceMemory } from "@sallyport/nps";

/** The traces of the last requests, and of those to come. */
export class TraceRing {
  readonly #memory: TraceMemory;
  readonly #listeners = new Set<(trace: RequestTrace) => void>();

  constructor(size: number) {
    this.#memory = new TraceMemory(size);
  }

  add(trace: RequestTrace): void {
    this.#memory.add(trace);
    for (const listener of this.#listeners) listener(trace);
  }

  find(id: number): RequestTraceJson | undefined {
    return this.#memory.find(id);
  }

  /** The newest traces, oldest first. */
  last(count: number): RequestTraceJson[] {
    return this.#memory.last(count);
  }

  /** Calls back for every trace to come, until the returned function is called. */
  follow(listener: (trace: RequestTrace) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
