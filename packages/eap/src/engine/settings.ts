import type { Milliseconds } from "@sallyport/runtime";

/** How an engine behaves where the rules leave a choice. */
export interface EapEngineSettings {
  /**
   * Who sends a packet again. `"engine"` (default): this engine, as over PPP. `"lower-layer"`: somebody else, as the
   * access server in front of a RADIUS server (RFC 3579 section 2.2): the engine then runs no timers, makes no resend
   * calls, and its user bounds the age of a session.
   */
  readonly retransmission?: "engine" | "lower-layer";
  /** How long to wait for an answer before asking for a resend; 3 000 by default (EAP-26). */
  readonly retransmitMs?: Milliseconds;
  /** How many resends before the link counts as lost; 10 by default (EAP-26). */
  readonly maxRetransmits?: number;
  /** Whether the interactive action asks for resends; `"repeat"` by default (EAP-28, X-08). */
  readonly interactiveRetransmit?: "repeat" | "never";
  /** The most time a session may take, waits for users not counted; 150 000 by default (EAP-89). */
  readonly sessionLimitMs?: Milliseconds;
  /** The most packets of the other side that a method may accept in a session; 100 by default (EAP-90). */
  readonly maxRounds?: number;
  /** Whether the authenticator sends Success or Failure for a method that did not; true by default (EAP-45, X-28). */
  readonly autoFinalPacket?: boolean;
  /** Whether a success without session keys counts as a failure; false by default (EAP-85). */
  readonly requireEncryption?: boolean;
}

/** The settings with the defaults filled in. */
export type CompleteEngineSettings = Required<EapEngineSettings>;

/**
 * Fills in the defaults. To be done once for many sessions: engines take complete settings as they are.
 *
 * @throws {RangeError} for a time that is not positive or a count that is no whole number
 *
 * @example
 * ```ts
 * import { completeEngineSettings } from "@sallyport/eap";
 *
 * const overRadius = completeEngineSettings({ retransmission: "lower-layer" });
 * overRadius.maxRounds; // 100
 * ```
 */
export function completeEngineSettings(settings: EapEngineSettings = {}): CompleteEngineSettings {
  if (isComplete(settings)) return settings;
  const filled: CompleteEngineSettings = { ...defaults, ...withoutUndefined(settings) };
  for (const name of ["retransmitMs", "sessionLimitMs"] as const) {
    if (!(filled[name] > 0))
      throw new RangeError(`${name} must be above 0 milliseconds, not ${filled[name]}`);
  }
  for (const name of ["maxRetransmits", "maxRounds"] as const) {
    if (!Number.isSafeInteger(filled[name]) || filled[name] < 0) {
      throw new RangeError(`${name} must be a whole number of at least 0, not ${filled[name]}`);
    }
  }
  complete.add(filled);
  return filled;
}

const defaults: CompleteEngineSettings = {
  retransmission: "engine",
  retransmitMs: 3_000,
  maxRetransmits: 10,
  interactiveRetransmit: "repeat",
  sessionLimitMs: 150_000,
  maxRounds: 100,
  autoFinalPacket: true,
  requireEncryption: false,
};

const complete: WeakSet<EapEngineSettings> = new WeakSet();

function isComplete(settings: EapEngineSettings): settings is CompleteEngineSettings {
  return complete.has(settings);
}

function withoutUndefined(settings: EapEngineSettings): EapEngineSettings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}
