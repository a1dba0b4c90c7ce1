import type { Clock, Milliseconds } from "@sallyport/runtime";

/** When a key is locked. */
export interface LockoutRules {
  /** So many failed attempts ... */
  readonly limit: number;
  /** ... within so many seconds lock, until the oldest of them is that old. */
  readonly seconds: number;
  /** How many keys are remembered; of more, the one that was not heard of for longest is forgotten. Default 100 000. */
  readonly mostKeys?: number;
}

/** What an attempt came to. */
export type Attempt =
  | { readonly kind: "right" | "wrong" }
  | { readonly kind: "locked"; readonly unlocksInMs: Milliseconds };

/** Failed attempts by key, in a sliding window. While a key is locked nothing is counted: it unlocks by itself. */
export class Lockout {
  readonly rules: Required<LockoutRules>;
  readonly #clock: Clock;
  /** The times of failed attempts, oldest first, by key; the key that was heard of last stands last. */
  readonly #failed = new Map<string, readonly Milliseconds[]>();

  constructor({ limit, seconds, mostKeys = 100_000 }: LockoutRules, clock: Clock) {
    this.rules = { limit, seconds, mostKeys };
    this.#clock = clock;
  }

  /**
   * Lets an attempt be checked, unless the key is locked, and counts it. What was locked while the check ran stays so, even
   * for the right answer: guesses that arrive together are no more than guesses one after the other.
   */
  async attempt(key: string, isRight: () => boolean | PromiseLike<boolean>): Promise<Attempt> {
    if (this.unlocksInMs(key) > 0) return { kind: "locked", unlocksInMs: this.unlocksInMs(key) };
    const right = await isRight();
    const unlocksInMs = this.unlocksInMs(key);
    if (unlocksInMs > 0) return { kind: "locked", unlocksInMs };
    if (right) this.succeeded(key);
    else this.failed(key);
    return { kind: right ? "right" : "wrong" };
  }

  /** An attempt was wrong. */
  failed(key: string): void {
    if (this.unlocksInMs(key) > 0) return;
    const attempts = [...this.#recent(key), this.#clock.monotonic()];
    this.#failed.delete(key);
    this.#failed.set(key, attempts);
    if (this.#failed.size <= this.rules.mostKeys) return;
    const [longestSilent] = this.#failed.keys();
    if (longestSilent !== undefined) this.#failed.delete(longestSilent);
  }

  /** An attempt was right: all that failed before is forgotten. */
  succeeded(key: string): void {
    this.#failed.delete(key);
  }

  /** For how many milliseconds the key is locked; 0 when it is not. */
  unlocksInMs(key: string): Milliseconds {
    const oldestThatCounts = this.#recent(key).at(-this.rules.limit);
    if (oldestThatCounts === undefined) return 0;
    return oldestThatCounts + this.rules.seconds * 1000 - this.#clock.monotonic();
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#failed.size;
  }

  #recent(key: string): readonly Milliseconds[] {
    const begin = this.#clock.monotonic() - this.rules.seconds * 1000;
    return (this.#failed.get(key) ?? []).filter((at) => at > begin);
  }
}

const shared = new Map<string, Lockout>();

/**
 * The lockout of this name: the same for every extension of the process that asks for it, so that a wrong code counts beside a
 * wrong password.
 *
 * @throws {RangeError} when somebody has asked for it with other rules
 *
 * @example
 * ```ts
 * import { sharedLockout } from "@sallyport/sample-nps-lockout";
 * import { systemClock } from "@sallyport/runtime";
 *
 * const lockout = sharedLockout("log-on", { limit: 5, seconds: 300 }, systemClock);
 * const attempt = await lockout.attempt("CORP\\ALICE", () => false);
 * if (attempt.kind === "locked") console.log(`for ${attempt.unlocksInMs} ms`);
 * ```
 */
export function sharedLockout(name: string, rules: LockoutRules, clock: Clock): Lockout {
  const found = shared.get(name);
  if (found === undefined) {
    const made = new Lockout(rules, clock);
    shared.set(name, made);
    return made;
  }
  const { limit, seconds } = found.rules;
  if (limit !== rules.limit || seconds !== rules.seconds)
    throw new RangeError(
      `the lockout "${name}" has a limit of ${limit} attempts in ${seconds} seconds already`,
    );
  return found;
}

/** Forgets a shared lockout, when its server has stopped. */
export function forgetLockout(name: string): void {
  shared.delete(name);
}
