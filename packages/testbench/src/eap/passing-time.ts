import {
  type Cancel,
  type Clock,
  type Milliseconds,
  systemClock,
  type VirtualClock,
} from "@sallyport/runtime";

/**
 * A view on the virtual clock that knows when its next timer is due, so that time can pass by itself from event to event
 * instead of in steps.
 */
export class ScheduledClock implements Clock {
  readonly #clock: VirtualClock;
  readonly #due: Set<{ readonly at: Milliseconds }> = new Set();

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /** When its next timer is due, on the monotonic clock; undefined when none is set. */
  get nextDue(): Milliseconds | undefined {
    let next: Milliseconds | undefined;
    for (const { at } of this.#due) if (next === undefined || at < next) next = at;
    return next;
  }

  now(): Milliseconds {
    return this.#clock.now();
  }

  monotonic(): Milliseconds {
    return this.#clock.monotonic();
  }

  after(delay: Milliseconds, fn: () => void): Cancel {
    const timer = { at: this.#clock.monotonic() + Math.max(0, delay) };
    const cancel = this.#clock.after(delay, () => {
      this.#due.delete(timer);
      fn();
    });
    this.#due.add(timer);
    return () => {
      this.#due.delete(timer);
      cancel();
    };
  }
}

/** Counts what is at work outside of virtual time: a method that computes or asks a database, a script between packets. */
export class Activity {
  #busy = 0;
  #changed: (() => void)[] = [];

  get busy(): boolean {
    return this.#busy > 0;
  }

  enter(): void {
    this.#busy += 1;
    this.#tell();
  }

  leave(): void {
    this.#busy -= 1;
    this.#tell();
  }

  /** Counts a promise as work until it settles. */
  track<T>(promise: PromiseLike<T>): PromiseLike<T> {
    this.enter();
    const left = (): void => this.leave();
    promise.then(left, left);
    return promise;
  }

  /** Resolves at the next beginning or end of something. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#changed.push(resolve));
  }

  #tell(): void {
    for (const told of this.#changed.splice(0)) told();
  }
}

/** What passes time by itself. */
export interface PassingTime {
  readonly clock: VirtualClock;
  /** What hosts, lines and users set their timers on. */
  readonly schedule: ScheduledClock;
  /** What methods set their timers on. */
  readonly methodSchedule: ScheduledClock;
  readonly activity: Activity;
}

/**
 * Lets time pass from timer to timer until something has happened. It stands still while a method works without a timer
 * of its own: what a method waits for in the real world takes no virtual time.
 *
 * @returns whether it happened; `"stuck"` when nothing will ever happen, `"late"` when it would take longer, `"hung"` when
 *   what a method waits for does not come
 */
export async function passUntil(
  { clock, schedule, methodSchedule, activity }: PassingTime,
  happened: () => boolean,
  withinMs: Milliseconds,
): Promise<Passed> {
  const end = clock.monotonic() + withinMs;
  for (;;) {
    await clock.advanceAsync(0);
    if (happened()) return "happened";
    if (activity.busy && methodSchedule.nextDue === undefined) {
      if (!(await changes(activity))) return "hung";
      continue;
    }
    const due = Math.min(schedule.nextDue ?? Infinity, methodSchedule.nextDue ?? Infinity);
    if (due === Infinity) return "stuck";
    if (due > end) return "late";
    await clock.advanceAsync(Math.max(0, due - clock.monotonic()));
  }
}

/** How waiting for something ended. */
export type Passed = "happened" | "stuck" | "late" | "hung";

/** Why something did not happen, for people. */
export function passWords(came: Exclude<Passed, "happened">, withinMs: Milliseconds): string {
  switch (came) {
    case "stuck":
      return "it will never happen: nobody sends anything and no timer runs";
    case "late":
      return `it did not happen within ${withinMs} ms`;
    case "hung":
      return (
        `a promise of a module or a script has not settled within ${patienceMs} ms of real time; ` +
        "to see what becomes of a call that never settles, let time pass: bench.clock.advanceAsync(60_000)"
      );
  }
}

/** How long a method may work in the real world. Shorter than the time-outs of test runners, so that the reason is told. */
const patienceMs = 3_000;

async function changes(activity: Activity): Promise<boolean> {
  let cancel: Cancel | undefined;
  const impatient = new Promise<false>((resolve) => {
    cancel = systemClock.after(patienceMs, () => resolve(false));
  });
  const changed = activity.changed().then(() => true as const);
  return Promise.race([changed, impatient]).finally(() => cancel?.());
}
