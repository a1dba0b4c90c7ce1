import {
  type CompleteNegotiationSettings,
  completeNegotiationSettings,
} from "../negotiation/negotiation-settings.ts";
import type { PppLinkSettings } from "./link-options.ts";

export type CompleteLinkSettings = Required<{
  readonly [Name in keyof Omit<PppLinkSettings, "negotiation">]: Exclude<PppLinkSettings[Name], undefined>;
}> & { readonly negotiation: CompleteNegotiationSettings };

/**
 * Fills in the defaults, once for many links that share their settings.
 *
 * @throws {RangeError} for a number out of its range
 */
export function completeLinkSettings(settings: PppLinkSettings = defaults): CompleteLinkSettings {
  const complete = known.get(settings) ?? completed(settings);
  known.set(settings, complete);
  return complete;
}

const defaults: PppLinkSettings = Object.freeze({});
const known: WeakMap<PppLinkSettings, CompleteLinkSettings> = new WeakMap();

function completed(settings: PppLinkSettings): CompleteLinkSettings {
  const {
    mru = 1500,
    characterMap = 0,
    compressHeaders = true,
    authenticationRetransmitMs = 3_000,
    authenticationTransmissions = 10,
    negotiationLimitMs = 150_000,
    echoIntervalMs = 30_000,
    echoFailures = 4,
    answerPing = true,
  } = settings;
  inRange("mru", mru, 128, 16_384);
  inRange("characterMap", characterMap, 0, 0xffffffff);
  inRange("authenticationRetransmitMs", authenticationRetransmitMs, 1, longest);
  inRange("authenticationTransmissions", authenticationTransmissions, 1, 1000);
  inRange("negotiationLimitMs", negotiationLimitMs, 1, longest);
  inRange("echoIntervalMs", echoIntervalMs, 0, longest);
  inRange("echoFailures", echoFailures, 1, 1000);
  return {
    negotiation: completeNegotiationSettings(settings.negotiation),
    mru,
    characterMap,
    compressHeaders,
    authenticationRetransmitMs,
    authenticationTransmissions,
    negotiationLimitMs,
    echoIntervalMs,
    echoFailures,
    answerPing,
  };
}

/** What a timer of the system can wait: 24 days. */
const longest = 2 ** 31 - 1;

function inRange(name: string, value: number, least: number, most: number): void {
  if (!(Number.isInteger(value) && value >= least && value <= most)) {
    throw new RangeError(`${name} must be a whole number from ${least} to ${most}, not ${value}`);
  }
}
