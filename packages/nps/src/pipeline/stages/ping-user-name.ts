import { rcAccessReject } from "../../contract/constants.ts";
import { Reason } from "../../reason.ts";
import { answerNow, next, type Stage } from "../stage.ts";

/** Rejects the user name that access servers send to see whether this server lives: no policies, no modules, no log (NPS-81). */
export const pingUserName: Stage = (request, context) => {
  if (!request.isAccess || context.pingUserName === undefined || request.userName !== context.pingUserName)
    return next;
  request.trace.step("Ping user name", "rejected at once");
  request.decide(rcAccessReject, "server", Reason.CredentialsMismatch);
  return answerNow;
};
