import { constantTimeEqual } from "@sallyport/crypto";
import * as codes from "@sallyport/errors/sspi";
import type { NtlmAcceptorPolicy, NtlmBindingPolicy } from "./ntlm-options.ts";
import { upperCase } from "./response-keys.ts";
import * as av from "./wire/av-pairs.ts";
import { decodeUtf16 } from "./wire/text.ts";

/** 36 hours in milliseconds. */
const defaultTimeDifference = 36 * 3_600_000;
/** Samba sends this value where it has no bindings. */
const noBindings = new Uint8Array(16);
/** 1970-01-01 in milliseconds since 1601. */
const unixEpoch = 11_644_473_600_000;

/**
 * Whether the time of a response is near enough (NTLM-36).
 *
 * @param time units of 100 ns since 1601
 */
export function timeStatus(
  time: number,
  now: number,
  { maximumTimeDifference = defaultTimeDifference }: NtlmAcceptorPolicy,
): number {
  const difference = Math.abs(time / 10_000 - unixEpoch - now);
  return difference <= maximumTimeDifference ? codes.SEC_E_OK : codes.SEC_E_LOGON_DENIED;
}

/**
 * Whether the response belongs to the channel that the caller sees (NTLM-30).
 *
 * @param bindings the hash of the caller's
 */
export function bindingsStatus(
  bindings: Uint8Array | undefined,
  pairs: readonly av.AvPair[],
  policy: NtlmBindingPolicy,
): number {
  if (policy === "ignore") return codes.SEC_E_OK;
  const received = av.findAvPair(pairs, av.MsvAvChannelBindings);
  const isAbsent = received === undefined || constantTimeEqual(received, noBindings);
  if (bindings === undefined || isAbsent) {
    return policy === "required" ? codes.SEC_E_BAD_BINDINGS : codes.SEC_E_OK;
  }
  return constantTimeEqual(received, bindings) ? codes.SEC_E_OK : codes.SEC_E_BAD_BINDINGS;
}

/** Whether the client meant this server: strict checking of the SPN. */
export function targetStatus(pairs: readonly av.AvPair[], { acceptedTargets }: NtlmAcceptorPolicy): number {
  if (acceptedTargets === undefined) return codes.SEC_E_OK;
  const received = av.findAvPair(pairs, av.MsvAvTargetName);
  if (received === undefined || (av.avFlags(pairs) & av.avFlagUntrustedTarget) !== 0) {
    return codes.SEC_E_WRONG_PRINCIPAL;
  }
  const name = upperCase(decodeUtf16(received));
  return acceptedTargets.some((target) => upperCase(target) === name)
    ? codes.SEC_E_OK
    : codes.SEC_E_WRONG_PRINCIPAL;
}
