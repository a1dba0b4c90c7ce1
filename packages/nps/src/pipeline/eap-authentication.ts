import {
  ERROR_ACCT_DISABLED,
  ERROR_ACCT_EXPIRED,
  ERROR_AUTH_PROTOCOL_REJECTED,
  ERROR_AUTHENTICATION_FAILURE,
  ERROR_CHANGING_PASSWORD,
  ERROR_NO_AUTH_PROTOCOL_AVAILABLE,
  ERROR_NO_DIALIN_PERMISSION,
  ERROR_PASSWD_EXPIRED,
  ERROR_PEER_REFUSED_AUTH,
  ERROR_RESTRICTED_LOGON_HOURS,
} from "@sallyport/errors/ras";
import { isThenable } from "@sallyport/runtime";
import { withAccount } from "../account-lookup.ts";
import { HeldAttribute } from "../attribute-list.ts";
import { ratClearTextPassword, ratFQUserName, ratStrippedUserName } from "../contract/attribute-types.ts";
import { rcAccessChallenge } from "../contract/constants.ts";
import type { EapOffer, EapOutcome, EapRound } from "../eap/eap-service.ts";
import { qualifiedName } from "../identity.ts";
import { Reason } from "../reason.ts";
import type { NpsRequest } from "../request.ts";
import { type Disposition, discard, next, type PipelineContext } from "./stage.ts";

const stage = "Authentication";

/**
 * Authenticates by EAP: one round of a conversation. Where one begins, the network policy that matches says which
 * methods may be offered; it is evaluated again, with the authenticated account, when the method has succeeded.
 */
export function authenticateByEap(
  request: NpsRequest,
  round: EapRound,
  context: PipelineContext,
): Disposition | PromiseLike<Disposition> {
  return round.begins ? begin(request, round, context) : proceed(request, round, context, undefined);
}

function begin(
  request: NpsRequest,
  round: EapRound,
  context: PipelineContext,
): Disposition | PromiseLike<Disposition> {
  return withAccount(request, context, () => {
    const trial = context.networkPolicies.first(request);
    const { policy } = trial;
    if (policy === undefined) {
      const problem = "no network policy says which methods to offer";
      request.trace.step(stage, "refused", { problem }, trial);
      request.reject(Reason.NoNetworkPolicy);
      return next;
    }
    const { eapTypes } = policy;
    if (eapTypes?.length === 0) {
      return refuse(
        request,
        Reason.AuthenticationMethodNotAllowed,
        `network policy "${policy.name}" allows no EAP`,
      );
    }
    return proceed(request, round, context, eapTypes);
  });
}

function proceed(
  request: NpsRequest,
  round: EapRound,
  context: PipelineContext,
  types: EapOffer["types"],
): Disposition | PromiseLike<Disposition> {
  const suppliedPassword = request.attributes.first(ratClearTextPassword)?.bytes;
  const outcome = round.proceed({
    types,
    accountName: request.realmUserName,
    ...(suppliedPassword !== undefined && suppliedPassword.length > 0 && { suppliedPassword }),
  });
  return isThenable(outcome)
    ? outcome.then((settled) => conclude(request, settled, context))
    : conclude(request, outcome, context);
}

function conclude(
  request: NpsRequest,
  outcome: EapOutcome,
  context: PipelineContext,
): Disposition | PromiseLike<Disposition> {
  if (outcome.kind === "discard") {
    request.trace.step(stage, "discarded", { problem: outcome.why });
    return discard(Reason.MalformedRequest);
  }
  const { method } = outcome;
  if (request.eap !== undefined && method !== undefined) {
    request.eap.method = method;
    request.trace.eap = method;
  }
  switch (outcome.kind) {
    case "challenge": {
      request.trace.step(stage, "EAP goes on", { method: method?.name, note: outcome.note });
      request.decide(rcAccessChallenge, "server");
      const response = request.response(rcAccessChallenge);
      for (const { type, value } of outcome.attributes) response?.add(HeldAttribute.ofBytes(type, value));
      return next;
    }
    case "success":
      adoptIdentity(request, outcome.identity, context);
      if (outcome.password !== undefined) {
        request.attributes.set(HeldAttribute.ofBytes(ratClearTextPassword, outcome.password.reveal()));
      }
      return withAccount(request, context, () => {
        request.trace.step(stage, "authenticated by EAP", {
          method: method?.name,
          identity: outcome.identity,
        });
        if (request.eap !== undefined) request.eap.attributes = outcome.attributes;
        request.accept();
        context.lockout?.verified(request);
        return next;
      });
    case "failure":
      // Who tried is who spoke inside the tunnel: for the account's reason and for the lockout.
      if (outcome.identity !== undefined) adoptIdentity(request, outcome.identity, context);
      return withAccount(request, context, (account) => {
        const known = failureReasons.get(outcome.error) ?? Reason.EapError;
        // The peer is not told which of the two is wrong; the administrator is.
        const reason =
          known === Reason.CredentialsMismatch && account === undefined ? Reason.NoSuchUser : known;
        const refused = refuse(request, reason, outcome.why, method?.name, outcome.error);
        context.lockout?.verified(request);
        return refused;
      });
  }
}

/** The user of the inner method counts from here on: for the account, the policies and the authorization extensions. */
function adoptIdentity(request: NpsRequest, identity: string, context: PipelineContext): void {
  // A service that takes no notice of realm rules authenticated the name as it came.
  if (identity === "" || identity === (request.realmUserName ?? request.userName)) return;
  const name = qualifiedName(identity, context.defaultDomain);
  request.attributes.set(HeldAttribute.ofText(ratStrippedUserName, name));
  request.attributes.set(HeldAttribute.ofText(ratFQUserName, name));
  request.trace.account = name;
}

function refuse(
  request: NpsRequest,
  reason: number,
  problem: string,
  method?: string,
  error?: number,
): Disposition {
  request.trace.step(stage, "refused", { problem, method, error });
  request.reject(reason);
  return next;
}

/** What a method's result means to an administrator (Tables E-8 and N-10). */
const failureReasons: ReadonlyMap<number, number> = new Map([
  [ERROR_RESTRICTED_LOGON_HOURS, Reason.LogonHours],
  [ERROR_ACCT_DISABLED, Reason.AccountDisabled],
  [ERROR_PASSWD_EXPIRED, Reason.PasswordMustChange],
  [ERROR_NO_DIALIN_PERMISSION, Reason.DialInDenied],
  [ERROR_AUTHENTICATION_FAILURE, Reason.CredentialsMismatch],
  [ERROR_ACCT_EXPIRED, Reason.AccountExpired],
  [ERROR_CHANGING_PASSWORD, Reason.PasswordChangeFailed],
  [ERROR_AUTH_PROTOCOL_REJECTED, Reason.EapTypeUnusable],
  [ERROR_NO_AUTH_PROTOCOL_AVAILABLE, Reason.EapTypeUnusable],
  [ERROR_PEER_REFUSED_AUTH, Reason.EapTypeUnusable],
]);
