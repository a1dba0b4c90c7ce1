import { SEC_E_INVALID_HANDLE, SEC_E_OK } from "@sallyport/errors/sspi";
import { SEC_DELETED_HANDLE, type SecHandle } from "../handles/sec-handle.ts";
import type { AsyncCall } from "./async-context.ts";
import { CallView } from "./call-view.ts";
import type { ContextEntry } from "./context-entry.ts";
import type { Core } from "./core.ts";
import type { CredentialEntry } from "./credential-entry.ts";
import { type CallLimits, Operation } from "./operation.ts";

/** Deletes a context: SEC_E_OK when it lives, and when it was deleted before (SSPI-62, E-13). */
export function deleteContext(core: Core, phContext: SecHandle | null): number {
  const entry = core.contexts.find(phContext);
  if (entry === undefined) return isDeleted(core, phContext) ? SEC_E_OK : SEC_E_INVALID_HANDLE;
  const { current } = entry;
  entry.delete(core);
  current?.interrupt();
  markDeleted(phContext);
  return SEC_E_OK;
}

/** Frees a credential: SEC_E_INVALID_HANDLE for what is no live one, a freed one too (SSPI-62). */
export function freeCredential(core: Core, phCredential: SecHandle | null): number {
  const entry = core.credentials.find(phCredential);
  if (entry === undefined) return SEC_E_INVALID_HANDLE;
  core.credentials.remove(entry);
  entry.letGo(core);
  markDeleted(phCredential);
  return SEC_E_OK;
}

abstract class ReleaseOperation extends Operation<number> {
  readonly view: CallView;
  override readonly mayBeAbandoned: boolean = true;

  constructor(core: Core, call: AsyncCall, entry: ContextEntry | undefined) {
    super(core, call, entry);
    this.view = new CallView(core);
  }

  protected deliver(status: number): number {
    return status;
  }

  protected fail(): void {}

  protected discard(): void {}
}

/** SspiDeleteSecurityContextAsync: waits for what is at work on the context, or cuts it off (SSPI-64). */
export class DeleteOperation extends ReleaseOperation {
  readonly #handle: SecHandle | null;

  constructor(core: Core, call: AsyncCall, phContext: SecHandle | null) {
    super(core, call, core.contexts.find(phContext));
    this.#handle = phContext;
  }

  override queue(limits: CallLimits | undefined): void {
    const { entry } = this;
    if (entry !== undefined) {
      entry.isDeleting = true;
      const { current } = entry;
      current?.interrupt();
    }
    super.queue(limits);
  }

  protected begin(): number {
    const { core, entry } = this;
    if (entry === undefined) return isDeleted(core, this.#handle) ? SEC_E_OK : SEC_E_INVALID_HANDLE;
    entry.delete(core);
    if (!this.isDetached) markDeleted(this.#handle, entry.handle);
    return SEC_E_OK;
  }
}

/** SspiFreeCredentialsHandleAsync. */
export class FreeOperation extends ReleaseOperation {
  readonly #handle: SecHandle | null;
  readonly #credential: CredentialEntry | undefined;

  constructor(core: Core, call: AsyncCall, phCredential: SecHandle | null) {
    super(core, call, undefined);
    this.#handle = phCredential;
    this.#credential = core.credentials.find(phCredential);
  }

  protected begin(): number {
    const { core } = this;
    const credential = this.#credential;
    if (credential === undefined || core.credentials.find(credential.handle) !== credential) {
      return SEC_E_INVALID_HANDLE;
    }
    core.credentials.remove(credential);
    credential.letGo(core);
    if (!this.isDetached) markDeleted(this.#handle, credential.handle);
    return SEC_E_OK;
  }
}

function isDeleted(core: Core, handle: SecHandle | null): boolean {
  if (handle === null) return false;
  const isMarked = handle.lower === SEC_DELETED_HANDLE && handle.upper === SEC_DELETED_HANDLE;
  return isMarked || core.contexts.isDeleted(handle);
}

/** Marks the caller's handle (SSPI-60), unless it has got another value meanwhile. */
function markDeleted(handle: SecHandle | null, words: Readonly<SecHandle> | null | undefined = handle): void {
  if (handle === null || handle.lower !== words?.lower || handle.upper !== words?.upper) return;
  handle.lower = SEC_DELETED_HANDLE;
  handle.upper = SEC_DELETED_HANDLE;
}
