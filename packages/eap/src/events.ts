/** The source of the events that this package writes. */
export const eapEventSource = "EAP";

/** Event ids of this package; the numbers are the project's own. */
export const EapEvent = {
  /** A method is not available: GetInfo or Initialize failed, or it serves nothing (EAP-02, EAP-04). */
  MethodUnavailable: 1,
  /** A method returned an error or failed; the session was disconnected (EAP-36). */
  MethodFailed: 2,
  /** A method does what it should not; the session went on. */
  MethodMisbehaved: 3,
  /** A call of a method took long, or was given up (EAP-68). */
  CallTooLong: 4,
  /** A session ended without a result: no answer, or a limit. */
  SessionLimit: 5,
  /** A packet was dropped or discarded; debug. */
  PacketDropped: 6,
  /** What receives this package's events threw. */
  ReceiverFailed: 7,
  /** A provider failed, was missing, or was asked for something it cannot do (EAP-52, EAP-53). */
  Provider: 8,
} as const;
export type EapEvent = (typeof EapEvent)[keyof typeof EapEvent];
