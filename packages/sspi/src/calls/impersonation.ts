import { SEC_E_INVALID_HANDLE, SEC_E_NO_IMPERSONATION, SEC_E_OK } from "@sallyport/errors/sspi";
import { isThenable } from "@sallyport/runtime";
import type { PeerIdentity } from "../contract/attributes.ts";
import type { Out } from "../contract/out.ts";
import type { CtxtHandle } from "../handles/sec-handle.ts";
import type { ContextEntry } from "../machine/context-entry.ts";
import type { Core, Impersonation } from "../machine/core.ts";
import { peerIdentity } from "./queries.ts";

/** Acting as the client of a context. A process has no thread identity here: a hook of the provider says what it means (SSPI-99). */
export interface ImpersonationFunctions {
  /**
   * Takes on the identity of the client from here on, in this flow of the program: the hook is called. Without a hook, on
   * the client's side, and without an authenticated client SEC_E_NO_IMPERSONATION. Ignoring the result means to go on
   * with the rights of the server (SSPI-100).
   */
  ImpersonateSecurityContext(phContext: CtxtHandle): number;
  /** Gives the identity back. */
  RevertSecurityContext(phContext: CtxtHandle): number;
  /** Not of Windows: whose identity this flow of the program has taken on. */
  impersonatedIdentity(): PeerIdentity | undefined;
  /** Not of Windows: runs `fn` with the identity of the client, and gives it back however `fn`, or its promise, ends. */
  runImpersonated<Result>(phContext: CtxtHandle, fn: () => Result, result?: Out<Result | undefined>): number;
}

/** Makes them for one provider. */
export function impersonationFunctions(core: Core): ImpersonationFunctions {
  const end = (current: Impersonation): void => {
    core.impersonation.enter(current.outer);
    giveBack(core, current);
  };
  return {
    ImpersonateSecurityContext(phContext) {
      const taken = takeOn(core, phContext);
      if (typeof taken === "number") return taken;
      core.impersonation.enter(taken);
      return SEC_E_OK;
    },
    RevertSecurityContext(phContext) {
      const entry = core.contexts.find(phContext);
      const current = core.impersonation.current();
      if (entry === undefined) {
        // The handle is gone, but nobody shall keep the rights of a client whose context was deleted.
        if (current !== undefined && core.contexts.find(current.entry.handle) !== current.entry) end(current);
        return SEC_E_INVALID_HANDLE;
      }
      if (current?.entry !== entry) return SEC_E_NO_IMPERSONATION;
      end(current);
      return SEC_E_OK;
    },
    impersonatedIdentity: () => core.impersonation.current()?.identity,
    runImpersonated(phContext, fn, result) {
      const taken = takeOn(core, phContext);
      if (typeof taken === "number") return taken;
      const finish = (): void => giveBack(core, taken);
      let isOngoing = false;
      try {
        const returned = core.impersonation.run(taken, fn);
        if (result !== undefined) result.value = returned;
        if (isThenable(returned)) {
          isOngoing = true;
          returned.then(finish, finish);
        }
      } finally {
        if (!isOngoing) finish();
      }
      return SEC_E_OK;
    },
  };
}

function takeOn(core: Core, phContext: CtxtHandle): Impersonation | number {
  const entry = core.contexts.find(phContext);
  if (entry === undefined) return SEC_E_INVALID_HANDLE;
  const { impersonate } = core;
  if (entry.phase !== "established" || impersonate === undefined) return SEC_E_NO_IMPERSONATION;
  try {
    const identity = peerIdentity(entry);
    if (identity === undefined) return SEC_E_NO_IMPERSONATION;
    return { entry, identity, revert: impersonate(identity), outer: core.impersonation.current() };
  } catch (error) {
    core.complain("impersonation failed", error);
    return SEC_E_NO_IMPERSONATION;
  }
}

function giveBack(
  core: Core,
  { revert }: { readonly entry: ContextEntry; readonly revert: Impersonation["revert"] },
): void {
  try {
    revert?.();
  } catch (error) {
    core.complain("the end of an impersonation failed", error);
  }
}
