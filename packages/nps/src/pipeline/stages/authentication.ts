import {
  type Account,
  changePasswordMsChap2,
  clearPassword,
  type Refusal,
  verifyChap,
  verifyMsChap,
  verifyMsChap2,
  verifyPap,
} from "@sallyport/accounts";
import { isThenable } from "@sallyport/runtime";
import { withAccount } from "../../account-lookup.ts";
import { HeldAttribute } from "../../attribute-list.ts";
import { ratClearTextPassword, ratProviderName } from "../../contract/attribute-types.ts";
import {
  rapNone,
  rapProxy,
  rcAccessAccept,
  rcAccessChallenge,
  rcAccessReject,
} from "../../contract/constants.ts";
import { Reason } from "../../reason.ts";
import type { NpsRequest } from "../../request.ts";
import { type Credentials, credentialsOf } from "../credentials.ts";
import { authenticateByEap } from "../eap-authentication.ts";
import { msChap2Success, msChapSuccess } from "../ms-chap-answer.ts";
import { replaceAttributes } from "../profile.ts";
import { type Disposition, discard, next, type PipelineContext, type Stage } from "../stage.ts";

const stage = "Authentication";

/** Authenticates what no extension has decided: here, by a remote server, or not at all (NPS-17, NPS-77). */
export const authentication: Stage = (request, context) => {
  if (request.responseType !== 0) {
    request.authenticationType = "extension";
    request.trace.step(stage, "skipped: decided by an extension");
    return request.responseType === rcAccessAccept ? withAccount(request, context, () => next) : next;
  }
  if (request.provider === rapProxy) return forward(request, context);
  if (request.provider === rapNone) {
    request.authenticationType = "unauthenticated";
    request.trace.step(stage, "accepted without validating credentials");
    request.accept();
    return withAccount(request, context, () => next);
  }
  if (request.eap !== undefined) {
    request.authenticationType = "EAP";
    return authenticateByEap(request, request.eap.round, context);
  }
  const credentials = credentialsOf(request);
  if (credentials === undefined) {
    return refuse(request, Reason.AuthenticationMethodNotAllowed, "no credentials that this server knows");
  }
  request.authenticationType =
    credentials.protocol === "MS-CHAPv2 password change" ? "MS-CHAPv2" : credentials.protocol;
  if (credentials.protocol === "MS-CHAP") request.msChap = { version: 1, identifier: credentials.identifier };
  else if ("identifier" in credentials) request.msChap = { version: 2, identifier: credentials.identifier };
  if (credentials.protocol === "MS-CHAP" && !context.allowMsChap) {
    return refuse(
      request,
      Reason.AuthenticationMethodNotAllowed,
      "MS-CHAP is not allowed here; MS-CHAPv2 is",
    );
  }
  return withAccount(request, context, (account) =>
    watched(request, context, verify(request, context, withModulePassword(request, account), credentials)),
  );
};

/** Lets the account lockout look at what the verification came to, where there is one. */
function watched(
  request: NpsRequest,
  { lockout }: PipelineContext,
  disposition: Disposition | PromiseLike<Disposition>,
): Disposition | PromiseLike<Disposition> {
  if (lockout === undefined) return disposition;
  const settled = (known: Disposition): Disposition => {
    lockout.verified(request);
    return known;
  };
  return isThenable(disposition) ? disposition.then(settled) : settled(disposition);
}

/** A module may bring the password of another user database (NPS-66). */
function withModulePassword(request: NpsRequest, account: Account | undefined): Account | undefined {
  const supplied = request.attributes.first(ratClearTextPassword)?.bytes;
  if (supplied === undefined || supplied.length === 0) return account;
  const stranger: Omit<Account, "password"> = {
    name: request.userName ?? "",
    groups: [],
    enabled: true,
    dialIn: "policy",
  };
  return { ...(account ?? stranger), password: clearPassword(supplied) };
}

function verify(
  request: NpsRequest,
  context: PipelineContext,
  account: Account | undefined,
  credentials: Credentials,
): Disposition | PromiseLike<Disposition> {
  const { protocol } = credentials;
  switch (protocol) {
    case "PAP": {
      const { decoy } = context.accounts;
      const verification = verifyPap(account, credentials.password, {
        decoy,
        scrypt: context.scryptVerifier,
      });
      const conclude = (settled: Awaited<typeof verification>): Disposition =>
        settled.kind === "refused" ? refuseFor(request, settled, protocol) : admit(request, protocol);
      return isThenable(verification) ? verification.then(conclude) : conclude(verification);
    }
    case "CHAP": {
      const verification = verifyChap(account, credentials.answer);
      return verification.kind === "refused"
        ? refuseFor(request, verification, protocol)
        : admit(request, protocol);
    }
    case "MS-CHAP": {
      const verification = verifyMsChap(account, credentials.answer);
      if (verification.kind === "refused") return refuseFor(request, verification, protocol);
      request.proof = msChapSuccess(request, verification.ntKey);
      return admit(request, protocol);
    }
    case "MS-CHAPv2": {
      const verification = verifyMsChap2(account, credentials.answer);
      if (verification.kind === "refused") return refuseFor(request, verification, protocol);
      request.proof = msChap2Success(request, credentials.identifier, verification, context.random);
      return admit(request, protocol);
    }
    case "MS-CHAPv2 password change":
      return changePassword(request, context, account, credentials);
  }
}

/** RFC 2759 section 7: the peer knows the old password and brings a new one, which somebody has to store. */
function changePassword(
  request: NpsRequest,
  context: PipelineContext,
  account: Account | undefined,
  { identifier, change, protocol }: Extract<Credentials, { readonly change: unknown }>,
): Disposition | PromiseLike<Disposition> {
  const outcome = changePasswordMsChap2(account, change, { now: context.clock.now() });
  if (outcome.kind === "refused") {
    if (outcome.reason === "unusable-password")
      return refuse(request, Reason.PasswordChangeFailed, outcome.reason);
    return refuseFor(request, outcome, protocol);
  }
  if (context.changePassword === undefined) {
    return refuse(request, Reason.PasswordChangeFailed, "passwords of these accounts cannot be changed here");
  }
  const changed = (): Disposition => {
    request.proof = msChap2Success(request, identifier, outcome, context.random);
    request.account = { ...outcome.account, password: outcome.stored };
    request.passwordChanged = true;
    return admit(request, protocol);
  };
  const failed = (error: unknown): Disposition =>
    refuse(request, Reason.PasswordChangeFailed, error instanceof Error ? error.message : String(error));
  try {
    const stored = context.changePassword(outcome.account, outcome.stored);
    return isThenable(stored) ? stored.then(changed, failed) : changed();
  } catch (error) {
    return failed(error);
  }
}

function admit(request: NpsRequest, protocol: string): Disposition {
  request.trace.step(stage, "password right", { method: protocol });
  request.accept();
  return next;
}

const refusalReasons: Readonly<Record<Refusal["reason"], number>> = {
  "unknown-account": Reason.NoSuchUser,
  "wrong-password": Reason.CredentialsMismatch,
  "password-form": Reason.NoReversiblePassword,
  "lan-manager": Reason.LanManagerRefused,
  malformed: Reason.MalformedRequest,
  disabled: Reason.AccountDisabled,
  expired: Reason.AccountExpired,
  "logon-hours": Reason.LogonHours,
  "password-expired": Reason.PasswordMustChange,
};

function refuseFor(request: NpsRequest, refusal: Refusal, protocol: string): Disposition {
  const problem =
    refusal.reason === "password-form"
      ? `the password is kept as ${refusal.form}, which cannot serve ${refusal.protocol}`
      : refusal.reason;
  return refuse(request, refusalReasons[refusal.reason], problem, protocol);
}

function refuse(request: NpsRequest, reason: number, problem: string, method?: string): Disposition {
  request.trace.step(stage, "refused", { problem, method });
  request.reject(reason);
  return next;
}

function forward(request: NpsRequest, context: PipelineContext): Disposition | PromiseLike<Disposition> {
  const group = request.attributes.first(ratProviderName)?.text;
  if (context.remoteServers === undefined || group === undefined) {
    return refuse(request, Reason.UnknownRemoteGroup, "no such remote RADIUS server group");
  }
  return context.remoteServers.forward(request, group).then((answer) => {
    request.trace.step(stage, answer === null ? "no remote server answered" : "answered remotely", { group });
    const code = answer?.code;
    if (
      answer === null ||
      (code !== rcAccessAccept && code !== rcAccessReject && code !== rcAccessChallenge)
    ) {
      return discard(Reason.RemoteServerSilent);
    }
    request.decide(code, "server", code === rcAccessReject ? Reason.RemoteServerRejected : Reason.Success);
    const response = request.response(code);
    for (const { type, value } of answer.attributes) response?.add(HeldAttribute.ofBytes(type, value));
    if (code === rcAccessAccept) replaceAttributes(request, request.requestPolicyAttributes);
    return next;
  });
}
