import {
  type ConnectionRequestPolicySettings,
  connectionRequestPolicy,
  type NetworkPolicySettings,
  networkPolicy,
} from "../src/index.ts";
import { createHarness, type Harness, type HarnessOptions } from "./harness.ts";

/** A server with policies as settings have them. */
export function policyServer(
  policies: {
    connectionRequest?: readonly ConnectionRequestPolicySettings[];
    network?: readonly NetworkPolicySettings[];
  },
  options: HarnessOptions = {},
): Harness {
  const { connectionRequest, network } = policies;
  return createHarness({
    ...(connectionRequest && {
      connectionRequestPolicies: connectionRequest.map((one) => connectionRequestPolicy(one)),
    }),
    ...(network && { networkPolicies: network.map((one) => networkPolicy(one)) }),
    ...options,
  });
}
