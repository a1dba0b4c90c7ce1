import { isThenable } from "@sallyport/runtime";
import type { NpsRequest } from "../request.ts";
import { type Disposition, next, type PipelineContext, type Stage } from "./stage.ts";
import { accountRestrictions } from "./stages/account-restrictions.ts";
import { accounting } from "./stages/accounting.ts";
import { authentication } from "./stages/authentication.ts";
import { authenticationExtensions } from "./stages/authentication-extensions.ts";
import { authorizationExtensions } from "./stages/authorization-extensions.ts";
import { challengeState } from "./stages/challenge-state.ts";
import { connectionRequestPolicies } from "./stages/connection-request-policies.ts";
import { eapConversation } from "./stages/eap-conversation.ts";
import { networkPolicies } from "./stages/network-policies.ts";
import { pingUserName } from "./stages/ping-user-name.ts";
import { wellFormed } from "./stages/well-formed.ts";

/** What happens to an Access-Request whose client, authenticators and uniqueness the receiver has checked. */
export const accessPipeline: readonly Stage[] = [
  pingUserName,
  wellFormed,
  challengeState,
  eapConversation,
  connectionRequestPolicies,
  authenticationExtensions,
  authentication,
  accountRestrictions,
  networkPolicies,
  authorizationExtensions,
  accounting,
];

/** What happens to an Accounting-Request: both lists see it, nothing is authenticated (NPS-09, X-14). */
export const accountingPipeline: readonly Stage[] = [
  connectionRequestPolicies,
  authenticationExtensions,
  authorizationExtensions,
  accounting,
];

/**
 * Takes a request through its stages. The answer comes in the same turn unless a stage had to wait; `answer` as a
 * disposition ends the run as `next` after the last stage does.
 */
export function runPipeline(
  stages: readonly Stage[],
  request: NpsRequest,
  context: PipelineContext,
  from = 0,
): Disposition | Promise<Disposition> {
  for (let index = from; index < stages.length; index++) {
    const disposition = (stages[index] as Stage)(request, context);
    if (isThenable(disposition)) {
      return Promise.resolve(disposition).then((settled) =>
        settled.kind === "next" ? runPipeline(stages, request, context, index + 1) : settled,
      );
    }
    if (disposition.kind !== "next") return disposition;
  }
  return next;
}
