import { ERROR_IDLE_TIMEOUT, ERROR_PPP_SESSION_TIMEOUT, ERROR_PPP_TIMEOUT } from "@sallyport/errors/ras";
import type { Cancel, Clock, Milliseconds } from "@sallyport/runtime";
import type { PppGrant } from "../authentication/credentials.ts";

/** How long a link may take to come up, last, and be idle. */
export class LinkTimers {
  readonly #clock: Clock;
  readonly #over: (code: number, reason: string) => void;
  #cancelNegotiation: Cancel | undefined;
  #cancelSession: Cancel | undefined;
  #cancelIdle: Cancel | undefined;
  #lastActivity: Milliseconds = 0;

  /** @param over told what the link ends with */
  constructor(clock: Clock, over: (code: number, reason: string) => void) {
    this.#clock = clock;
    this.#over = over;
  }

  limitNegotiation(limit: Milliseconds): void {
    this.#cancelNegotiation ??= this.#clock.after(limit, () =>
      this.#over(ERROR_PPP_TIMEOUT, `the link was not up after ${limit / 1000} s`),
    );
  }

  /** Somebody else watches the time, or there is nothing to wait for. */
  liftNegotiationLimit(): void {
    this.#cancelNegotiation?.();
    this.#cancelNegotiation = undefined;
  }

  /** Times of 0 or none are no limits. */
  networkUp({ sessionTimeoutSeconds = 0, idleTimeoutSeconds = 0 }: PppGrant): void {
    this.liftNegotiationLimit();
    this.active();
    if (sessionTimeoutSeconds > 0) {
      this.#cancelSession ??= this.#clock.after(sessionTimeoutSeconds * 1000, () =>
        this.#over(ERROR_PPP_SESSION_TIMEOUT, "the session has lasted as long as it may"),
      );
    }
    this.#cancelIdle?.();
    if (idleTimeoutSeconds > 0) this.#watch(idleTimeoutSeconds * 1000, idleTimeoutSeconds * 1000);
  }

  /** A packet of the network layer went either way. */
  active(): void {
    this.#lastActivity = this.#clock.monotonic();
  }

  stop(): void {
    this.liftNegotiationLimit();
    this.#cancelSession?.();
    this.#cancelSession = undefined;
    this.#cancelIdle?.();
    this.#cancelIdle = undefined;
  }

  /** One timer for many packets: it looks when it runs out. */
  #watch(limit: Milliseconds, left: Milliseconds): void {
    this.#cancelIdle = this.#clock.after(left, () => {
      const rest = this.#lastActivity + limit - this.#clock.monotonic();
      if (rest > 0) this.#watch(limit, rest);
      else this.#over(ERROR_IDLE_TIMEOUT, "nothing was sent for as long as that is allowed");
    });
  }
}
