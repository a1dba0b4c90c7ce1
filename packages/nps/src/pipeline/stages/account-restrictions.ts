import { accountRestriction } from "@sallyport/accounts";
import { rapProxy, rcAccessAccept } from "../../contract/constants.ts";
import { Reason } from "../../reason.ts";
import { next, type Stage } from "../stage.ts";

/**
 * Refuses accounts that are disabled or expired, whoever accepted them: an extension's Accept skips authentication,
 * not authorization (NPS-18).
 */
export const accountRestrictions: Stage = (request, context) => {
  const { account } = request;
  if (request.responseType !== rcAccessAccept || request.provider === rapProxy || account === undefined)
    return next;
  const restriction = accountRestriction(account, context.clock.now());
  if (restriction !== undefined) {
    request.trace.step("Account restrictions", `the account is ${restriction}`);
    request.reject(restriction === "disabled" ? Reason.AccountDisabled : Reason.AccountExpired);
  }
  return next;
};
