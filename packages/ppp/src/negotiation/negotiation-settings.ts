import type { Milliseconds } from "@sallyport/runtime";

/** The counters and timers of RFC 1661 section 4.6, and the bounds it does not have. */
export interface NegotiationSettings {
  /** How long to wait for an answer; 3 000 milliseconds by default. */
  readonly restartMs?: Milliseconds;
  /** How often a Configure-Request is sent without an answer, the first one included; 10 by default. */
  readonly maxConfigure?: number;
  /** How often a Terminate-Request is sent; 2 by default. */
  readonly maxTerminate?: number;
  /** How many Configure-Naks are sent before Configure-Rejects take their place; 5 by default. */
  readonly maxFailure?: number;
  /**
   * How many Configure-Naks and -Rejects may be exchanged in each direction before the two sides count as not
   * converging (732); 30 by default.
   */
  readonly maxRounds?: number;
  /** How often an open layer may be negotiated anew; 10 by default. */
  readonly maxRenegotiations?: number;
}

export type CompleteNegotiationSettings = Required<NegotiationSettings>;

/** @throws {RangeError} for a time that is not positive, or a count that is no whole number of at least 1 */
export function completeNegotiationSettings(settings: NegotiationSettings = {}): CompleteNegotiationSettings {
  const complete = { ...defaults };
  for (const name of Object.keys(defaults) as (keyof NegotiationSettings)[]) {
    const value = settings[name];
    if (value === undefined) continue;
    const valid =
      name === "restartMs" ? value > 0 && Number.isFinite(value) : Number.isSafeInteger(value) && value > 0;
    if (!valid) throw new RangeError(`${name} must be at least 1, not ${value}`);
    complete[name] = value;
  }
  return complete;
}

const defaults: CompleteNegotiationSettings = {
  restartMs: 3_000,
  maxConfigure: 10,
  maxTerminate: 2,
  maxFailure: 5,
  maxRounds: 30,
  maxRenegotiations: 10,
};
