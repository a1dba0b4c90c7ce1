import { HeldAttribute } from "../../attribute-list.ts";
import {
  ratCalledStationId,
  ratCallingStationId,
  ratFQUserName,
  ratProvider,
  ratProviderName,
  ratStrippedUserName,
} from "../../contract/attribute-types.ts";
import { rapNone, rapProxy, rapWindowsNT } from "../../contract/constants.ts";
import { qualifiedName } from "../../identity.ts";
import type { AuthenticationChoice } from "../../policies/policy.ts";
import { applyRealmRules, type RealmAttribute, type RealmRule } from "../../policies/realm-rules.ts";
import { Reason } from "../../reason.ts";
import type { NpsRequest } from "../../request.ts";
import { answerNow, next, type Stage } from "../stage.ts";

const stage = "Connection request policies";

const providers = { local: rapWindowsNT, forward: rapProxy, none: rapNone } as const;

/**
 * Chooses who authenticates the request: the first policy whose conditions all hold (NPS-23, NPS-76, X-18), and applies its
 * realm rules (NPS-78).
 */
export const connectionRequestPolicies: Stage = (request, context) => {
  const trial = context.connectionRequestPolicies.first(request);
  const { policy } = trial;
  if (policy === undefined) {
    request.trace.step(stage, "none matched", {}, trial);
    if (request.isAccess) request.reject(Reason.NoConnectionRequestPolicy);
    return request.isAccess ? answerNow : next;
  }
  const { attributes } = request;
  request.provider = providers[policy.authentication.provider];
  request.requestPolicyAttributes = policy.profile;
  attributes.add(HeldAttribute.ofNumber(ratProvider, request.provider));
  attributes.add(policy.nameAttribute);
  if (policy.authentication.provider === "forward") {
    attributes.add(HeldAttribute.ofText(ratProviderName, policy.authentication.group));
  }
  const { userName } = request;
  request.trace.step(
    stage,
    "matched",
    { policy: policy.name, provider: providerWords(policy.authentication) },
    trial,
  );
  if (policy.realmRules !== undefined) applyRules(policy.realmRules, request);
  const name = request.realmUserName ?? userName;
  if (name !== undefined) {
    const account = qualifiedName(name, context.defaultDomain);
    attributes.add(HeldAttribute.ofText(ratStrippedUserName, account));
    attributes.add(HeldAttribute.ofText(ratFQUserName, account));
    request.trace.account = account;
  }
  return next;
};

/** ratUserName stays what the wire carried (NPS-69); the station ids are changed where they stand. */
function applyRules(rules: readonly RealmRule[], request: NpsRequest): void {
  const { userName, attributes } = request;
  if (userName !== undefined) {
    const changed = applied(rules, "User-Name", userName, request);
    if (changed !== userName) request.realmUserName = changed;
  }
  for (const [attribute, attrType] of stations) {
    const before = attributes.first(attrType)?.text;
    if (before === undefined) continue;
    const after = applied(rules, attribute, before, request);
    if (after !== before) attributes.set(HeldAttribute.ofText(attrType, after));
  }
}

const stations: readonly (readonly [RealmAttribute, number])[] = [
  ["Called-Station-Id", ratCalledStationId],
  ["Calling-Station-Id", ratCallingStationId],
];

function applied(
  rules: readonly RealmRule[],
  attribute: RealmAttribute,
  before: string,
  request: NpsRequest,
): string {
  const result = applyRealmRules(rules, attribute, before);
  for (const { description } of result.refused) {
    request.trace.step("Realm rules", "not applied: the result does not fit into an attribute", {
      attribute,
      rule: description,
    });
  }
  if (result.applied.length > 0) {
    request.trace.step("Realm rules", "applied", {
      attribute,
      before,
      after: result.text,
      rules: result.applied.map(({ description }) => description).join("; "),
    });
  }
  return result.text;
}

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
