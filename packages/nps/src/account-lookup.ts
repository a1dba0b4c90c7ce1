import { type Account, type AccountIdentity, type AccountSource, accountIdentity } from "@sallyport/accounts";
import { isThenable } from "@sallyport/runtime";
import { ratStrippedUserName } from "./contract/attribute-types.ts";
import { qualifiedName } from "./identity.ts";
import type { PipelineContext } from "./pipeline/stage.ts";
import type { NpsRequest } from "./request.ts";

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
  const account = findAccount(context.accounts, name, context.defaultDomain);
  const settled = (known: Account | undefined): Result | PromiseLike<Result> => {
    request.account = known;
    return found(known);
  };
  return isThenable(account) ? account.then(settled) : settled(account);
}

/**
 * The account of a name as users type it: `alice`, `CORP\\alice` or `alice@corp.example` (NPS-70). A promise only where the
 * source returns one.
 *
 * @param defaultDomain of names that carry no domain
 */
export function findAccount(
  accounts: AccountSource,
  name: string,
  defaultDomain: string,
): Account | undefined | Promise<Account | undefined> {
  return accounts.find(inSource(accountIdentity(qualifiedName(name, defaultDomain)), defaultDomain));
}

/** Sources know their own default domain by an empty one. */
function inSource({ domain, name }: AccountIdentity, defaultDomain: string): AccountIdentity {
  return { domain: domain.toUpperCase() === defaultDomain.toUpperCase() ? "" : domain, name };
}
