import type { Log, Severity } from "@sallyport/runtime";

/** The source of the events that this package writes. */
export const eventSource = "RemoteAccess";

/**
 * Event ids, as administrators know them from the Windows logs; 0 where Windows has none. The four of the security host
 * are known from a public header only (RAS-04): this is the place to correct them.
 */
export const RasEvent = {
  /** What Windows has no event for. */
  Other: 0,
  /** A caller did not authenticate in time. */
  AuthenticationTimeout: 20_049,
  /** The security host's key cannot be opened. */
  SecurityHostKey: 20_091,
  /** The security module cannot be loaded. */
  SecurityModuleLoad: 20_092,
  /** A security module refused a caller. */
  SecurityFailure: 20_093,
  /** A security module failed. */
  SecurityError: 20_094,
} as const;
export type RasEvent = (typeof RasEvent)[keyof typeof RasEvent];

/** Writes one event of this package. */
export function writeEvent(
  log: Log,
  id: RasEvent,
  severity: Severity,
  message: string,
  fields: Readonly<Record<string, unknown>> = {},
): void {
  log.write({ source: eventSource, id, severity, message, fields });
}
