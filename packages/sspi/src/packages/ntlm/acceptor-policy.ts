import type { NtlmAcceptorPolicy } from "./ntlm-options.ts";

/** Every setting of an acceptor, so that none is forgotten here. */
type DecidedPolicy = {
  readonly [Setting in keyof Required<NtlmAcceptorPolicy>]: NtlmAcceptorPolicy[Setting];
};

/**
 * What an acceptor goes by: what its credential says before what the package says. Taken one by one, because an acceptor lives
 * as long as its credential, and the password that may stand beside these settings must not (SSPI-35).
 */
export function acceptorPolicy(given: NtlmAcceptorPolicy, options: NtlmAcceptorPolicy): DecidedPolicy {
  return {
    channelBindings: given.channelBindings ?? options.channelBindings,
    requireMic: given.requireMic ?? options.requireMic,
    allowLegacy: given.allowLegacy ?? options.allowLegacy,
    maximumTimeDifference: given.maximumTimeDifference ?? options.maximumTimeDifference,
    refuseLoopback: given.refuseLoopback ?? options.refuseLoopback,
    acceptedTargets: given.acceptedTargets ?? options.acceptedTargets,
    peerAlwaysSeals: given.peerAlwaysSeals ?? options.peerAlwaysSeals,
    allowEmptyPasswords: given.allowEmptyPasswords ?? options.allowEmptyPasswords,
    restriction: given.restriction ?? options.restriction,
  };
}
