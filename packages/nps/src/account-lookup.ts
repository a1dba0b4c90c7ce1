import { type Account, type AccountIdentity, accountIdentity } from "@sallyport/accounts";
import { ratStrippedUserName } from "./contract/attribute-types.ts";
import type { PipelineContext } from "./pipeline/stage.ts";
import type { NpsRequest } from "./request.ts";
import { isThenable } from "./thenable.ts";

/**
 * Goes on with the account that the qualified name belongs to; modules may have changed that name (NPS-59). Waits only
 * where the source does.
 */
export function withAccount<Result>(
  request: NpsRequest,
  context: PipelineContext,
  found: (account: Account | undefined) => Result | PromiseLike<Result>,
): Result | PromiseLike<Result> {
  const name = request.attributes.first(ratStrippedUserName)?.text;
  if (name === undefined) return found(undefined);
  const account = context.accounts.find(inSource(accountIdentity(name), context.defaultDomain));
  const settled = (known: Account | undefined): Result | PromiseLike<Result> => {
    request.account = known;
    return found(known);
  };
  return isThenable(account) ? account.then(settled) : settled(account);
}

/** Sources know their own default domain by an empty one. */
function inSource({ domain, name }: AccountIdentity, defaultDomain: string): AccountIdentity {
  return { domain: domain.toUpperCase() === defaultDomain.toUpperCase() ? "" : domain, name };
}
