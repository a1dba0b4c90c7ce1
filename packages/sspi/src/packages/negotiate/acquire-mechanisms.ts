import { WindowsError } from "@sallyport/errors";
import * as codes from "@sallyport/errors/sspi";
import { isThenable } from "@sallyport/runtime";
import type { CredentialRequest, PackageCredential } from "../../contract/security-package.ts";
import { packageStatus } from "../../machine/operation.ts";
import type { MechanismChoice } from "./mechanism-choice.ts";
import { MechanismRequest } from "./mechanism-request.ts";
import { NegotiateAcceptor } from "./negotiate-acceptor.ts";
import { type NegotiateWishes, readAuthData } from "./negotiate-auth-data.ts";
import { NegotiateInitiator } from "./negotiate-initiator.ts";
import type { NegotiateMechanism } from "./negotiate-mechanism.ts";
import { whenReturned } from "./when-returned.ts";

type Acquired = number | PackageCredential;

/** Acquires a credential of every mechanism that has one; one is enough (SPN-02). */
export function acquireMechanisms(
  mechanisms: readonly NegotiateMechanism[],
  request: CredentialRequest,
): Acquired | PromiseLike<Acquired> {
  const names = mechanisms.map(({ package: { info } }) => info.name);
  const wishes = readAuthData(request.authData, names);
  if (wishes === undefined) return codes.SEC_E_UNKNOWN_CREDENTIALS;
  const found: Found = { choices: [], refusals: [] };
  // A mechanism that breaks must not leave the secrets of those before it behind.
  const broken = (error: unknown): never => {
    for (const { credential } of found.choices) credential.free?.();
    throw error;
  };
  return whenReturned(
    guarded(() => acquireNext(mechanisms, request, wishes, found), broken),
    () => {
      const { choices, refusals } = found;
      // What lives on does not hold the password.
      const { allowNtlm, raw } = wishes;
      if (choices.length > 0) return negotiateCredential(choices, { allowNtlm, raw });
      // What is wrong with a credential tells more than that there is none.
      return refusals.find((status) => status !== codes.SEC_E_NO_CREDENTIALS) ?? codes.SEC_E_NO_CREDENTIALS;
    },
  );
}

interface Found {
  readonly choices: MechanismChoice[];
  readonly refusals: number[];
}

function acquireNext(
  [mechanism, ...rest]: readonly NegotiateMechanism[],
  request: CredentialRequest,
  wishes: NegotiateWishes,
  found: Found,
): Found | PromiseLike<Found> {
  if (mechanism === undefined) return found;
  const given = wishes.authDataOf(mechanism.package.info.name);
  const acquired =
    given === undefined ? codes.SEC_E_NO_CREDENTIALS : acquireOne(mechanism, request, given.authData);
  return whenReturned(acquired, (credential) => {
    if (typeof credential === "object" && credential !== null) found.choices.push({ mechanism, credential });
    else found.refusals.push(packageStatus(credential));
    return acquireNext(rest, request, wishes, found);
  });
}

function acquireOne(
  { package: securityPackage }: NegotiateMechanism,
  request: CredentialRequest,
  authData: unknown,
): Acquired | PromiseLike<Acquired> {
  const thrown = (error: unknown): number => {
    if (WindowsError.is(error)) return error.code;
    throw error;
  };
  return guarded<Acquired>(
    () => securityPackage.acquireCredentials(new MechanismRequest(request, authData)),
    thrown,
  );
}

/** Hands on what is thrown, at once or later. */
function guarded<Value>(
  ask: () => Value | PromiseLike<Value>,
  thrown: (error: unknown) => Value,
): Value | PromiseLike<Value> {
  try {
    const answer = ask();
    return isThenable(answer) ? answer.then(undefined, thrown) : answer;
  } catch (error) {
    return thrown(error);
  }
}

type Permissions = Pick<NegotiateWishes, "allowNtlm" | "raw">;

function negotiateCredential(choices: readonly MechanismChoice[], wishes: Permissions): PackageCredential {
  const clients = offeredOf(
    choices.filter(({ credential }) => credential.initiate !== undefined),
    wishes,
  );
  const servers = choices.filter(({ credential }) => credential.accept !== undefined);
  const expiries = choices.map(({ credential }) => credential.expiry ?? Number.POSITIVE_INFINITY);
  return {
    // It is of use as long as one of them is.
    expiry: Math.max(...expiries),
    ...(clients.length === 0
      ? {}
      : { initiate: () => new NegotiateInitiator(clients, { isRaw: wishes.raw }) }),
    ...(servers.length === 0 ? {} : { accept: () => new NegotiateAcceptor(servers) }),
    query(attribute) {
      for (const { credential } of choices) {
        const value = credential.query?.(attribute);
        if (value !== undefined) return value;
      }
      return undefined;
    },
    free() {
      for (const { credential } of choices) credential.free?.();
    },
  };
}

/** What proves less stays out of an offer that has better, unless it is allowed (SPN-03). */
function offeredOf(
  choices: readonly MechanismChoice[],
  { allowNtlm }: Permissions,
): readonly MechanismChoice[] {
  const better = choices.filter(({ mechanism }) => mechanism.needsConsent !== true);
  return allowNtlm || better.length === 0 ? choices : better;
}
