/**
 * Where a server keeps sessions, and what is remembered of them, between connections. Keys are texts of at most 80
 * characters, values octets that are secret. An engine that has workers asks it in the main thread.
 */
export interface TlsSessionStore {
  /** What was kept, and is neither too old nor had to make room; undefined without. */
  get(key: string): Uint8Array | undefined;
  /** Keeps a value for `lifetimeSeconds`; it replaces one under the same key. */
  set(key: string, value: Uint8Array, lifetimeSeconds: number): void;
  delete(key: string): void;
}

export interface MemorySessionStoreOptions {
  /** The most sessions, 1 to 1000000; 10000 by default. The one that was used longest ago makes room. */
  readonly maxSessions?: number | undefined;
  /** The most octets of all values, 65536 to 2 ** 31; 33554432 by default. */
  readonly maxBytes?: number | undefined;
  /** Milliseconds of a clock that does not go back. */
  readonly now: () => number;
}

/**
 * A store in memory with bounds: what is too old is gone, and what was used longest ago makes room.
 *
 * @throws {RangeError} when an option is out of its range
 *
 * @example
 * ```ts
 * import { createMemorySessionStore } from "@sallyport/tls-engine";
 *
 * const store = createMemorySessionStore({ maxSessions: 500, now: () => performance.now() });
 * ```
 */
export function createMemorySessionStore(options: MemorySessionStoreOptions): TlsSessionStore {
  const { maxSessions = 10_000, maxBytes = 33_554_432, now } = options;
  checkRange("maxSessions", maxSessions, 1, 1_000_000);
  checkRange("maxBytes", maxBytes, 65_536, 2 ** 31);
  return new MemorySessionStore(maxSessions, maxBytes, now);
}

interface Entry {
  readonly value: Uint8Array<ArrayBuffer>;
  readonly expires: number;
}

class MemorySessionStore implements TlsSessionStore {
  readonly #entries = new Map<string, Entry>();
  readonly #maxSessions: number;
  readonly #maxBytes: number;
  readonly #now: () => number;
  #bytes = 0;

  constructor(maxSessions: number, maxBytes: number, now: () => number) {
    this.#maxSessions = maxSessions;
    this.#maxBytes = maxBytes;
    this.#now = now;
  }

  get(key: string): Uint8Array | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.expires <= this.#now()) {
      this.delete(key);
      return undefined;
    }
    // A map keeps the order of insertion: the last used goes to its end.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value.slice();
  }

  set(key: string, value: Uint8Array, lifetimeSeconds: number): void {
    this.delete(key);
    if (value.length > this.#maxBytes) return;
    this.#entries.set(key, { value: new Uint8Array(value), expires: this.#now() + 1_000 * lifetimeSeconds });
    this.#bytes += value.length;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxSessions && this.#bytes <= this.#maxBytes) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= entry.value.length;
    entry.value.fill(0);
  }
}

function checkRange(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new RangeError(`${name} must be ${least} to ${most}, not ${value}`);
}
