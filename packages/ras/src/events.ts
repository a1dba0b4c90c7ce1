import type { Log, Severity } from "@sallyport/runtime";

/** The source of the events that this package writes. */
const eventSource = "RemoteAccess";

/**
 * Event ids, as administrators know them from Windows; 0 where Windows has none.
 */
export const RasCallEvent = {
  /** What Windows has no event for. */
  Other: 0,
  /** A caller did not authenticate in time. */
  AuthenticationTimeout: 20_049,
  /** A user has connected and was authenticated on a port. */
  Authenticated: 20_250,
  /** PPP failed on a port. */
  PppError: 20_255,
  /** A user could not authenticate. */
  AuthenticationFailed: 20_271,
  /** A connection ended: user, port, how long, how many octets, why. */
  Disconnected: 20_272,
  /** A user was assigned an address. */
  AddressAssigned: 20_274,
} as const;
export type RasCallEvent = (typeof RasCallEvent)[keyof typeof RasCallEvent];

/** Writes one event of this package. */
export function writeEvent(
  log: Log,
  severity: Severity,
  message: string,
  fields: Readonly<Record<string, unknown>> = {},
  id: RasCallEvent = RasCallEvent.Other,
): void {
  log.write({ source: eventSource, id, severity, message, fields });
}

/** What somebody threw, in words. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
