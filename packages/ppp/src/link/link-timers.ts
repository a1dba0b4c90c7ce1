import type { Cancel, Clock, Milliseconds } from "@sallyport/runtime";

/** How long a link may take to come up, last, and be idle. */
export class LinkTimers {
  readonly #clock: Clock;
  #cancelNegotiation: Cancel | undefined;
  #cancelSession: Cancel | undefined;
  #cancelIdle: Cancel | undefined;
  #lastActivity: Milliseconds = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  limitNegotiation(limit: Milliseconds, over: () => void): void {
    this.#cancelNegotiation ??= this.#clock.after(limit, over);
  }

  /** Somebody else watches the time, or there is nothing to wait for. */
  liftNegotiationLimit(): void {
    this.#cancelNegotiation?.();
    this.#cancelNegotiation = undefined;
  }

  /** Times of 0 or none are no limits. */
  networkUp(limits: {
    readonly session: Milliseconds | undefined;
    readonly idle: Milliseconds | undefined;
    readonly sessionOver: () => void;
    readonly idleOver: () => void;
  }): void {
    this.liftNegotiationLimit();
    this.active();
    const { session = 0, idle = 0 } = limits;
    if (session > 0) this.#cancelSession ??= this.#clock.after(session, limits.sessionOver);
    this.#cancelIdle?.();
    if (idle > 0) this.#watch(idle, idle, limits.idleOver);
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
  #watch(limit: Milliseconds, left: Milliseconds, over: () => void): void {
    this.#cancelIdle = this.#clock.after(left, () => {
      const rest = this.#lastActivity + limit - this.#clock.monotonic();
      if (rest <= 0) over();
      else this.#watch(limit, rest, over);
    });
  }
}
