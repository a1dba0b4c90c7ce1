import { type AccountRestriction, accountRestriction } from "@sallyport/accounts";
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
  if (restriction !== undefined && !(restriction === "password-expired" && request.passwordChanged)) {
    request.trace.step("Account restrictions", words[restriction]);
    request.reject(reasons[restriction]);
  }
  return next;
};

const reasons: Readonly<Record<AccountRestriction, number>> = {
  disabled: Reason.AccountDisabled,
  expired: Reason.AccountExpired,
  "logon-hours": Reason.LogonHours,
  "password-expired": Reason.PasswordMustChange,
};

const words: Readonly<Record<AccountRestriction, string>> = {
  disabled: "the account is disabled",
  expired: "the account has expired",
  "logon-hours": "the account may not be used at this time",
  "password-expired": "the password has expired",
};
