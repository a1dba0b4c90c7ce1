import type { Clock, Milliseconds } from "@sallyport/runtime";
import { ERROR_AUTH_INTERNAL } from "../contract/status-codes.ts";
import { type CallStatus, returnedStatus, thrownStatus } from "./call-status.ts";

/** What {@link boundedCall} comes to when the wait ended before the call did. */
export const givenUp: CallStatus = { status: ERROR_AUTH_INTERNAL, reason: "returned nothing in time" };

/** How long a call may take, and who is told. */
interface Bounds {
  readonly clock: Clock;
  readonly callTimeoutMs: Milliseconds;
  /** The time is up. */
  readonly late: () => void;
  /** Takes what ends the wait, and undefined once it is over. */
  readonly registered: (giveUp: (() => void) | undefined) => void;
}

/** Waits for a module's promise, no longer than allowed and no longer than anybody wants to know. Never rejects. */
export function boundedCall(promise: PromiseLike<unknown>, bounds: Bounds): Promise<CallStatus> {
  const { clock, callTimeoutMs, late, registered } = bounds;
  return new Promise((resolve) => {
    const settle = (status: CallStatus): void => {
      cancel();
      registered(undefined);
      resolve(status);
    };
    const cancel = clock.after(callTimeoutMs, () => {
      late();
      settle(givenUp);
    });
    registered(() => settle(givenUp));
    promise.then(
      (value) => settle(returnedStatus(value)),
      (error: unknown) => settle(thrownStatus(error)),
    );
  });
}
