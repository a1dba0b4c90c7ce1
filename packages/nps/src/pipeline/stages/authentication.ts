import { type Account, verifyPap } from "@sallyport/accounts";
import { withAccount } from "../../account-lookup.ts";
import { HeldAttribute } from "../../attribute-list.ts";
import { ratProviderName, ratUserPassword } from "../../contract/attribute-types.ts";
import {
  rapNone,
  rapProxy,
  rcAccessAccept,
  rcAccessChallenge,
  rcAccessReject,
} from "../../contract/constants.ts";
import { Reason } from "../../reason.ts";
import type { NpsRequest } from "../../request.ts";
import { type Disposition, discard, next, type PipelineContext, type Stage } from "../stage.ts";

const stage = "Authentication";

/** Authenticates what no extension has decided: here, by a remote server, or not at all (NPS-17, NPS-77). */
export const authentication: Stage = (request, context) => {
  if (request.responseType !== 0) {
    request.trace.step(stage, "skipped: decided by an extension");
    return request.responseType === rcAccessAccept ? withAccount(request, context, () => next) : next;
  }
  if (request.provider === rapProxy) return forward(request, context);
  if (request.provider === rapNone) {
    request.trace.step(stage, "accepted without validating credentials");
    request.accept();
    return withAccount(request, context, () => next);
  }
  const password = request.attributes.first(ratUserPassword);
  if (password === undefined) return refuse(request, unsupported(request), "no User-Password");
  return withAccount(request, context, (account) => verify(request, account, password.bytes));
};

function verify(request: NpsRequest, account: Account | undefined, password: Uint8Array): Disposition {
  const verification = verifyPap(account, password);
  if (verification.kind === "refused") {
    const reason = verification.reason === "unknown-account" ? Reason.NoSuchUser : Reason.CredentialsMismatch;
    return refuse(request, reason, verification.reason);
  }
  request.trace.step(stage, "password right", { method: "PAP" });
  request.accept();
  return next;
}

function refuse(request: NpsRequest, reason: number, problem: string): Disposition {
  request.trace.step(stage, "refused", { problem });
  request.reject(reason);
  return next;
}

/** A method that this server does not know, or no credentials at all. */
function unsupported(request: NpsRequest): number {
  const method = request.attributes.has(3) || request.attributes.has(26) || request.attributes.has(79);
  return method ? Reason.UnsupportedAuthenticationType : Reason.AuthenticationMethodNotAllowed;
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
    return next;
  });
}
