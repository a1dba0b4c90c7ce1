import { Reason } from "../../reason.ts";
import { malformedCredentials } from "../credentials.ts";
import { answerNow, next, type Stage } from "../stage.ts";

/** Rejects a request whose credentials cannot be what they say, before anybody else sees it (NPS-10). */
export const wellFormed: Stage = (request) => {
  if (!request.isAccess) return next;
  const problem = malformedCredentials(request);
  if (problem === undefined) return next;
  request.trace.step("Credentials", "malformed", { problem });
  request.reject(Reason.MalformedRequest);
  return answerNow;
};
