import { HeldAttribute } from "../../attribute-list.ts";
import {
  ratCRPPolicyName,
  ratFQUserName,
  ratProvider,
  ratProviderName,
  ratStrippedUserName,
} from "../../contract/attribute-types.ts";
import { rapNone, rapProxy, rapWindowsNT } from "../../contract/constants.ts";
import { qualifiedName } from "../../identity.ts";
import { type AuthenticationChoice, firstMatch } from "../../policies/policy.ts";
import { Reason } from "../../reason.ts";
import { answerNow, next, type Stage } from "../stage.ts";

const stage = "Connection request policies";

const providers = { local: rapWindowsNT, forward: rapProxy, none: rapNone } as const;

/** Chooses who authenticates the request: the first policy whose conditions all hold (NPS-23, NPS-76, X-18). */
export const connectionRequestPolicies: Stage = (request, context) => {
  const policy = firstMatch(context.connectionRequestPolicies, request);
  if (policy === undefined) {
    request.trace.step(stage, "none matched");
    if (request.isAccess) request.reject(Reason.NoConnectionRequestPolicy);
    return request.isAccess ? answerNow : next;
  }
  const { attributes } = request;
  request.provider = providers[policy.authentication.provider];
  attributes.add(HeldAttribute.ofNumber(ratProvider, request.provider));
  attributes.add(HeldAttribute.ofText(ratCRPPolicyName, policy.name));
  if (policy.authentication.provider === "forward") {
    attributes.add(HeldAttribute.ofText(ratProviderName, policy.authentication.group));
  }
  const userName = request.userName;
  if (userName !== undefined) {
    const name = qualifiedName(userName, context.defaultDomain);
    attributes.add(HeldAttribute.ofText(ratStrippedUserName, name));
    attributes.add(HeldAttribute.ofText(ratFQUserName, name));
  }
  request.trace.step(stage, "matched", {
    policy: policy.name,
    provider: providerWords(policy.authentication),
  });
  return next;
};

function providerWords(authentication: AuthenticationChoice): string {
  switch (authentication.provider) {
    case "local":
      return "authenticate here";
    case "forward":
      return `forward to ${authentication.group}`;
    case "none":
      return "accept without validating credentials";
  }
}
