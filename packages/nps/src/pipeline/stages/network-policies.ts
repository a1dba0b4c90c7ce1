import { HeldAttribute } from "../../attribute-list.ts";
import { ratState } from "../../contract/attribute-types.ts";
import { rapProxy, rcAccessAccept } from "../../contract/constants.ts";
import { constraintFailure } from "../../policies/network-policy.ts";
import type { NetworkPolicy, PolicyConstraint } from "../../policies/policy.ts";
import { Reason } from "../../reason.ts";
import type { NpsRequest } from "../../request.ts";
import type { RecordedStep } from "../../trace/request-trace.ts";
import { applyProfile, replaceAttributes } from "../profile.ts";
import { type Disposition, next, type Stage } from "../stage.ts";

const stage = "Network policies";

/**
 * Admits what was accepted, with the profile of the first policy that matches (NPS-18, NPS-39, NPS-79). That policy is
 * final: where it denies, or one of its constraints fails, no further one is tried. Requests that a remote server answered
 * are not evaluated.
 */
export const networkPolicies: Stage = (request, context) => {
  if (request.responseType !== rcAccessAccept || request.provider === rapProxy) {
    request.trace.step(
      stage,
      request.provider === rapProxy ? "skipped: forwarded" : "skipped: not an Access-Accept",
    );
    return next;
  }
  if (answersChallenge(request) && !context.compatibility.enforceNetworkPolicyOnChallengeResponse) {
    request.trace.step(stage, "skipped: an extension accepted the answer to a challenge");
    return next;
  }
  const trial = context.networkPolicies.first(request);
  const { policy } = trial;
  if (policy === undefined) return refuse(request, Reason.NoNetworkPolicy, "none matched", {}, trial);
  request.attributes.set(policy.nameAttribute);
  const denial = denialOf(policy, request);
  if (denial !== undefined) {
    const outcome = `matched, access denied (policy "${policy.name}")`;
    return refuse(request, Reason.DialInDenied, outcome, { policy: policy.name, why: denial }, trial);
  }
  const failed = policy.constraints?.find((constraint) => !constraint.matches(request));
  if (failed !== undefined) return refuseByConstraint(request, policy, failed, trial);
  request.trace.step(stage, "matched", { policy: policy.name }, trial);
  applyProfile(policy, request, stage);
  applyMethodAttributes(request);
  return next;
};

/** Whether an extension took the decision on the second leg of a dialogue (NPS-64). */
function answersChallenge(request: NpsRequest): boolean {
  return request.attributes.has(ratState) && typeof request.decidedBy === "number";
}

/** Why access is denied: the account's dial-in permission overrides the policy, unless the policy ignores it. */
function denialOf(policy: NetworkPolicy, request: NpsRequest): string | undefined {
  const permission =
    policy.ignoreDialInPermission === true ? "policy" : (request.account?.dialIn ?? "policy");
  if (permission === "allow") return undefined;
  if (permission === "deny") return "the account's dial-in permission is deny";
  return policy.access === "deny" ? "the policy denies access" : undefined;
}

function refuseByConstraint(
  request: NpsRequest,
  policy: NetworkPolicy,
  constraint: PolicyConstraint,
  trial: RecordedStep["trial"],
): Disposition {
  return refuse(
    request,
    constraint.reason,
    "matched, a constraint failed",
    { policy: policy.name, constraint: constraint.description, seen: constraintFailure(constraint, request) },
    trial,
  );
}

/** What an EAP method put out replaces what the policy has of the same type, of type 26 by the vendor's (EAP-82, EAP-83). */
function applyMethodAttributes(request: NpsRequest): void {
  const own = request.eap?.attributes ?? [];
  if (own.length === 0) return;
  replaceAttributes(
    request,
    own.map(({ type, value }) => HeldAttribute.ofBytes(type, value)),
  );
}

function refuse(
  request: NpsRequest,
  reason: number,
  outcome: string,
  detail: Readonly<Record<string, string>>,
  trial: RecordedStep["trial"],
): Disposition {
  request.trace.step(stage, outcome, detail, trial);
  request.reject(reason);
  return next;
}
