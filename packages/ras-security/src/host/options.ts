import type { Clock, Log, Milliseconds } from "@sallyport/runtime";
import type { CallLogEntry } from "./call-log.ts";
import type { PortKind } from "./line.ts";
import type { SecurityModule } from "./load-security-module.ts";

/** What a {@link RasSecurityHost} is made of. All limits have a default and a range. */
export interface RasSecurityHostOptions extends Partial<RasSecurityLimits> {
  /** The one module (RAS-01); undefined where none is registered: calls then go straight to PPP (RAS-05). */
  readonly module: SecurityModule | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** Sees every call of a Windows function and its result, in order. Never what was typed. */
  readonly onCall?: ((entry: CallLogEntry) => void) | undefined;
}

export interface RasSecurityLimits {
  /** Default true: Begin runs for one call at a time (RAS-08). */
  readonly serializeBegin: boolean;
  /** A Begin that runs longer leaves a warning. Default 5 000 milliseconds. */
  readonly beginWarnMs: Milliseconds;
  /** A Begin that runs longer counts as failed, with 645. Default 60 000 milliseconds. */
  readonly beginLimitMs: Milliseconds;
  /** The size of the send buffer and of the receive buffer, 1 to 65 535 bytes. Default 1 500 (RAS-13). */
  readonly bufferSize: number;
  /** How many bytes are kept that nobody asked for. Default 65 536 (RAS-27). */
  readonly maxTypeahead: number;
  /** How many bytes may wait to be transmitted. Default 262 144. */
  readonly maxUnsent: number;
  /** How long a hang-up waits for bytes that were accepted before. Default 2 000 milliseconds (RAS-36). */
  readonly flushMs: Milliseconds;
  /** How long a termination may be delayed. Default 30 000 milliseconds (RAS-53). */
  readonly delayLimitMs: Milliseconds;
  /** How often End is called at most. Default 16 (RAS-53). */
  readonly maxEndCalls: number;
  /** How long a dialog may take. Default: as long as it likes (RAS-55). */
  readonly dialogLimitMs: Milliseconds | undefined;
  /** Default false: a second Send without a Receive between is only noted; true: it returns 616 (RAS-21). */
  readonly strict: boolean;
  /** Default false: PPP may authenticate another name than the dialog did (RAS-39). */
  readonly requireSameUser: boolean;
  /** The kinds of port that have a dialog. Default `["async"]` (RAS-06). */
  readonly kinds: readonly PortKind[];
  /** How many calls there may be at a time; further ones are hung up. Default 4 096. */
  readonly maxCalls: number;
}

const defaults: RasSecurityLimits = {
  serializeBegin: true,
  beginWarnMs: 5_000,
  beginLimitMs: 60_000,
  bufferSize: 1_500,
  maxTypeahead: 65_536,
  maxUnsent: 262_144,
  flushMs: 2_000,
  delayLimitMs: 30_000,
  maxEndCalls: 16,
  dialogLimitMs: undefined,
  strict: false,
  requireSameUser: false,
  kinds: ["async"],
  maxCalls: 4_096,
};

const ranges: Partial<Record<keyof RasSecurityLimits, readonly [least: number, most: number]>> = {
  beginWarnMs: [1, 86_400_000],
  beginLimitMs: [1, 86_400_000],
  bufferSize: [1, 65_535],
  maxTypeahead: [1, 16_777_216],
  maxUnsent: [1, 16_777_216],
  flushMs: [0, 600_000],
  delayLimitMs: [1, 86_400_000],
  maxEndCalls: [1, 1_000],
  dialogLimitMs: [1, 86_400_000],
  maxCalls: [1, 1_000_000],
};

/** The limits with their defaults. @throws {RangeError} naming the one that is out of its range */
export function limitsOf(options: Partial<RasSecurityLimits>): RasSecurityLimits {
  const given = Object.fromEntries(
    Object.keys(defaults).flatMap((name) => {
      const value = options[name as keyof RasSecurityLimits];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const limits: RasSecurityLimits = { ...defaults, ...given };
  for (const [name, [least, most]] of Object.entries(ranges)) {
    const value = limits[name as keyof RasSecurityLimits];
    if (value === undefined) continue;
    if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most) {
      throw new RangeError(`${name} must be a whole number from ${least} to ${most}, not ${String(value)}`);
    }
  }
  return limits;
}
