import { type CodeShape, stepsOf, type TotpKey } from "./totp.ts";

/** How codes are checked. */
export interface CodeRules extends CodeShape {
  /** How many steps before and after the present one are good, for clocks that differ. */
  readonly windowSteps: number;
  /** So many wrong codes within so many seconds, then none is looked at. */
  readonly attempts: { readonly limit: number; readonly seconds: number };
}

/** What the time is: the wall clock for codes, the monotonic one for durations, in milliseconds. */
export interface Time {
  now(): number;
  monotonic(): number;
}

/** The second factor of one user: each code is good once, and guessing ends after a few attempts. */
export class SecondFactor {
  readonly #key: TotpKey;
  readonly #rules: CodeRules;
  readonly #time: Time;
  /** The newest step whose code was accepted; nothing up to it is accepted again (RFC 6238 section 5.2). */
  #usedStep = -1;
  #wrong: readonly { readonly at: number }[] = [];

  constructor(key: TotpKey, rules: CodeRules, time: Time) {
    this.#key = key;
    this.#rules = rules;
    this.#time = time;
  }

  async check(code: string): Promise<"right" | "wrong" | "too many attempts"> {
    const { attempts, windowSteps } = this.#rules;
    const attempt = { at: this.#time.monotonic() };
    this.#wrong = this.#wrong.filter(({ at }) => attempt.at - at < attempts.seconds * 1000);
    if (this.#wrong.length >= attempts.limit) return "too many attempts";
    // Counted before the answer is known: requests that arrive together are not free guesses.
    this.#wrong = [...this.#wrong, attempt];
    const steps = await stepsOf(this.#key, code, this.#time.now(), windowSteps, this.#rules);
    const step = steps.find((candidate) => candidate > this.#usedStep);
    if (step === undefined) return "wrong";
    this.#usedStep = step;
    this.#wrong = this.#wrong.filter((other) => other !== attempt);
    return "right";
  }
}

/** The users who have a second factor, by name. */
export class SecondFactors {
  readonly #byName = new Map<string, SecondFactor>();

  /** Whether the name was free. */
  add(name: string, factor: SecondFactor): boolean {
    const key = folded(name);
    if (this.#byName.has(key)) return false;
    this.#byName.set(key, factor);
    return true;
  }

  get size(): number {
    return this.#byName.size;
  }

  /** `DOMAIN\user` as NPS qualifies names; who is listed without domain is meant in every domain. */
  of(qualifiedName: string): SecondFactor | undefined {
    const bareName = qualifiedName.slice(qualifiedName.indexOf("\\") + 1);
    return this.#byName.get(folded(qualifiedName)) ?? this.#byName.get(folded(bareName));
  }
}

/** No narrower than the comparison of accounts: another spelling must not be a user without second factor. */
function folded(name: string): string {
  return name.toUpperCase();
}
