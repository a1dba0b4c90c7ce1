import type { Milliseconds } from "@sallyport/runtime";

/** The time that a session may take; it stands still while a user is at work (EAP-89). */
export class SessionLimit {
  #left: Milliseconds;
  /** When the running period began; undefined while the time stands still. */
  #since: Milliseconds | undefined;

  constructor(limit: Milliseconds) {
    this.#left = limit;
  }

  run(now: Milliseconds): void {
    this.#since ??= now;
  }

  pause(now: Milliseconds): void {
    if (this.#since === undefined) return;
    this.#left -= now - this.#since;
    this.#since = undefined;
  }

  /** When the time will be up; undefined while it stands still. */
  get deadline(): Milliseconds | undefined {
    return this.#since === undefined ? undefined : this.#since + this.#left;
  }

  isOver(now: Milliseconds): boolean {
    const { deadline } = this;
    return deadline !== undefined && now >= deadline;
  }
}
