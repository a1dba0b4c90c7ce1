/** How much an event matters, in the words of the Windows event log, and `debug` below them. */
export type Severity = "error" | "warning" | "information" | "audit-success" | "audit-failure" | "debug";

/** One event as the Windows event log knows it: who tells it, its number there, and the facts. */
export interface LogEvent {
  /** The event source, for example `"NPS"`. */
  readonly source: string;
  /** The event id, which means something together with the source only. */
  readonly id: number;
  readonly severity: Severity;
  /** One line for people. Never holds a secret. */
  readonly message: string;
  /** The facts for programs. Secrets in here show themselves as `***`. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** Where packages write what happened; the host decides what becomes of it. */
export interface Log {
  /** Takes one event. Neither throws nor waits: what writes to a slow place keeps its own bounded queue. */
  write(event: LogEvent): void;
}

/** A log that keeps nothing. */
export const silentLog: Log = { write() {} };

/** A log that can be read back. */
export interface MemoryLog extends Log {
  /** The events kept, oldest first. */
  readonly events: readonly LogEvent[];
  /** The events kept that have this id, oldest first. */
  withId(id: number): LogEvent[];
}

/**
 * Makes a log that keeps the last `limit` events (10 000 by default) and forgets the older ones.
 *
 * @throws {RangeError} when `limit` is not a whole number of at least 1
 *
 * @example
 * ```ts
 * import { createMemoryLog } from "@sallyport/runtime";
 *
 * const log = createMemoryLog();
 * log.write({ source: "NPS", id: 13, severity: "warning", message: "A request came from an unknown client." });
 * log.withId(13).length; // 1
 * ```
 */
export function createMemoryLog(options: { readonly limit?: number } = {}): MemoryLog {
  const limit = options.limit ?? 10_000;
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new RangeError(`limit must be a whole number of events, at least 1, not ${limit}`);
  }
  const events: LogEvent[] = [];
  return {
    events,
    write(event) {
      if (events.length === limit) events.shift();
      events.push(event);
    },
    withId: (id) => events.filter((event) => event.id === id),
  };
}
