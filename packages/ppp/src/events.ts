/** The source of the events that this package writes. */
export const pppEventSource = "PPP";

/** Event ids of this package; the numbers are the project's own. */
export const PppEvent = {
  /** What receives a link's events threw. */
  ReceiverFailed: 1,
} as const;
export type PppEvent = (typeof PppEvent)[keyof typeof PppEvent];
